"""Files as YAML: libyaml and PyYAML put everything in the same place, and no file ends in a traceback or a crash."""

from __future__ import annotations

from pathlib import Path

import pytest

from workbench.compiler import yamlfile
from workbench.compiler.yamlfile import Document, read_document

CHECKOUT = Path(__file__).parents[2]
TEXTS = {
    "plain text of several lines": "a: one\n  two\n\n  three # said\nb: x",
    "blocks": "a: |-\n  one\n    two\n\nb: >+\n  one\n  two\n\n\nc: |2\n   x\n",
    "quotes": "a: 'it''s\n  long'\nb: \"tab\\t\\x41\\u00e9 \\\n  joined\"\n",
    "other alphabets": "a: é \U0001f600 x\nb: ['\U0001f600', \"é\"]\nc: |\n  \U0001f600\n  x\nd: y",
    "line ends of Windows": "a: one\r\nb: |\r\n  two\r\n  three\r\nc: 'x\r\n  y'\r\n",
    "lists": "a:\n- x\n-   - y\n    - z\nb: [1, {c: 2},\n  yes]\n",
    "a key twice": "a: 1\nb: 2\na: 3\n",
    "an anchor": "a: &x 1\nb: *x\n",
    "empty": "",
    "a comment alone": "# nothing\n",
    "two documents": "a: 1\n---\nb: 2\n",
    "a tab": "a:\n\t- b\n",
    "not closed": "a: [1, 2\nb: 3\n",
    "a control character": "a: \x07\n",
}


def everything(document: Document) -> tuple[object, ...]:
    return (
        document.value,
        document.keys,
        {key_path: (*each[:2], each[2] or "") for key_path, each in document.scalars.items()},
    )


def read_both_ways(path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[tuple[object, ...], tuple[object, ...]]:
    fast, found = read_document(path, "it")
    with monkeypatch.context() as without:
        without.setattr(yamlfile, "_FastLoader", yamlfile._Loader)
        slow, same = read_document(path, "it")
    return (everything(fast), found), (everything(slow), same)


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
def test_it_is_read_the_same_without_libyaml(text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "it.yml"
    path.write_bytes(text.encode())
    fast, slow = read_both_ways(path, monkeypatch)
    assert fast == slow


def test_our_content_is_read_the_same_without_libyaml(monkeypatch: pytest.MonkeyPatch) -> None:
    files = sorted((CHECKOUT / "contentctl").rglob("*.yml"))
    assert files
    for path in files:
        fast, slow = read_both_ways(path, monkeypatch)
        assert fast == slow, path


@pytest.mark.parametrize(
    "text", ["a: " + "[" * 4_000 + "]" * 4_000, "[" * 200_000, "- " * 200_000 + "a", "a: " + "{b: " * 2_000]
)
def test_a_file_nested_without_end_is_one_finding(text: str, tmp_path: Path) -> None:
    path = tmp_path / "it.yml"
    path.write_text(text)
    document, (finding,) = read_document(path, "it")
    assert (document.value, finding.rule) == ({}, "NPM001")
