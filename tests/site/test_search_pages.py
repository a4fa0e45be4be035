"""A page is made from what the content says, and a gap in it is told with the place to fill it."""

from __future__ import annotations

from pathlib import Path

import pytest

from workbench.site.commandhelp import defaults, option_table
from workbench.site.content import SiteContent, SiteError, read_content
from workbench.site.dialect import with_plain_pipes, without_outside_links
from workbench.site.glossary import column_meaning, field_meaning
from workbench.site.searchpage import lookup_tables, search_page
from workbench.site.steps import steps
from workbench.site.wording import code, listed, period, prose, schedule, window

CHECKOUT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def content() -> SiteContent:
    return read_content(CHECKOUT / "contentctl")


def test_every_command_of_every_search_is_explained(content: SiteContent) -> None:
    for search in content.searches:
        for step in steps(search, content):
            assert step.meaning, f"{search.name}: {step.text}"


def test_a_page_says_what_its_yaml_says(content: SiteContent) -> None:
    for search in content.searches:
        page = search_page(search, content)
        for text in (search.name, search.stanza, search.text, search.document.text("id")):
            assert text in page
        for macro in content.macros_of(search):
            assert f"`{macro}`" in page
        for technique in search.document.items("tags", "mitre_attack_id"):
            assert f"- {technique}, " in page
        assert ("## Risk" in page) == ("rba" in search.document.value)


def test_macros_within_macros_are_listed_and_the_filter_macro_has_its_default(content: SiteContent) -> None:
    outbound = next(search for search in content.searches if "Outbound" in search.name)
    names = content.macros_of(outbound)
    assert {"kubernetes_metrics", "npm_number", "npm_outbound_sensitivity"} <= set(names)
    assert content.macro(next(name for name in names if name.endswith("_filter")))[0] == "search *"


def test_statistics_of_several_metrics_are_told_once(content: SiteContent) -> None:
    text = lookup_tables(content)
    tables = {section.split()[0]: section for section in text.split("### ") if "Data points of" in section}
    assert set(tables) == {"npm_baseline", "npm_days"}
    assert all(table.count("Data points of each metric.") == 1 for table in tables.values())
    assert "`stdev_udp.packets`" in text


@pytest.mark.parametrize("command", ["npmanomaly", "npmlearn"])
def test_the_options_are_those_of_the_command_with_their_defaults(command: str) -> None:
    table = option_table(CHECKOUT / "app", command)
    for name, default in defaults(command).items():
        assert f"| `{name}` | " in table
        assert f" | {', '.join(f'`{part}`' for part in default.split(','))} |" in table
    assert ("| `ignore` or `flag` |" in table) == (command == "npmanomaly")


@pytest.mark.parametrize("gap", [lambda: field_meaning("colour", edge=False), lambda: column_meaning("colour")])
def test_an_unknown_name_is_refused_with_the_place_to_explain_it(gap: object) -> None:
    with pytest.raises(SiteError, match=r"colour .* workbench/site/glossary\.py"):
        gap()  # type: ignore[operator]


def test_a_macro_without_a_file_is_refused(content: SiteContent) -> None:
    with pytest.raises(SiteError, match="no_such_macro has no file in contentctl/macros"):
        content.macro("no_such_macro")


def test_a_folder_without_content_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SiteError, match="is no content folder"):
        read_content(tmp_path)


@pytest.mark.parametrize(
    ("made", "expected"),
    [
        (schedule("7 * * * *"), "every hour, at minute 7"),
        (schedule("17 3 * * *"), "every day at 03:17"),
        (schedule("37 5 * * 1"), "every Monday at 05:37"),
        (schedule("*/5 * * * 1"), "by the cron schedule `*/5 * * * 1`"),
        (window("-70m@m", "-10m@m"), "from 70 minutes to 10 minutes before it runs"),
        (window("-30d@m", "now"), "from 30 days to `now` before it runs"),
        (period("86400s"), "24 hours"),
        (period("90m"), "90 minutes"),
        (period("3600"), "1 hour"),
        (listed(["a", "b", "c"]), "`a`, `b` and `c`"),
        (listed([]), "nothing"),
        (code("where `x`"), "`` where `x` ``"),
        (prose("1. Do <this>\n2. Do that\nThen rest"), "1. Do &lt;this>\n2. Do that\n\nThen rest"),
        (prose('Look at "| inputlookup t" *'), "Look at `| inputlookup t` \\*"),
        (prose("_time, tcp_x"), "\\_time, tcp\\_x"),
    ],
)
def test_wording(made: str, expected: str) -> None:
    assert made == expected


def test_links_out_of_the_documents_become_names_and_broken_ones_stay(tmp_path: Path) -> None:
    docs = tmp_path / "docs"
    docs.mkdir()
    (tmp_path / "README.md").write_text("")
    (docs / "other.md").write_text("")
    text = "[README.md](../README.md#limits) [the readme](../README.md) [o](other.md) [gone](../gone.md) ![i](../a.md)"
    assert without_outside_links(text, docs / "page.md", docs) == (
        "`README.md` the readme [o](other.md) [gone](../gone.md) ![i](../a.md)"
    )


def test_pipes_in_the_code_of_tables_lose_their_backslash_and_only_there() -> None:
    table = "| a | `x \\| y` | b \\| c | ``p \\| `q` `` |"
    assert with_plain_pipes(table) == "| a | `x | y` | b \\| c | ``p | `q` `` |"
    assert with_plain_pipes("text `x \\| y`") == "text `x \\| y`"
