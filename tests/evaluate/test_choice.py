"""Thresholds are chosen on the series that are given, within the false hours allowed, as the alerts would have them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from npmlib.profile.points import POINTS, Point

from workbench.evaluate import sigma
from workbench.evaluate.attacks import KINDS
from workbench.evaluate.choice import BEGIN, BURST, Held, choose, held, limits_of
from workbench.evaluate.evaluation import Run, judge, prepare, score, sigma_rules
from workbench.evaluate.profile import Shipped, alerts_at
from workbench.evaluate.simulated import simulated_series
from workbench.evaluate.unseen import Development, chosen, halves, left_out

SHORT = [kind for kind in KINDS if kind.hours < 10]
FEW = 3
LIMITS = {"A": 2.0, "C": 0.2}
thresholds = st.builds(Point, *[st.floats(0, 6)] * 5)


@pytest.fixture(scope="module")
def runs() -> list[Run]:
    """Three simulated series of different families with a few attacks."""
    return score(prepare(simulated_series(1, days=30)[:3], SHORT, FEW), Shipped())


@pytest.fixture(scope="module")
def parts(runs: list[Run]) -> Held:
    """What thresholds are held against."""
    return held(runs, Shipped())


@pytest.fixture(scope="module")
def development(runs: list[Run], parts: Held) -> Development:
    """The three as if they were the benchmark; a fourth stands for pods and draws."""
    series = [run.series for run in runs]
    other = held(score(prepare(simulated_series(1, days=30)[3:4], SHORT, FEW), Shipped()), Shipped())
    return Development(Shipped(), runs, sigma_rules(prepare(series, SHORT, FEW)), other, other, 40)


@settings(max_examples=40, deadline=None)
@given(point=thresholds)
def test_false_hours_and_recall_are_those_of_the_alerts(runs: list[Run], parts: Held, point: Point) -> None:
    result = judge(runs, alerts_at(Shipped(), point))
    assert parts.false_hours(np.array(point)) == pytest.approx(result.quiet.false_hours)
    found = [one.recall for one in result.recall.values() if one.windows]
    assert parts.mean_recall(np.array(point)) == pytest.approx(np.mean(found) if found else 0.0)


@settings(max_examples=20, deadline=None)
@given(point=thresholds)
def test_parts_add_up_to_the_whole(runs: list[Run], parts: Held, point: Point) -> None:
    one, two, three = (held([run], Shipped()) for run in runs)
    together, values = three + one + two, np.array(point)
    assert together.false_hours(values) == pytest.approx(parts.false_hours(values))
    assert together.mean_recall(values) == pytest.approx(parts.mean_recall(values))


def test_a_weight_is_that_of_one_kind(parts: Held) -> None:
    values = np.array(POINTS["B"])
    plain, alone = parts.mean_recall(values), parts.mean_recall(values, weight=1e9)
    place = parts.kinds.index(BURST)
    own = replace(parts, before=parts.before[:, parts.kind == place], attacked=parts.attacked[:, parts.kind == place])
    assert alone == pytest.approx(replace(own, kind=parts.kind[parts.kind == place]).mean_recall(values))
    assert alone != plain


def test_a_choice_keeps_the_limits_and_finds_something(parts: Held) -> None:
    found = choose(parts, [parts], LIMITS, 150)
    assert list(found) == ["A", "C"]
    for name, point in found.items():
        assert parts.false_hours(np.array(point)) <= LIMITS[name]
        assert parts.mean_recall(np.array(point)) > 0.3
        assert all(value * 20 == pytest.approx(round(value * 20)) for value in point)
    assert all(loud <= quiet for loud, quiet in zip(found["A"], found["C"], strict=True))
    assert found == choose(parts, [parts], LIMITS, 150)


def test_series_without_attacks_limit_it_too(parts: Held) -> None:
    noisy = replace(parts, hours=parts.hours // 50)  # as if all its alerts came in a fiftieth of the time
    free, limited = (choose(parts, quiet, LIMITS, 150)["A"] for quiet in ([parts], [parts, noisy]))
    assert noisy.false_hours(np.array(free)) > LIMITS["A"] >= noisy.false_hours(np.array(limited))


def test_where_nothing_is_allowed_nothing_alerts(parts: Held) -> None:
    found = choose(parts, [replace(parts, hours=1)], {"C": 0.0}, 30)["C"]
    assert parts.false_hours(np.array(found)) == 0
    assert all(value <= most for value, most in zip(found, BEGIN, strict=True))


def test_points_may_have_parts_of_what_the_seed_has() -> None:
    assert limits_of(2.0) == {"A": 2.0, "B": 0.2, "C": 0.1, "D": 0.05}


def test_a_series_left_out_has_no_say_in_its_thresholds(development: Development) -> None:
    out = development.runs[1]
    rest = [run for run in development.runs if run is not out]
    others = replace(development, runs=rest, rules=sigma_rules(prepare([run.series for run in rest], SHORT, FEW)))
    content = left_out(development)
    assert {name: Point(*row["thresholds"][out.series.name]) for name, row in content.items()} == chosen(others)
    own = judge([out], alerts_at(Shipped(), Point(*content["B"]["thresholds"][out.series.name])))
    assert content["B"]["by_series"][out.series.name] == pytest.approx(own.quiet.false_hours, abs=1e-4)
    assert content["B"]["shipped"]["recall"] == pytest.approx(
        judge(development.runs, alerts_at(Shipped(), POINTS["B"])).mean_recall, abs=1e-4
    )


def test_second_halves_have_no_say_in_their_thresholds(development: Development) -> None:
    first_half = held(development.runs, Shipped(), lambda series: series.tested_early)
    rate = development.rules.judge(sigma.SEED, lambda series: series.tested_early).quiet.false_hours
    point = development.points(first_half, rate)["C"]
    late = judge(development.runs, alerts_at(Shipped(), point), lambda series: series.tested_late)
    row = next(one for one in halves(development) if one["detector"] == "C")
    assert row["tested_on"]["false_hours"] == pytest.approx(late.quiet.false_hours, abs=1e-4)
    assert row["tested_on"]["recall"] == pytest.approx(late.mean_recall, abs=1e-4)
