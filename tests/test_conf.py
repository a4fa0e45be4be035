"""Conf files: what is written, what is read, and what no file of ours may hold.

Independent readers: Splunk's own library for add-ons here, contentctl in tests/compiler/test_contentctl_oracle.py.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from addonfactory_splunk_conf_parser_lib import TABConfigParser
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.compiler.content_samples import DETECTION, compile_content, write_sample
from tests.examples import examples
from workbench import conf
from workbench.compiler.build import Package

CONFS = ("savedsearches.conf", "macros.conf", "transforms.conf", "analyticstories.conf")
AWKWARD = (
    'description: |\n  Finds "é" # not a comment\n\n  [not a stanza]\n  key = value; $token$ %name% \\ back\\slash'
)
lines = st.text(st.characters(codec="utf-8", exclude_characters="\n"), max_size=30).filter(
    lambda line: not line.endswith("\\") and not conf.UNWRITABLE.search(line)
)
values = st.lists(lines, min_size=1, max_size=4).map("\n".join)


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
        ("[s]\n[t\\\n]\n", "2: neither [stanza] nor key = value: '[t\\n]'"),
        ("[s]\n= odd\n", "2: neither [stanza] nor key = value: '= odd'"),
    ],
)
def test_what_splunk_passes_over_in_silence_is_a_problem_with_its_line(text: str, said: str) -> None:
    assert [problem[: len(said)] for problem in problems(text)] == [said]


def test_settings_above_the_first_stanza_are_global_and_the_last_of_two_wins() -> None:
    read = conf.parse("a = 1\n[s]\nb = 1\nb = 2\n")
    assert read.stanzas == {"default": {"a": "1"}, "s": {"b": "2"}}
    assert [problem.line for problem in read.problems] == [4]


def test_a_setting_knows_the_line_on_which_it_begins() -> None:
    assert conf.parse("[s]\na = 1 \\\n2\nb = 3\n").settings["s"] == {
        "a": conf.Setting("1 \n2", 2),
        "b": conf.Setting("3", 4),
    }


def test_all_problems_of_a_file_are_reported_at_once() -> None:
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


# Writing.


def test_each_line_but_the_last_ends_in_a_backslash() -> None:
    text = conf.render({"one": {"search": "\n| a\n\n  | b [c]\n# d  \n"}, "two": {"empty": ""}})
    assert text == conf.HEADER + "\n[one]\nsearch = | a\\\n\\\n  | b [c]\\\n# d\n\n[two]\nempty =\n"


@pytest.mark.parametrize(
    "value", ["ends in \\\nand goes on", "ends in \\", "bell \a", "return \r here", "next\u2028line"]
)
def test_what_could_not_be_read_back_is_never_written(value: str) -> None:
    with pytest.raises(ValueError, match="cannot hold the line"):
        conf.render({"one": {"search": value}})


@given(values)
@settings(max_examples=examples(150, 3000))
def test_every_value_that_can_be_written_is_read_back(value: str) -> None:
    written = conf.render({"one": {"before": "1", "search": value, "after": "2"}, "three": {}})
    assert stanzas(written) == {"one": {"before": "1", "search": value.strip(), "after": "2"}, "three": {}}


def by_splunks_library(path: Path) -> conf.Stanzas:
    """Read a file with Splunk's library for add-ons, which keeps the backslash before the end of a line."""
    parser = TABConfigParser()
    parser.read(path)
    return {
        stanza: {key: value.replace("\\\n", "\n") for key, value in parser.items(stanza) if key != "__name__"}
        for stanza in parser.sections()
    }


@pytest.mark.parametrize("name", CONFS)
def test_splunks_library_reads_the_same_values_in_our_app(name: str, built: Package) -> None:
    path = built.staged / "default" / name
    assert list(by_splunks_library(path).items()) == list(conf.read(path).require_clean().stanzas.items())


@pytest.mark.parametrize("name", CONFS)
def test_splunks_library_reads_the_same_values_in_awkward_text(name: str, tmp_path: Path) -> None:
    content = write_sample(tmp_path / "content", (DETECTION, "description: Finds samples.", AWKWARD))
    path = tmp_path / name
    path.write_text(compile_content(content)[name])
    assert list(by_splunks_library(path).items()) == list(conf.read(path).require_clean().stanzas.items())
