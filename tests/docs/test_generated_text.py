"""The generated blocks of the documents are in step with content and commands; ``make golden`` rewrites them."""

from __future__ import annotations

from pathlib import Path

import pytest

from workbench.site.blocks import parts, renewed
from workbench.site.commandhelp import defaults
from workbench.site.content import SiteError, read_content

CHECKOUT = Path(__file__).parents[2]
PAGES = [page for page in sorted((CHECKOUT / "docs").rglob("*.md")) if "\n<!-- generated: " in page.read_text("utf-8")]
PARTS = parts(CHECKOUT)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_the_generated_text_of_a_page_is_in_step(page: Path, request: pytest.FixtureRequest) -> None:
    written = page.read_text(encoding="utf-8")
    expected = renewed(written, PARTS, page.name)
    if request.config.getoption("--update-golden"):
        page.write_text(expected, encoding="utf-8")
        return
    assert written.splitlines() == expected.splitlines()


def test_each_part_that_can_be_generated_is_in_a_document() -> None:
    texts = "\n".join(page.read_text(encoding="utf-8") for page in PAGES)
    for name in PARTS:
        assert f"<!-- generated: {name} -->" in texts


def test_a_block_is_replaced_and_the_rest_stays() -> None:
    page = "before\n<!-- generated: x -->\nold\n\nolder\n<!-- end of generated text -->\nafter\n"
    expected = "before\n<!-- generated: x -->\n\nnew\n\n<!-- end of generated text -->\nafter\n"
    assert renewed(page, {"x": lambda: "new"}, "page.md") == expected
    assert renewed(expected, {"x": lambda: "new"}, "page.md") == expected


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("a\n<!-- generated: y -->\n", "page.md:2: nothing generates 'y'; there are: x"),
        ("<!-- generated: x -->\na\n", "page.md:1: the block 'x' does not end; write <!-- end of generated text --> "),
    ],
)
def test_a_block_that_cannot_be_written_is_refused_with_its_line(text: str, error: str) -> None:
    with pytest.raises(SiteError) as refused:
        renewed(text, {"x": lambda: "new"}, "page.md")
    assert str(refused.value).startswith(error)


@pytest.mark.parametrize("command", ["npmanomaly", "npmlearn"])
def test_the_options_are_those_of_the_command_with_their_defaults(command: str) -> None:
    table = PARTS[f"options of {command}"]()
    for name, default in defaults(command).items():
        assert f"| `{name}` | " in table
        assert f" | {', '.join(f'`{part}`' for part in default.split(','))} |" in table
    assert ("| `ignore` or `flag` |" in table) == (command == "npmanomaly")


def test_the_schedule_names_every_search_with_what_it_writes() -> None:
    table = PARTS["schedule"]().splitlines()
    searches = read_content(CHECKOUT / "contentctl").searches
    assert len(table) == len(searches) + 2
    for row, search in zip(table[2:], searches, strict=True):
        assert row.startswith(f"| {search.name} | ")
        assert row.endswith(" | risk |") == (search.kind == "detections")


def test_a_folder_without_content_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SiteError, match="is not a content folder"):
        read_content(tmp_path)
