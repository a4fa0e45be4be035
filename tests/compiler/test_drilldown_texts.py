"""A drilldown that goes on behind the detection's search is read as the whole text is."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.compiler.content_samples import DETECTION, write_sample
from workbench.compiler.content import Content
from workbench.compiler.owncommands import RESULT_FIELDS
from workbench.compiler.project import read_project
from workbench.spl.fields.flow import field_flow
from workbench.spl.parser import parse_all


@pytest.mark.parametrize(
    "search",
    [
        '%original_detection_search% | search host = "$host$"',
        '%original_detection_search%\n| eval a="é%" | `sample_index`',
        "%original_detection_search% | stats count by | where x",
        '%original_detection_search% | eval a="open',
        '%original_detection_search% | append [%original_detection_search%] | search host="$host$"',
        '| search host="$host$"',
    ],
)
def test_it_is_read_as_the_whole_text_is(search: str, tmp_path: Path) -> None:
    block = "".join(f"\n    {line}" for line in search.split("\n"))
    offsets = "  earliest_offset: $info_min_time$\n  latest_offset: null\n"
    written = f"drilldown_searches:\n- name: Look closer\n  search: |-{block}\n{offsets}tags:\n"
    project, _ = read_project(write_sample(tmp_path, (DETECTION, "tags:\n", written)))
    content = Content(project)
    (drilldown,) = (one for one in content.searches if not one.is_main)
    tree, errors = parse_all(drilldown.expanded.text)
    assert [error.message for error in drilldown.errors] == [error.message for error in errors]
    assert (drilldown.tree is None) == (tree is None)
    if tree is not None and drilldown.tree is not None:
        assert drilldown.tree.commands == tree.commands
        assert [step.after for step in drilldown.steps] == [
            step.after for step in field_flow(tree, content.tables, RESULT_FIELDS)
        ]
