"""Simulated series of six families: some draws limit the choice of thresholds, another is tested.

What the recorded series lack: processes that are silent most of the time, weekly rhythms with nightly jobs, levels
that a deploy moves for good, growth. Everything follows from one seed. A level that moves is harmless: its alerts
are false. Every series is also deployed now and then without any effect, which looks the same to the profile.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from npmlib.profile.hours import INTERVALS

from workbench.evaluate.series import HOURS_A_DAY, Floats, TrafficSeries, learning_hours
from workbench.traffic.loadcurves import Recurring, Rhythm, autoregressive, occurrences, overlay, season

FIRST_HOUR = 490_000  # 2025-11-24
DAYS = 35
EACH = 3  # series of a family
SEED = 20_251_124  # of the series that are tested
DRAWS = (4711, 815, 99, 7)  # of those that thresholds are chosen on
MOVED = "deploys"  # the family whose level every deploy moves for good
BETWEEN_DEPLOYS = 3, 12  # days

Generator = np.random.Generator


def simulated_series(each: int = EACH, days: int = DAYS, seed: int = SEED) -> list[TrafficSeries]:
    """Make ``each`` series of every family, ``days`` long."""
    hours = days * HOURS_A_DAY
    times: Floats = (FIRST_HOUR * INTERVALS + np.arange(hours * INTERVALS, dtype=np.float64)) * 30.0
    made = []
    for family_number, (family, shape) in enumerate(FAMILIES.items()):
        for number in range(each):
            random = np.random.default_rng([seed, family_number, number])
            values = shape(times, random)
            moves = _moves(times, random) if family == MOVED else []
            for at, factor in moves:
                values = np.where(times >= at, values * factor, values)
            idle = _deploy_times(times, np.random.default_rng([seed, family_number, number, 1]))
            deploys = tuple(sorted(int((at - times[0]) // 3600) for at in [*idle, *(at for at, _ in moves)]))
            normal, learning = np.ones(hours, dtype=bool), learning_hours(hours)
            values = values.reshape(hours, INTERVALS)
            made.append(TrafficSeries(f"{family} {number + 1}", FIRST_HOUR, values, normal, learning, deploys=deploys))
    return made


def _smooth(times: Floats, random: Generator) -> Floats:
    """A service that many people use: a daily rhythm, little noise."""
    rhythm = Rhythm(swing=random.uniform(0.2, 0.7), peak_hour=random.uniform(10, 20), weekend=random.uniform(0.6, 1))
    return _level(random) * season(times, 0, rhythm) * _noise(len(times), random, (0.2, 0.9), (0.08, 0.998))


def _bursty(times: Floats, random: Generator) -> Floats:
    """A service that few use: noise of minutes and hours, and bursts of a quarter of an hour."""
    level = season(times, 0, Rhythm(swing=random.uniform(0, 0.5)))
    bursts = Recurring(every=random.uniform(5, 11) * 3600, duration=900, jitter=4 * 3600, size=4, spread=0.6)
    happened = occurrences(bursts, [int(random.integers(1 << 30))], 0, times[0], times[-1])
    noise = _noise(len(times), random, (0.6, 0.8), (0.5, 0.995))
    return _level(random) * level * noise * overlay(times, happened, 1.0)


def _cron(times: Floats, random: Generator) -> Floats:
    """A job that runs every few hours for some minutes, and has no data points between."""
    every = float(random.choice([3600, 4 * 3600, 24 * 3600]))
    job = Recurring(every=every, duration=random.uniform(300, 1500), offset=1200, jitter=300, size=1, spread=0.3)
    happened = occurrences(job, [int(random.integers(1 << 30))], 0, times[0], times[-1])
    sent = _level(random) * 5 * overlay(times, happened, 0.0) * _noise(len(times), random, (0.4, 0.5))
    return np.where(sent > 0, sent, np.nan)


def _weekly(times: Floats, random: Generator) -> Floats:
    """An office: quiet nights and weekends, and a backup each night."""
    rhythm = Rhythm(swing=0.9, peak_hour=13, weekend=random.uniform(0.05, 0.3))
    backup = Recurring(every=HOURS_A_DAY * 3600, duration=2400, offset=2 * 3600, jitter=900, size=3, spread=0.3)
    happened = occurrences(backup, [int(random.integers(1 << 30))], 0, times[0], times[-1])
    noise = _noise(len(times), random, (0.5, 0.8), (0.15, 0.995))
    return _level(random) * (season(times, 0, rhythm) * noise + overlay(times, happened, 0.0))


def _growth(times: Floats, random: Generator) -> Floats:
    """A smooth service that is used more each day."""
    rate = random.uniform(0.01, 0.03)
    grown: Floats = np.exp(rate * (times - times[0]) / (HOURS_A_DAY * 3600))
    return _smooth(times, random) * grown


FAMILIES: dict[str, Callable[[Floats, Generator], Floats]] = {
    "smooth": _smooth,
    "bursty": _bursty,
    "cron": _cron,
    "weekly": _weekly,
    MOVED: _smooth,
    "growth": _growth,
}


def _moves(times: Floats, random: Generator) -> list[tuple[float, float]]:
    """Draw when a deploy moves the level (epoch seconds), and by which factor: up and down in turn."""
    moves: list[tuple[float, float]] = []
    at, up = times[0], 1
    while True:
        at += random.uniform(*BETWEEN_DEPLOYS) * HOURS_A_DAY * 3600
        if at > times[-1]:
            return moves
        moves.append((float(at), float(np.exp(up * random.uniform(0.2, 0.8)))))
        up = -up


def _deploy_times(times: Floats, random: Generator) -> list[float]:
    """Draw when deploys that change nothing happen (epoch seconds)."""
    deployed: list[float] = []
    at = float(times[0])
    while True:
        at += random.uniform(*BETWEEN_DEPLOYS) * HOURS_A_DAY * 3600
        if at > times[-1]:
            return deployed
        deployed.append(at)


def _level(random: Generator) -> float:
    """Draw the bytes of an interval, from 10 kB to 1 MB."""
    return float(10 ** random.uniform(4, 6))


def _noise(length: int, random: Generator, *parts: tuple[float, float]) -> Floats:
    """Draw a product of lognormal noises of mean 1; a part is a sigma and the correlation from interval to interval."""
    logs = np.zeros(length)
    for sigma, memory in parts:
        shocks = random.standard_normal((length, 1))
        noise = autoregressive(shocks, np.array([memory]), random.standard_normal(1))[:, 0]
        logs += sigma * noise - sigma**2 / 2
    return np.exp(logs)
