"""The tables of docs/detection-quality.md, made from the content of docs/detection-quality.json."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from workbench.evaluate.studies import SEED, THREE_SIGMA
from workbench.evaluate.targets import left_out_ratio, targets
from workbench.evaluate.whole import BENCHMARK, PODS, PODS_AS_SHIPPED, SIMULATED

Rows = list[list[str]]


@dataclass(frozen=True)
class Table:
    """A table by the name of its marks: heads, and rows of text."""

    name: str
    heads: list[str]
    rows: Rows

    def markdown(self) -> str:
        """The table in Markdown, numbers to the right."""
        right = [all(re.fullmatch(r"-?[0-9,.]*|-", row[at]) for row in self.rows) for at in range(len(self.heads))]
        lines = [self.heads, ["---:" if one else "---" for one in right], *self.rows]
        return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def tables(results: dict[str, Any]) -> list[Table]:
    """All tables."""
    sets = results["sets"]
    return [
        Table("targets", ["aim", "measured", "met"], _targets(results)),
        *(
            Table(f"detectors-{_slug(name)}", ["detector", "sigma", *TOTALS], _detectors(content))
            for name, content in sets.items()
            if name != PODS_AS_SHIPPED
        ),
        Table("detectors-pods-as-shipped", ["detector", *TOTALS], _points_alone(results)),
        Table("halves", HALVES, _halves(results["halves"])),
        Table("left-out", LEFT_OUT, _left_out(results["left_out"])),
        Table("left-out-series", ["series", *results["left_out"]], _left_out_series(results["left_out"])),
        *(
            Table(f"kinds-{_slug(name)}", ["attack", *_shown(sets[name]), *WINDOWS.values()], _kinds(sets[name]))
            for name in (BENCHMARK, PODS, SIMULATED)
        ),
        Table("better", ["series", "attack", *BETTER], _better(sets)),
        *(Table(f"series-{_slug(name)}", ["series", *SERIES], _series(sets[name])) for name in (BENCHMARK, SIMULATED)),
        Table("channels", CHANNELS, _channels(results["channels"])),
        Table("assumptions", *_assumptions(results["assumptions"], sets[BENCHMARK])),
        *(Table(f"learning-{_slug(name)}", LEARNING, _learning(curve)) for name, curve in results["learning"].items()),
        Table("poisoning", ["series", "detector", "day 1", "day 2", "day 3"], _poisoning(results["poisoning"])),
        Table("shifts", SHIFTS, _shifts(results["shifts"])),
        *(Table(f"experiment-{name}", *_experiment(rows)) for name, rows in results["experiments"].items()),
        Table("sets", ["series", "number", "tested series-days", "attacks"], _sets(sets)),
        Table("points", *_points(results["settings"]["points"])),
    ]


def title(name: str) -> str:
    """What a detector is called in the tables."""
    if name == SEED:
        return "seed, 3 sigma"
    if name == THREE_SIGMA:
        return "shipped three sigma"
    if name.startswith("seed = "):
        return f"seed with {name[-1]}'s false hours"
    return f"seed with {name.removeprefix('seed ')} of its false hours" if name.startswith(SEED) else name


TOTALS = ["false alert-hours a day", "findings a day", "mean recall"]
HALVES = ["detector", "sigma", "false hours, first half", "false hours, second half", "recall, second half"]
LEFT_OUT = [
    *("point", "false hours as shipped", "left out", "ratio", "findings as shipped", "left out"),
    *("recall as shipped", "left out"),
]
CHANNELS = ["point", "channel", "false hours without it", "recall without it", "false hours alone", "recall alone"]
LEARNING = ["point", "day", "series-days", "false hours", "of an old profile then", "recall", "recall of the old"]
SHIFTS = ["series", "point", "moved levels", "findings unmoved", "moved", "accepted", "days until the last"]
SERIES_SHOWN = ["A", "B", "C", SEED, "seed = B"]
SERIES = [f"{part}, {one}" for part in ("false hours", "recall") for one in SERIES_SHOWN]
WINDOWS = {"A": "windows, A", "C": "windows, C", SEED: "windows, seed"}  # by detector
EXPERIMENT = {
    "part": "used",
    "false_hours": "false hours",
    "recall": "mean recall",
    "young": "false hours, day 2",
    "moved_hours": "moved levels, false hours",
    "moved_recall": "moved levels, recall",
    "moved": "findings after a move",
    "accepted": "if accepted",
}
BETTER = ["seed", "A", "seed with B's false hours", "B"]


def figure(value: float | None, places: int = 3) -> str:
    """A figure as tables show it; a dash where there is none."""
    return "-" if value is None else f"{value:.{places}f}"


def _slug(name: str) -> str:
    return name.replace(" ", "-")


def _targets(results: dict[str, Any]) -> Rows:
    return [[one.aim, one.measured, "yes" if one.met else "**no**"] for one in targets(results)]


def _total(content: dict[str, Any]) -> list[str]:
    return [figure(content["false_hours"]), figure(content["findings"]), figure(content["recall"])]


def _detectors(content: dict[str, Any]) -> Rows:
    sigmas = {SEED: 3.0, THREE_SIGMA: 3.0, **content["thresholds"]}
    return [[title(name), figure(sigmas.get(name), 1), *_total(one)] for name, one in content["detectors"].items()]


def _points_alone(results: dict[str, Any]) -> Rows:
    found = results["sets"][PODS_AS_SHIPPED]["detectors"]
    return [[name, *_total(found[name])] for name in results["settings"]["points"]]


def _halves(rows: Sequence[dict[str, Any]]) -> Rows:
    return [
        [
            title(row["detector"]),
            figure(row["threshold"], 1),
            figure(row["chosen_on"]["false_hours"]),
            figure(row["tested_on"]["false_hours"]),
            figure(row["tested_on"]["recall"]),
        ]
        for row in rows
    ]


def _left_out(by_point: dict[str, Any]) -> Rows:
    rows = []
    for name, row in by_point.items():
        pairs = {one: (row["shipped"][one], row["left_out"][one]) for one in ("false_hours", "findings", "recall")}
        cells = {one: [figure(value) for value in pair] for one, pair in pairs.items()}
        ratio = figure(left_out_ratio(row), 2)
        rows.append([name, *cells["false_hours"], ratio, *cells["findings"], *cells["recall"]])
    return rows


def _left_out_series(by_point: dict[str, Any]) -> Rows:
    names = next(iter(by_point.values()))["by_series"]
    return [[name, *(figure(row["by_series"][name], 2) for row in by_point.values())] for name in names]


def _shown(content: dict[str, Any]) -> list[str]:
    return [name for name in content["detectors"] if not name.startswith("seed 1/")]


def _by_name(content: dict[str, Any], part: str) -> Rows:
    return [
        [name, *(figure(by_detector[detector], 2) for detector in _shown(content))]
        for name, by_detector in content[part].items()
    ]


def _series(content: dict[str, Any]) -> Rows:
    hours, recalls = content["by_series"], content["series_recall"]
    return [
        [name, *(figure(part[name][one], 2) for part in (hours, recalls) for one in SERIES_SHOWN)] for name in hours
    ]


def _kinds(content: dict[str, Any]) -> Rows:
    rows = _by_name(content, "kinds")
    return [[*row, *(str(content["windows"][row[0]][detector]) for detector in WINDOWS)] for row in rows]


def _better(sets: dict[str, Any]) -> Rows:
    rows = []
    for name in (BENCHMARK, PODS, SIMULATED):
        for kind, found in sets[name]["kinds"].items():
            four = [found[one] for one in (SEED, "A", "seed = B", "B")]
            if None not in four and (four[0] > four[1] or four[2] > four[3]):
                rows.append([name, kind, *(figure(one, 2) for one in four)])
    return rows


def _channels(rows: Iterable[dict[str, Any]]) -> Rows:
    return [
        [
            row["point"],
            row["channel"],
            *(figure(row[part][one]) for part in ("without", "alone") for one in ("false_hours", "recall")),
        ]
        for row in rows
    ]


def _assumptions(rows: Sequence[dict[str, Any]], usual: dict[str, Any]) -> tuple[list[str], Rows]:
    names = list(rows[0]["detectors"])
    both = [{"assumption": "as everywhere", "detectors": usual["detectors"]}, *rows]

    def cell(one: dict[str, Any]) -> str:
        return f"{figure(one['recall'])} at {figure(one['false_hours'], 2)}"

    return ["assumption", *names], [
        [row["assumption"], *(cell(row["detectors"][name]) for name in names)] for row in both
    ]


def _learning(curve: dict[str, Any]) -> Rows:
    shown = ("days", "false_hours", "old_false_hours", "recall", "old_recall")
    return [
        [point, age, *(figure(row[one], 1 if one == "days" else 2) for one in shown)]
        for point, by_age in curve.items()
        for age, row in by_age.items()
    ]


def _poisoning(by_set: dict[str, Any]) -> Rows:
    return [
        [series, title(name), *(figure(day["recall"], 2) for day in days)]
        for series, found in by_set.items()
        for name, days in found.items()
    ]


def _shifts(by_set: dict[str, Any]) -> Rows:
    return [
        [
            series,
            point,
            str(row["shifts"]),
            *(figure(row[one], 2) for one in ("unmoved", "moved", "accepted", "quiet_after")),
        ]
        for series, found in by_set.items()
        for point, row in found.items()
    ]


def _sets(sets: dict[str, Any]) -> Rows:
    return [
        [name, str(one["series"]), figure(one["days"], 1), f"{one['attacks']:,}"]
        for name, one in sets.items()
        if name != PODS_AS_SHIPPED
    ]


def _experiment(rows: Sequence[dict[str, Any]]) -> tuple[list[str], Rows]:
    heads = list(dict.fromkeys(name for row in rows for name in row))
    cells = [[row[name] if isinstance(row[name], str) else figure(row[name]) for name in heads] for row in rows]
    return [EXPERIMENT.get(name, name) for name in heads], cells


def _points(points: dict[str, dict[str, float]]) -> tuple[list[str], Rows]:
    channels = list(next(iter(points.values())))
    rows = [
        [name, *(f"{point[one]:g}" if point[one] < 99 else "-" for one in channels)] for name, point in points.items()
    ]
    return ["point", *channels], rows
