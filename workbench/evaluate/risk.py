"""What the two detections of processes add up to on a day: points of risk, and whether they are reported.

A series is a process with a single metric. The levels and points of a finding are worked out by the expressions of the
searches as they ship. Each detection counts once a day for each of its levels, with the first finding of it, as
throttling has it. A day that collects more than MOST_POINTS is what Enterprise Security's rule of 24 hours reports.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
from npmlib.profile.points import POINTS, SHIPPED

from workbench.compiler.content import Content
from workbench.compiler.project import file_stem, read_project
from workbench.evaluate.evaluation import ByProfile, BySigma, Windows
from workbench.evaluate.figures import Figures, number
from workbench.evaluate.profile import ScoredHours
from workbench.evaluate.recorded import EvaluateError
from workbench.evaluate.series import HOURS_A_DAY, Booleans, Floats
from workbench.evaluate.sigma import SHIPPED_RULE, Counted
from workbench.replay.app import App
from workbench.replay.context import SearchContext, Window
from workbench.replay.expressions.compiled import Run
from workbench.replay.expressions.compiling import compile_value
from workbench.replay.lookups import LookupFolder
from workbench.replay.risk import MOST_POINTS
from workbench.replay.rows import Row, Value, as_number
from workbench.spl.tree import Eval
from workbench.traffic.attacks import OUTBOUND, SUSTAINED
from workbench.traffic.store import MetricsStore

CONTENT = Path(__file__).resolve().parents[2] / "contentctl"
MONTH = 30  # days
FEWEST_DAYS = 10  # for which the risk of a series is counted
SEARCHED = 4  # hours that a run of the sustained detection looks at
SURE = 2  # confidence high, as the sustained detection counts it


@dataclass(frozen=True)
class Hours:
    """Hours as the searches see them: those with a finding, and by how much.

    ``sustained`` and ``outbound`` say which hours the detection reports, ``rare`` how many times the highest score
    before each scores, ``factor`` how many times as much as expected was sent, ``over`` how many times its limit the
    largest interval is.
    """

    sustained: Booleans
    rare: Floats
    factor: Floats
    outbound: Booleans
    over: Floats

    @classmethod
    def of(cls, scored: ScoredHours, counted: Counted) -> Hours:
        """Put together what the profile and the rule of three standard deviations say of the same hours."""
        outbound = counted.alerts(SHIPPED_RULE).ravel()
        with np.errstate(divide="ignore", invalid="ignore"):
            over = counted.top.ravel() / counted.limits(SHIPPED_RULE).ravel()
        return cls(scored.alerts(POINTS[SHIPPED]), scored.rarity()[1], scored.ratio, outbound, over)

    def points(self, at: slice | Booleans) -> float:
        """Return the points of the hours ``at``, which are one day."""
        sustained = zip(self.sustained[at].tolist(), self.rare[at].tolist(), self.factor[at].tolist(), strict=True)
        outbound: Iterator[Row] = ({"times": over} for over in self.over[at][self.outbound[at]].tolist())
        return _once_a_level(OUTBOUND, outbound) + _once_a_level(SUSTAINED, runs(list(sustained)))


def runs(hours: Sequence[tuple[bool, float, float]]) -> Iterator[Row]:
    """Yield what the sustained detection has found of a series after each hour, as its last stats leaves it.

    Each of ``hours`` says whether it is reported, its rarity and its factor, see Hours.
    """
    seen: list[Row | None] = []
    for reported, rare, factor in hours:
        seen.append(evaluated(SUSTAINED, ("far", "extreme"), times_highest=rare, factor=factor) if reported else None)
        found = [row for row in seen[-SEARCHED:] if row is not None]
        if found:
            far, extreme = ([row[name] for row in found if row[name] is not None] for name in ("far", "extreme"))
            yield {
                "sure": SURE,
                "times_highest": max(as_number(row["times_highest"]) or 0.0 for row in found),
                "far": max((as_number(value) or 0.0 for value in far), default=None),
                "far_hours": len(far),
                "extreme_hours": len(extreme),
            }


def _once_a_level(detection: str, found: Iterable[Row]) -> float:
    """Return the points of findings one after the other, of each level the first."""
    points: dict[str, float] = {}
    for row in found:
        finding = evaluated(detection, ("level", "risk_score"), **row)
        points.setdefault(str(finding["level"]), as_number(finding["risk_score"]) or 0.0)
    return sum(points.values())


def evaluated(detection: str, fields: tuple[str, ...], **row: Value) -> Row:
    """Return a row of the search of ``detection`` with ``fields``, as its eval works them out from left to right."""
    for field, compute in _expressions(detection, fields):
        row[field] = compute(row)
    return row


@cache
def _expressions(detection: str, fields: tuple[str, ...]) -> tuple[tuple[str, Run], ...]:
    """Compile the expressions of ``fields`` in the search of ``detection`` as it ships; EvaluateError if unreadable."""
    content = Content(read_project(CONTENT)[0])
    (document,) = (each for each in content.project.kind("detections") if each.path.stem == file_stem(detection))
    search = content.search_of(document)
    if search is None:
        raise EvaluateError(f"{document.path}: the search cannot be read; see 'make check'")
    steps = [step for command in search.commands() if isinstance(command, Eval) for step in command.assignments]
    # Nothing here looks at a table or a point.
    app = App(CONTENT, {}, {}, {}, LookupFolder(CONTENT))
    context = SearchContext(app, MetricsStore(CONTENT), Window(0, 0), 0)
    return tuple((step.field, compile_value(step.expression, context)) for step in steps if step.field in fields)


def risk(judged: Sequence[Windows], profile: Sequence[ByProfile], sigma: Sequence[BySigma]) -> Figures:
    """Return the points of the middle series in a month, days reported a month and series, and attacks reported.

    ``attacks`` is the mean over the kinds of the share that is reported, ``by_kind`` has each.
    """
    months, reported, days = [], 0, 0
    by_kind: dict[str, list[bool]] = {}
    for one, scored, counted in zip(judged, profile, sigma, strict=True):
        points = list(_days(one, Hours.of(scored.clean, counted.clean)))
        reported += sum(each > MOST_POINTS for each in points)
        days += len(points)
        if len(points) >= FEWEST_DAYS:
            months.append(MONTH * sum(points) / len(points))
        for kind, first, of_kind, count in zip(one.kinds, one.first, scored.attacked, counted.attacked, strict=True):
            hours = Hours.of(of_kind, count)
            by_kind.setdefault(kind.label, []).extend(
                hours.points(slice(at * kind.hours, (at + 1) * kind.hours)) > MOST_POINTS for at in range(len(first))
            )
    shares = {label: float(np.mean(found)) for label, found in by_kind.items() if found}
    return {
        "middle": number(float(np.median(months))) if months else None,
        "reported": number(MONTH * reported / days) if days else None,
        "attacks": number(float(np.mean(list(shares.values())))) if shares else None,
        "by_kind": {label: number(share) for label, share in shares.items()},
    }


def _days(one: Windows, hours: Hours) -> Iterator[float]:
    day = (one.first_hour + np.arange(len(one.where))) // HOURS_A_DAY
    for each in np.unique(day[one.where]):
        yield hours.points(one.where & (day == each))
