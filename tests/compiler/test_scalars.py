"""Where a character of a YAML value stands in its file, for every style a value can be written in."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.examples import examples
from workbench.compiler.yamlfile import NOT_YAML, Document, read_document

STYLES = {
    "plain": "search: one two wrong end\n",
    "plain on two lines": "search: one two\n  wrong end\n",
    "single quotes": "search: 'it''s two wrong end'\n",
    "single quotes on two lines": "search: 'it''s\n   two\n   wrong end'\n",
    "double quotes": 'search: "say \\"two\\"\\twrong end"\n',
    "double quotes, escaped line ends": 'search: "say\\n\\ntwo\\x41 \\u00e9 wrong end"\n',
    "double quotes, joined lines": 'search: "say tw\\\n    o \\\n    wrong end"\n',
    "literal block": "search: |\n  one\n\n    two\n  wrong end\n",
    "literal block with an indentation": "search: |2-\n    one\n  wrong end\n",
    "folded block": "search: >-\n  one\n  two\n\n  wrong\n  end\n",
    "after a byte order mark": "\ufeffsearch: wrong\n",
    "with Windows line ends": "a: b\r\nsearch: |\r\n  one\r\n  wrong end\r\n",
    "beside wide characters": "search: é 漢字 🙂 wrong end\n",
    "inside a flow": "{a: [1, 2], search: 'b wrong'}\n",
}


def read(folder: Path, text: str) -> Document:
    path = folder / "one.yml"
    path.write_bytes(text.encode())
    document, findings = read_document(path, str(path))
    assert findings == []
    return document


@pytest.mark.parametrize("style", STYLES)
def test_a_word_is_found_where_it_stands(style: str, tmp_path: Path) -> None:
    document = read(tmp_path, STYLES[style])
    at = document.text("search").index("wrong")
    found = document.finding(NOT_YAML, ("search",), "", "", (at, at + 5))
    line = STYLES[style].removeprefix("\ufeff").split("\n")[found.line - 1]
    assert line[found.column - 1 :][: found.length] == "wrong"


words = st.text(st.characters(codec="utf-8", categories=("L", "N", "P", "S")), min_size=1, max_size=6)
texts = st.lists(words, min_size=1, max_size=12).flatmap(
    lambda listed: st.lists(st.sampled_from([" ", "\n", "  ", "\n\n", "\n  "]), min_size=12, max_size=12).map(
        lambda gaps: "".join(word + gap for word, gap in zip(listed, gaps, strict=False)).strip()
    )
)


@given(text=texts, style=st.sampled_from(["|", ">", "'", '"', None]), width=st.sampled_from([10, 40, 1000]))
@settings(max_examples=examples(150, 3000))
def test_every_character_that_is_no_blank_is_exact(
    text: str, style: str | None, width: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """As PyYAML writes the text in each style, folding lines where it likes."""
    written = yaml.dump({"search": text}, default_style=style, width=width, allow_unicode=True)
    document = read(tmp_path_factory.mktemp("yaml"), written)
    value = document.text("search")
    for index, character in enumerate(value):
        if character.isspace():
            continue
        found = document.finding(NOT_YAML, ("search",), "", "", (index, index + 1))
        there = document.source.split("\n")[found.line - 1][found.column - 1]
        assert there in (character, "\\"), (index, character, there)


def test_keys_values_and_missing_fields_have_places(tmp_path: Path) -> None:
    document = read(tmp_path, "tags:\n  names:\n  - ann\n  - bob\nsearch: |\n  a\n  b\n")
    places = {
        ("tags", "names", 1): (4, 5, 3),
        ("tags", "names"): (2, 3, 5),
        ("tags", "missing"): (1, 1, 4),
        ("missing",): (1, 1, 0),
        ("search",): (5, 1, 6),
    }
    for key_path, (line, column, length) in places.items():
        found = document.finding(NOT_YAML, key_path, "", "")
        assert (found.line, found.column, found.length) == (line, column, length)


def test_comments_are_those_outside_values(tmp_path: Path) -> None:
    document = read(tmp_path, "# one\na: 'b # no'  # two\nc: d#no\nsearch: |\n  # no\n  e\n  # no\n# three\n")
    assert [text for _, text in document.comments] == ["one", "two", "three"]
