"""YAML and conf text in words, and what reads differently on the mkdocs site."""

from __future__ import annotations

from pathlib import Path

import pytest

from workbench.site.hook import with_plain_pipes, without_outside_links
from workbench.site.wording import cell, code, paragraph, period, plain, schedule, window


@pytest.mark.parametrize(
    ("made", "expected"),
    [
        (schedule("7 * * * *"), "hourly, :07"),
        (schedule("2,17,32,47 * * * *"), "hourly at :02 :17 :32 :47"),
        (schedule("17 3 * * *"), "daily, 03:17"),
        (schedule("37 5 * * 1"), "every Monday, 05:37"),
        (schedule("*/5 * * * 1"), "`*/5 * * * 1`"),
        (schedule("0 3 1 * *"), "`0 3 1 * *`"),
        (schedule("5,10 3 * * *"), "`5,10 3 * * *`"),
        (window("-70m@m", "-10m@m"), "70 minutes to 10 minutes before"),
        (window("-3h@h", "@h"), "the last 3 whole hours"),
        (window("-1d@d", "@d"), "the last whole day"),
        (window("-1d@h", "@d"), "`-1d@h` to `@d`"),
        (window("-30d@d", "now"), "`-30d@d` to `now`"),
        (period("86400s"), "24 hours"),
        (period("90m"), "90 minutes"),
        (period("3600"), "1 hour"),
        (period("rt"), "rt"),
        (code("where `x`"), "`` where `x` ``"),
        (cell("a |\n  b"), "a \\| b"),
        (plain("_time <b> * tcp_x `y`"), "\\_time &lt;b> \\* tcp_x \\`y\\`"),
        (paragraph("- a " + "b" * 118 + " c", "  "), "- a\n  " + "b" * 118 + "\n  c"),
    ],
)
def test_wording(made: str, expected: str) -> None:
    assert made == expected


def test_links_out_of_the_documents_become_text_and_broken_ones_stay(tmp_path: Path) -> None:
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
