"""The compiled conf files give the values that were written: to the reader of the build, and to Splunk's library."""

from __future__ import annotations

from pathlib import Path

import pytest
from addonfactory_splunk_conf_parser_lib import TABConfigParser
from hypothesis import given, settings

from tests.compiler.content_samples import DETECTION, compile_content, write_sample
from tests.compiler.test_conf_text import values
from workbench.compiler.conf import plain, read_conf, render_conf
from workbench.compiler.readback import differences, read_back

AWKWARD = (
    'description: |\n  Finds "é" # not a comment\n\n  [not a stanza]\n  key = value; $token$ %name% \\ back\\slash'
)


@given(values)
@settings(max_examples=200, deadline=None)
def test_every_value_that_can_be_written_is_read_back(value: str) -> None:
    stanzas = {"one": {"before": "1", "search": value, "after": "2"}, "three": {}}
    assert list(differences(render_conf(stanzas), stanzas)) == []


def test_differences_are_named() -> None:
    text = "[one]\na = 1\nb = 2\n\n[two]\n"
    assert list(differences(text, {"one": {"a": "1", "b": "3", "c": ""}, "three": {}})) == [
        ("one", "b"),
        ("one", "c"),
        ("three", "(the stanza)"),
        ("two", "(the stanza)"),
    ]


def test_a_line_goes_on_behind_a_backslash_but_a_comment_does_not() -> None:
    assert read_back("# a comment \\\n[one]\na = x\\\n  # y\n= odd\nplain\n") == {
        "one": {"a": "x\n  # y", "": "odd", "plain": ""}
    }


@pytest.mark.parametrize("conf", ["savedsearches.conf", "macros.conf", "transforms.conf", "analyticstories.conf"])
def test_awkward_text_is_the_same_to_an_independent_parser(conf: str, tmp_path: Path) -> None:
    content = write_sample(tmp_path / "content", (DETECTION, "description: Finds samples.", AWKWARD))
    text = compile_content(content)[conf]
    path = tmp_path / conf
    path.write_text(text)
    parser = TABConfigParser()
    parser.read(path)
    ours = plain(read_conf(text))
    assert parser.sections() == list(ours)
    for stanza, listed in ours.items():
        theirs = {key: value.replace("\\\n", "\n") for key, value in parser.items(stanza) if key != "__name__"}
        assert theirs == listed
