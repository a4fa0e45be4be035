"""What the two detections of processes add up to on a day: points of risk, and whether they are reported.

A series is a process with a single metric. Each detection counts once a day for each of its levels, as throttling has
it. A day that collects more than MOST_POINTS is what Enterprise Security's rule of 24 hours reports.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from npmlib.profile.points import POINTS, SHIPPED

from workbench.evaluate.evaluation import ByProfile, BySigma, Windows
from workbench.evaluate.figures import Figures, number
from workbench.evaluate.profile import ScoredHours
from workbench.evaluate.series import HOURS_A_DAY, Booleans, Floats
from workbench.evaluate.sigma import SHIPPED_RULE, Counted
from workbench.replay.risk import MOST_POINTS

MONTH = 30  # days
FEWEST_DAYS = 10  # for which the risk of a series is counted
SUSTAINED = ((0.0, 2), (1.0, 5), (1.5, 10), (2.0, 20), (3.0, 40))  # from so many times the highest before on
HIGH, EXTREME, FACTOR, MOST = 2.0, 8.0, 2.5, 90  # a level begins; least factor of an extreme hour, and most points
OUTBOUND = ((0.0, 10), (2.0, 20), (5.0, 30))  # from so many times the limit on


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

    def points(self, at: slice | Booleans) -> int:
        """Return the points of the hours ``at``, which are one day."""
        found = self.sustained[at]
        sustained = _sustained(self.rare[at][found].tolist(), self.factor[at][found].tolist())
        over = self.over[at][self.outbound[at]].tolist()
        return sustained + sum({_step(OUTBOUND, one) for one in over})


def _sustained(rare: Sequence[float], factors: Sequence[float]) -> int:
    """Return the points of the hours of a day that the sustained detection reports, by its levels."""
    far = [factor for one, factor in zip(rare, factors, strict=True) if one >= EXTREME and factor >= FACTOR]
    others = [one for one, factor in zip(rare, factors, strict=True) if one < EXTREME or factor < FACTOR]
    moderate, high = ([one for one in others if (one >= HIGH) == level] for level in (False, True))
    extreme = min(MOST, round(40 + 10 * max(far))) if far else 0
    return (
        sum(_step(SUSTAINED, max(level)) for level in (moderate, high) if level)
        + extreme * min(len(far), 2)  # once more where it lasts
    )


def _step(steps: Sequence[tuple[float, int]], value: float) -> int:
    return max((points for least, points in steps if value >= least), default=0)


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


def _days(one: Windows, hours: Hours) -> Iterator[int]:
    day = (one.first_hour + np.arange(len(one.where))) // HOURS_A_DAY
    for each in np.unique(day[one.where]):
        yield hours.points(one.where & (day == each))
