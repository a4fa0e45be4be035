"""Fills the tables of docs/detection-quality.md, between the marks that name them, from the figures beside it.

python -m workbench.evaluate.page        # after a table or the text of an aim was changed; make evaluate does it too
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from workbench.evaluate.aims import aims, left_out_ratios
from workbench.evaluate.figures import DOCS, ORIGINAL, PLAIN, THREE_SIGMA, Figures, read_figures
from workbench.evaluate.study import BENCHMARK
from workbench.writing import write_text

PAGE = DOCS / "detection-quality.md"
MARKED = re.compile(r"<!-- table (?P<name>[a-z-]+) -->\n.*?<!-- end -->", re.DOTALL)
BY_KIND = ("A", "C", ORIGINAL, THREE_SIGMA)  # detectors whose recall is shown by kind of attack
NEVER = 99  # a threshold that no score reaches

Rows = list[list[str]]


@dataclass(frozen=True)
class Table:
    """A table by the name in its marks: heads, and rows of text."""

    name: str
    heads: Sequence[str]
    rows: Rows

    def markdown(self) -> str:
        """Return the table in Markdown, numbers to the right."""
        right = [all(re.fullmatch(r"-?[0-9,.]*|-", row[at]) for row in self.rows) for at in range(len(self.heads))]
        lines = [self.heads, ["---:" if numbers else "---" for numbers in right], *self.rows]
        return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def tables(figures: Figures) -> list[Table]:
    """Return all tables of the page."""
    sets = figures["sets"]
    points = figures["settings"]["points"]
    return [
        aims_table(figures),
        Table("sets", ["series", "number", "tested series-days", "attacks"], _sets(sets)),
        Table(
            "points", ["point", *points["A"]], [[name, *map(_threshold, row.values())] for name, row in points.items()]
        ),
        Table(
            "detectors",
            ["series", "detector", "sigma", "false alert-hours a day", "findings a day", "mean recall"],
            [
                *(row for name, one in sets.items() for row in _detectors(name, one)),
                *(["pods as shipped", name, "-", *_totals(row)] for name, row in figures["pods_as_shipped"].items()),
            ],
        ),
        Table("kinds", ["attack", *(f"{name}, {one}" for name in sets for one in BY_KIND)], _kinds(sets)),
        Table(
            "left-out",
            ["point", "false hours as shipped", "left out", "ratio", "recall as shipped", "left out"],
            _left_out(figures),
        ),
        Table(
            "halves",
            ["detector", "false hours, first half", "false hours, second half", "recall, second half"],
            [
                [name, figure(row["first"]["false_hours"]), *_hours_and_recall(row["second"])]
                for name, row in figures["halves"].items()
            ],
        ),
    ]


def aims_table(figures: Figures) -> Table:
    """Return the table of the aims."""
    return Table(
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


def _title(detector: str) -> str:
    """Return what a detector is called in the tables."""
    if detector in (PLAIN, THREE_SIGMA):
        return {PLAIN: "three sigma without usual peaks", THREE_SIGMA: "three sigma as shipped"}[detector]
    return detector.replace("= ", "with the false hours of ")


def _threshold(value: float) -> str:
    return f"{value:g}" if value < NEVER else "-"


def _totals(row: Figures) -> list[str]:
    return [figure(row[name]) for name in ("false_hours", "findings", "recall")]


def _hours_and_recall(row: Figures) -> list[str]:
    return [figure(row["false_hours"]), figure(row["recall"])]


def _sets(sets: Figures) -> Rows:
    return [[name, str(one["series"]), figure(one["days"], 1), f"{one['attacks']:,}"] for name, one in sets.items()]


def _detectors(name: str, one: Figures) -> Rows:
    sigmas = {ORIGINAL: 3.0, PLAIN: 3.0, THREE_SIGMA: 3.0, **one["thresholds"]}
    return [
        [name, _title(detector), figure(sigmas.get(detector), 1), *_totals(row)]
        for detector, row in one["detectors"].items()
    ]


def _kinds(sets: Figures) -> Rows:
    return [
        [kind, *(figure(sets[name]["kinds"].get(kind, {}).get(one), 2) for name in sets for one in BY_KIND)]
        for kind in sets[BENCHMARK]["kinds"]
    ]


def _left_out(figures: Figures) -> Rows:
    ratios = left_out_ratios(figures)
    return [
        [
            name,
            *(figure(row[part]["false_hours"]) for part in ("shipped", "left_out")),
            figure(ratios.get(name), 2),
            *(figure(row[part]["recall"]) for part in ("shipped", "left_out")),
        ]
        for name, row in figures["left_out"].items()
    ]


if __name__ == "__main__":
    publish()
