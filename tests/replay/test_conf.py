"""The conf reader: what a file says, as Splunk reads it, and what no file of ours may hold."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.replay import conf


def stanzas(text: str) -> conf.Stanzas:
    return conf.parse(text, "x.conf").require_clean().stanzas


def problems(text: str) -> list[str]:
    return [f"{problem.line}: {problem.text}" for problem in conf.parse(text, "x.conf").problems]


def test_settings_belong_to_the_stanza_above_them_and_keep_their_order() -> None:
    read = stanzas("[one]\nb = 1\na=2\n\n[two - Rule]\na = x = y\n")
    assert read == {"one": {"b": "1", "a": "2"}, "two - Rule": {"a": "x = y"}}
    assert list(read["one"]) == ["b", "a"]


def test_a_backslash_at_the_end_continues_and_leaves_a_newline() -> None:
    assert stanzas("[s]\nsearch = | mstats \\\n  by host \\\n| where x\nnext = 1\n")["s"] == {
        "search": "| mstats \n  by host \n| where x",
        "next": "1",
    }


def test_continued_lines_may_look_like_stanzas_comments_and_settings() -> None:
    value = stanzas("[s]\nsearch = append \\\n[ mstats count(x) ]\\\n# no comment\\\na = b\n")["s"]["search"]
    assert value == "append \n[ mstats count(x) ]\n# no comment\na = b"


def test_a_blank_line_inside_a_text_survives() -> None:
    assert stanzas("[s]\ndescription = one \\\n \\\ntwo\n")["s"]["description"] == "one \n \ntwo"


def test_comments_blank_lines_windows_line_ends_and_a_byte_order_mark_are_passed_over(tmp_path: Path) -> None:
    path = tmp_path / "a.conf"
    path.write_bytes("\ufeff# top \\\r\n[s]\r\n  # inside\r\na = 1\r\n".encode())
    assert conf.read(path).require_clean().stanzas == {"s": {"a": "1"}}


def test_a_backslash_inside_a_line_is_only_a_character() -> None:
    assert stanzas('[s]\nsearch = replace(x, ",\\s$$$$", "")\n')["s"]["search"] == 'replace(x, ",\\s$$$$", "")'


def test_an_empty_value_is_a_value() -> None:
    assert stanzas("[s]\na =\n") == {"s": {"a": ""}}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[s]\na = 1\n[s]\nb = 2\n", "3: stanza [s] was set before, in line 1"),
        ("[s]\na = 1\na = 1\n", "3: 'a' in [s] was set before, in line 2"),
        ("[s]\njust words\n", "2: neither [stanza] nor key = value: 'just words'"),
        ("[s]\na = 1 \\\n", "2: the file ends in the middle of a continued line"),
        ("[ s ]\n", "1: stanza name ' s ' is empty or has outer blanks"),
    ],
)
def test_what_splunk_passes_over_in_silence_is_a_problem_with_its_line(text: str, said: str) -> None:
    assert [problem[: len(said)] for problem in problems(text)] == [said]


def test_all_problems_of_a_file_are_told_at_once() -> None:
    with pytest.raises(conf.ConfError) as error:
        stanzas("[s]\nwords\na = 1\na = 2\n")
    assert str(error.value).count("x.conf:") == 2


def test_local_lies_on_top_of_default_and_the_default_stanza_shows_through(tmp_path: Path) -> None:
    for layer, text in {"default": "[default]\nc = 0\n[s]\na = 1\nb = 1\n", "local": "[s]\na = 2\n"}.items():
        (tmp_path / layer).mkdir()
        (tmp_path / layer / "x.conf").write_text(text)
    assert conf.layered(tmp_path, "x.conf") == {"s": {"c": "0", "a": "2", "b": "1"}}
    assert conf.layered(tmp_path, "absent.conf") == {}


@given(st.lists(st.text(st.characters(blacklist_characters="\r\n\\", blacklist_categories=["Cs"])), min_size=1))
def test_any_text_written_with_continuations_is_read_back(lines: list[str]) -> None:
    text = "\n".join(lines)
    written = "[s]\ntext = " + text.replace("\n", "\\\n") + "\nafter = 1\n"
    assert stanzas(written)["s"] == {"text": text.strip(), "after": "1"}
