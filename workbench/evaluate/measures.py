"""What is measured: false alert-hours and findings per series-day, and the recall that an attack caused."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from workbench.evaluate.series import DAY, Booleans

THROTTLE = 24  # hours in which a finding is not repeated


@dataclass(frozen=True)
class Quiet:
    """Normal hours without attacks: how many, how many of them alerted, and the findings after the throttle."""

    hours: int = 0
    alerts: int = 0
    findings: int = 0

    def __add__(self, other: Quiet) -> Quiet:
        return Quiet(self.hours + other.hours, self.alerts + other.alerts, self.findings + other.findings)

    @property
    def false_hours(self) -> float:
        """False alert-hours per series-day."""
        return self.alerts * DAY / self.hours if self.hours else float("nan")

    @property
    def findings_a_day(self) -> float:
        """Findings per series-day."""
        return self.findings * DAY / self.hours if self.hours else float("nan")


@dataclass(frozen=True)
class Caused:
    """Attacks in windows without an alert of their own: how many there were, and how many alerted then."""

    windows: int = 0
    found: int = 0

    def __add__(self, other: Caused) -> Caused:
        return Caused(self.windows + other.windows, self.found + other.found)

    @property
    def recall(self) -> float:
        """Part of the windows that the attack caused to alert; not a number without windows."""
        return self.found / self.windows if self.windows else float("nan")


def quiet(alerts: Sequence[bool] | Booleans, where: Booleans) -> Quiet:
    """Count the alerts in the hours ``where``."""
    places = np.flatnonzero(np.asarray(alerts, dtype=bool) & where)
    return Quiet(int(where.sum()), len(places), len(throttled(places.tolist())))


def throttled(hours: Iterable[int]) -> list[int]:
    """The hours (ascending) that give a finding: those a day or more after the finding before."""
    found: list[int] = []
    for hour in hours:
        if not found or hour - found[-1] >= THROTTLE:
            found.append(hour)
    return found


def caused(clean: Iterable[Sequence[bool]], attacked: Iterable[Sequence[bool]]) -> Caused:
    """Compare each window without and with the attack; windows that alert anyway do not count."""
    windows = found = 0
    for before, now in zip(clean, attacked, strict=True):
        if not any(before):
            windows += 1
            found += any(now)
    return Caused(windows, found)


def mean_recall(kinds: Iterable[Caused]) -> float:
    """The mean of the recalls of kinds, each counting the same; kinds without windows are left out."""
    recalls = [kind.recall for kind in kinds if kind.windows]
    return float(np.mean(recalls)) if recalls else float("nan")
