"""Fills the tables of docs/detection-quality.md, between the marks that name them, from the figures beside it.

python -m workbench.evaluate.page        # after a table or the text of an aim was changed; make evaluate does it too
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from workbench.evaluate.aims import aims
from workbench.evaluate.figures import DENSITY, DOCS, FOREST, ORIGINAL, PLAIN, THREE_SIGMA, Figures, read_figures
from workbench.evaluate.study import BENCHMARK, PODS, SERVERS, SIMULATED
from workbench.writing import write_text

PAGE = DOCS / "detection-quality.md"
MARKED = re.compile(r"<!-- table (?P<name>[a-z-]+) -->\n.*?<!-- end -->", re.DOTALL)
BY_KIND = ("loud", f"{DENSITY} = loud", THREE_SIGMA)  # detectors whose recall is shown by kind of attack
RISKY = ("5 min x30", "1 h x10", "6 h x3", "24 h x1.5")  # kinds of attack whose risk is shown
ON = (BENCHMARK, SERVERS, PODS, SIMULATED)  # sets that it is shown for

Rows = list[list[str]]


@dataclass(frozen=True)
class PageTable:
    """A table by the name in its marks: heads, and rows of text."""

    name: str
    heads: Sequence[str]
    rows: Rows

    def markdown(self) -> str:
        """Return the table in Markdown, numbers to the right."""
        right = [all(re.fullmatch(r"-?[0-9,.]*|-", row[at]) for row in self.rows) for at in range(len(self.heads))]
        lines = [self.heads, ["---:" if numbers else "---" for numbers in right], *self.rows]
        return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def tables(figures: Figures) -> list[PageTable]:
    """Return all tables of the page."""
    sets, settings = figures["sets"], figures["settings"]
    shown = [(name, one) for name in ON for one in BY_KIND if one in sets[name]["detectors"]]
    return [
        aims_table(figures),
        PageTable("sets", ["series", "number", "judged series-days", "attacks"], _sets(sets)),
        PageTable(
            "limits",
            ["channel", "least", "times the third highest"],
            [[name, f"{least:g}", f"{settings['times'][name]:g}"] for name, least in settings["least"].items()],
        ),
        PageTable(
            "detectors",
            ["series", "detector", "findings a day", "of the worst series", "false alert-hours a day", "mean recall"],
            [row for name, one in sets.items() for row in _detectors(name, one)],
        ),
        PageTable("kinds", ["attack", *(f"{name}, {_title(one)}" for name, one in shown)], _kinds(sets, shown)),
        PageTable(
            "lasting",
            ["series", "point", "day 1", "day 2", "day 3"],
            [
                [name, point, *(figure(day, 2) for day in days)]
                for name, points in figures["lasting"].items()
                for point, days in points.items()
            ],
        ),
        PageTable(
            "budgets",
            ["series", "findings a day wanted", "level", "in the first half", "in the second half", "times wanted"],
            [_budget(name, row) for name, one in figures["budgets"].items() for row in one],
        ),
        PageTable(
            "risk",
            ["series", "points of the middle series", "days reported", "attacks reported", *RISKY],
            [
                [
                    name,
                    figure(one["middle"], 0),
                    figure(one["reported"], 2),
                    figure(one["attacks"], 2),
                    *(figure(one["by_kind"].get(label), 2) for label in RISKY),
                ]
                for name, one in figures["risk"].items()
            ],
        ),
    ]


def aims_table(figures: Figures) -> PageTable:
    """Return the table of the aims."""
    return PageTable(
        "aims",
        ["aim", "measured", "met"],
        [[aim.text, aim.measured, "yes" if aim.met else "**no**"] for aim in aims(figures)],
    )


def filled(page: str, figures: Figures) -> str:
    """Return the text of ``page`` with each marked table made anew from ``figures``; KeyError for an unknown name."""
    by_name = {table.name: table.markdown() for table in tables(figures)}
    return MARKED.sub(lambda mark: f"<!-- table {mark['name']} -->\n{by_name[mark['name']]}\n<!-- end -->", page)


def publish() -> None:
    """Fill the page from the JSON beside it."""
    write_text(PAGE, filled(PAGE.read_text(encoding="utf-8"), read_figures()))


def figure(value: float | None, places: int = 3) -> str:
    """Return a figure as tables show it; a dash for None."""
    return "-" if value is None else f"{value:.{places}f}"


TITLES = {
    ORIGINAL: "original, three sigma",
    PLAIN: "three sigma without usual peaks",
    THREE_SIGMA: "three sigma as shipped",
    f"{ORIGINAL} = loud": "original at the findings of loud",
    f"{DENSITY} = loud": "density at the findings of loud",
    f"{FOREST} = loud": "forest at the findings of loud",
}


def _title(detector: str) -> str:
    """Return what a detector is called in the tables."""
    return TITLES.get(detector, detector)


def _sets(sets: Figures) -> Rows:
    return [[name, str(one["series"]), figure(one["days"], 1), f"{one['attacks']:,}"] for name, one in sets.items()]


def _detectors(name: str, figures: Figures) -> Rows:
    return [
        [name, _title(detector), *(figure(row[key]) for key in ("findings", "worst", "false_hours", "recall"))]
        for detector, row in figures["detectors"].items()
    ]


def _budget(name: str, row: Figures) -> list[str]:
    halves = [figure(row[key], 2) for key in ("first", "second")]
    return [name, f"{row['wanted']:g}", f"{row['level']:g}", *halves, figure((row["second"] or 0) / row["wanted"], 2)]


def _kinds(sets: Figures, shown: Sequence[tuple[str, str]]) -> Rows:
    return [
        [kind, *(figure(sets[name]["kinds"].get(kind, {}).get(one), 2) for name, one in shown)]
        for kind in sets[BENCHMARK]["kinds"]
    ]


if __name__ == "__main__":
    publish()
