"""What is measured: false alert-hours and findings per series-day, and the recall that an attack caused."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from workbench.evaluate.series import HOURS_A_DAY, Booleans

THROTTLE_HOURS = 24  # in which a finding is not repeated


@dataclass(frozen=True)
class FalseAlerts:
    """Normal hours without attacks: how many there are, how many alerted, and the findings that the throttle leaves."""

    hours: int = 0
    alerts: int = 0
    findings: int = 0

    def __add__(self, other: FalseAlerts) -> FalseAlerts:
        return FalseAlerts(self.hours + other.hours, self.alerts + other.alerts, self.findings + other.findings)

    @property
    def hours_a_day(self) -> float:
        """False alert-hours per series-day; not a number without hours."""
        return self.alerts * HOURS_A_DAY / self.hours if self.hours else float("nan")

    @property
    def findings_a_day(self) -> float:
        """Findings per series-day; not a number without hours."""
        return self.findings * HOURS_A_DAY / self.hours if self.hours else float("nan")


@dataclass(frozen=True)
class CausedRecall:
    """Attacks in windows that do not alert without them: how many there are, and how many were detected."""

    windows: int = 0
    detected: int = 0

    def __add__(self, other: CausedRecall) -> CausedRecall:
        return CausedRecall(self.windows + other.windows, self.detected + other.detected)

    @property
    def part(self) -> float:
        """Part of the windows that the attack caused to alert; not a number without windows."""
        return self.detected / self.windows if self.windows else float("nan")


def count_false_alerts(alerts: Sequence[bool] | Booleans, where: Booleans) -> FalseAlerts:
    """Count the alerts in the hours ``where``."""
    alerting = np.flatnonzero(np.asarray(alerts, dtype=bool) & where)
    return FalseAlerts(int(where.sum()), len(alerting), len(throttled(alerting.tolist())))


def throttled(hours: Iterable[int]) -> list[int]:
    """Return those of the alerting ``hours`` (ascending) that raise a finding: a day or more after the one before."""
    findings: list[int] = []
    for hour in hours:
        if not findings or hour - findings[-1] >= THROTTLE_HOURS:
            findings.append(hour)
    return findings


def count_caused(clean: Iterable[Sequence[bool]], attacked: Iterable[Sequence[bool]]) -> CausedRecall:
    """Compare the alerts of each window without and with the attack; windows that alert anyway do not count."""
    windows = detected = 0
    for without, with_attack in zip(clean, attacked, strict=True):
        if not any(without):
            windows += 1
            detected += any(with_attack)
    return CausedRecall(windows, detected)


def mean_recall(kinds: Iterable[CausedRecall]) -> float:
    """Return the mean recall of the kinds, each counting the same; kinds without windows are left out."""
    recalls = [kind.part for kind in kinds if kind.windows]
    return float(np.mean(recalls)) if recalls else float("nan")
