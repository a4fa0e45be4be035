"""Counters by hand, and against a collector written as plainly as can be, one interval and one counter at a time."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.examples import examples
from workbench.traffic import collecting
from workbench.traffic.collecting import DOWN, RESTART, Collector, Counter, Tap, Temporality
from workbench.traffic.pods import number_of
from workbench.traffic.points import Amounts

STEP = 30


def amounts(sent: Sequence[float], begin: float) -> Amounts:
    """One column that sends these bytes, one packet with each."""
    column = np.array(sent, dtype=np.float64)[:, None]
    time = begin + STEP * np.arange(len(sent), dtype=np.float64)
    return Amounts(time, STEP, column, np.sign(column), np.zeros_like(column))


def reported(
    days: Iterable[Amounts], counter: Counter, temporality: Temporality = "cumulative", interval: float = STEP
) -> dict[float, float]:
    """What is reported of one counter, by the beginning of the interval that the report falls into."""
    collector = Collector(("x",), interval, temporality, seed=1)
    values: dict[float, float] = {}
    for day in days:
        points, table = collector.collect(day, [Tap(counter, "x", 0, "bytes")])
        assert all(tuple(row) == counter.dimensions for row in table)
        values.update(zip((points.time // STEP * STEP).tolist(), points.measures["x"].tolist(), strict=True))
    return values


@pytest.fixture
def calm(monkeypatch: pytest.MonkeyPatch) -> Counter:
    """A counter whose exporter misses nothing; its restarts lie at whole multiples of RESTART."""
    monkeypatch.setattr(collecting, "number_of", lambda *names: 0)
    monkeypatch.setattr(collecting, "MISSED", 2**63)
    return Counter(("a",), "node")


BEGIN = 86_400.0  # a day that no restart of ``calm`` falls into


def test_a_counter_appears_with_its_first_amount_and_grows(calm: Counter) -> None:
    assert reported([amounts([0, 0, 500, 0, 20], BEGIN)], calm) == {BEGIN + 90: 500, BEGIN + 120: 500}


def test_totals_go_on_over_midnight(calm: Counter) -> None:
    days = [amounts([5, 5], BEGIN), amounts([5, 5, 0], BEGIN + 60)]
    assert list(reported(days, calm).values()) == [5, 10, 15, 20]


def test_a_counter_without_traffic_expires_and_begins_anew(calm: Counter) -> None:
    counter = Counter(calm.dimensions, calm.exporter, keeps=60)
    sent = [9, 0, 0, 0, 0, 4, 0]
    assert reported([amounts(sent, BEGIN)], counter) == {
        BEGIN + 30: 9, BEGIN + 60: 9, BEGIN + 90: 9, BEGIN + 180: 4,
    }  # fmt: skip
    split = [amounts(sent[:3], BEGIN), amounts(sent[3:], BEGIN + 90)]
    assert reported(split, counter) == reported([amounts(sent, BEGIN)], counter)


@pytest.mark.parametrize("before", [4, 0])
def test_after_a_restart_the_counter_begins_anew_and_what_was_sent_meanwhile_is_lost(
    calm: Counter, before: int
) -> None:
    begin = RESTART - before * STEP
    after = reported([amounts([7] * 10, begin)], calm)
    lost = int(DOWN // STEP)
    grown = {begin + STEP * number: 7.0 * number for number in range(1, before)}
    again = {RESTART + STEP * number: 7.0 * (number - lost) for number in range(lost + 1, 10 - before)}
    assert after == grown | again


def test_a_missed_report_leaves_a_gap_and_nothing_else(calm: Counter, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = reported([amounts([1] * 400, BEGIN)], calm)
    monkeypatch.setattr(collecting, "MISSED", 20)
    some = reported([amounts([1] * 400, BEGIN)], calm)
    assert 300 < len(some) < len(whole) == 399
    assert some.items() < whole.items()


def test_deltas_are_growth_and_the_first_point_of_a_life_is_missing(calm: Counter) -> None:
    counter = Counter(calm.dimensions, calm.exporter, keeps=60)
    sent = [9, 3, 0, 0, 0, 4, 6, 5]
    expected = {BEGIN + 60: 3, BEGIN + 90: 0, BEGIN + 120: 0, BEGIN + 210: 6}
    assert reported([amounts(sent, BEGIN)], counter, "delta") == expected
    split = [amounts(sent[:2], BEGIN), amounts(sent[2:], BEGIN + 60)]
    assert reported(split, counter, "delta") == expected


def test_a_counter_exists_in_its_time_only(calm: Counter) -> None:
    counter = Counter(calm.dimensions, calm.exporter, begin=BEGIN + 60, end=BEGIN + 150)
    assert reported([amounts([1, 2, 4, 8, 16, 32, 64], BEGIN)], counter) == {BEGIN + 90: 4, BEGIN + 120: 12}


def test_parts_of_a_column_sum_up_to_it() -> None:
    sent = amounts([0, 1, 2, 7, 1e12 + 5], BEGIN)
    parts = sum(sent.part("bytes", 0, part, 3) for part in range(3))
    assert parts.tolist() == sent.bytes[:, 0].tolist()  # type: ignore[union-attr]


def test_each_exporter_reports_at_a_second_of_its_own() -> None:
    collector = Collector(("x",), 60, "cumulative", seed=1)
    counters = [Counter((name,), name) for name in "abcdefgh"]
    points, table = collector.collect(amounts([1] * 100, BEGIN), [Tap(each, "x", 0, "bytes") for each in counters])
    seconds = {row: set((points.time[points.series == row] % 60).tolist()) for row in range(len(table))}
    assert all(len(found) == 1 for found in seconds.values())
    assert len(set.union(*seconds.values())) > 4
    assert (np.diff(points.time) >= 0).all()


def plainly(sent: Sequence[float], begin: float, keeps: float, offset: int) -> list[float]:
    """The totals at the end of each interval, NaN when nothing is exported: one interval after the other."""
    totals, total, idle = [], math.nan, math.inf
    for number, each in enumerate(sent):
        since_restart = (begin + number * STEP - offset) % RESTART
        if since_restart < DOWN:
            total, idle = math.nan, math.inf
        elif each > 0:
            total, idle = each + (0 if math.isnan(total) else total), 0.0
        else:
            idle += STEP
            if idle > keeps:
                total = math.nan
        totals.append(total)
    return totals


@settings(max_examples=examples(80, 800))
@given(
    sent=st.lists(st.sampled_from([0, 0, 0, 1, 5, 1000]), min_size=4, max_size=60),
    cut=st.integers(1, 3),
    keeps=st.sampled_from([60.0, 150.0, math.inf]),
    name=st.sampled_from("abcdefgh"),
    before_restart=st.integers(0, 40),
)
def test_counters_agree_with_a_collector_that_goes_from_interval_to_interval(
    sent: list[int], cut: int, keeps: float, name: str, before_restart: int
) -> None:
    offset = number_of("restart", name) % int(RESTART) // STEP * STEP
    begin = float(offset + RESTART - before_restart * STEP)
    split = len(sent) * cut // 4
    days = [amounts(sent[:split], begin), amounts(sent[split:], begin + split * STEP)]
    found = reported(days, Counter((name,), name, keeps))
    totals = plainly(sent, begin, keeps, offset)
    expected = {begin + STEP * (number + 1): total for number, total in enumerate(totals[:-1]) if total == total}
    wrong = {at: value for at, value in found.items() if expected.get(at) != value}
    missing = [at for at in expected if at not in found]
    assert not wrong
    phase = number_of("phase", name) % STEP
    down = {at for at in missing if (at + phase - offset) % RESTART < DOWN}
    assert len(set(missing) - down) <= 2, "only reports that are missed by chance, one of 500"
