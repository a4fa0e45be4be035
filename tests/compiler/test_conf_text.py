"""What is written to a conf file is read back unchanged, by three readers that know nothing of each other."""

from __future__ import annotations

from pathlib import Path

import pytest
from addonfactory_splunk_conf_parser_lib import TABConfigParser
from hypothesis import given, settings
from hypothesis import strategies as st

from workbench.compiler.conf import HEADER, plain, read_conf, render_conf
from workbench.compiler.shapes import UNWRITABLE
from workbench.replay import conf as replay_conf

lines = st.text(st.characters(codec="utf-8", exclude_characters="\n"), max_size=30).filter(
    lambda line: not line.endswith("\\") and not UNWRITABLE.search(line)
)
values = st.lists(lines, min_size=1, max_size=4).map("\n".join)


def test_each_line_but_the_last_ends_in_a_backslash() -> None:
    text = render_conf({"one": {"search": "\n| a\n\n  | b [c]\n# d  \n"}, "two": {"empty": ""}})
    assert text == HEADER + "\n[one]\nsearch = | a\\\n\\\n  | b [c]\\\n# d\n\n[two]\nempty =\n"


@pytest.mark.parametrize(
    "value", ["ends in \\\nand goes on", "ends in \\", "bell \a", "return \r here", "next\u2028line"]
)
def test_what_could_not_be_read_back_is_never_written(value: str) -> None:
    with pytest.raises(ValueError, match="cannot hold the line"):
        render_conf({"one": {"search": value}})


@given(values)
@settings(max_examples=300, deadline=None)
def test_the_replay_reads_the_value_that_was_written(value: str) -> None:
    written = render_conf({"one": {"before": "1", "search": value, "after": "2"}, "three": {}})
    wanted = {"before": "1", "search": value.strip(), "after": "2"}
    assert plain(read_conf(written)) == {"one": wanted, "three": {}}
    read = replay_conf.parse(written)
    assert read.problems == ()
    assert read.stanzas == {"one": wanted, "three": {}}


@pytest.mark.parametrize("conf", ["savedsearches.conf", "macros.conf", "transforms.conf", "analyticstories.conf"])
def test_an_independent_parser_reads_the_values_of_our_app(conf: str, built: object) -> None:
    """Splunk's own add-on tools keep the backslash before the end of a line; all else must be the same."""
    path: Path = built.staged / "default" / conf
    parser = TABConfigParser()
    parser.read(path)
    ours = plain(read_conf(path.read_text()))
    assert parser.sections() == list(ours)
    for stanza, listed in ours.items():
        theirs = {key: value.replace("\\\n", "\n") for key, value in parser.items(stanza) if key != "__name__"}
        assert theirs == listed


def test_a_line_that_is_no_setting_is_named() -> None:
    with pytest.raises(ValueError, match=r"line 2 is no setting: 'nonsense'"):
        read_conf("[one]\nnonsense\n")
