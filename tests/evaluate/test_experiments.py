"""Experiments change one thing: their shipped variant is the shipped profile, and what they do not change stays."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from npmlib.profile import burst, learning
from npmlib.profile.hours import measures
from npmlib.profile.points import POINTS
from npmlib.profile.state import FLOOR, HOURS_SEEN, SCALE, blank

from workbench.evaluate.attacks import KINDS
from workbench.evaluate.evaluation import Prepared, Result, judge, prepare, score
from workbench.evaluate.experiments import (
    BURSTS,
    CONTRASTS,
    FALSE_HOURS,
    FixedStart,
    OtherContrast,
    experiments,
)
from workbench.evaluate.lasting import poisoning
from workbench.evaluate.measures import Caused
from workbench.evaluate.mimicry import OtherSlow
from workbench.evaluate.profile import Shipped, alerts_at, watch
from workbench.evaluate.series import UNIT, Series
from workbench.evaluate.simulated import simulated_series
from workbench.evaluate.studies import number

DAYS, FEW, LIFTED = 21, 2, 6
Rows = list[dict[str, Any]]


@pytest.fixture(scope="module")
def few() -> list[Series]:
    """A smooth and a bursty series of three weeks."""
    return simulated_series(1, DAYS)[:2]


@pytest.fixture(scope="module")
def short() -> Prepared:
    """In place of the pods a calm one, watched for a day and a half; attacks of up to an hour."""
    values = 50_000 * np.exp(0.2 * np.random.default_rng(4).standard_normal((36, 120)))
    calm = Series("calm", 490_000, values, np.ones(36, dtype=bool), 8)
    return prepare([calm], [kind for kind in KINDS if kind.length <= 120], 10 * FEW)


@pytest.fixture(scope="module")
def found(few: list[Series], short: Prepared) -> dict[str, Rows]:
    """All experiments with few attacks."""
    return experiments(few, short, LIFTED, FEW)


@pytest.fixture(scope="module")
def plain(few: list[Series]) -> dict[str, Result]:
    """The shipped profile at every point, on the attacks that the experiments draw."""
    runs = score(prepare(few, injections=FEW), Shipped())
    return {name: judge(runs, alerts_at(Shipped(), point)) for name, point in POINTS.items()}


def row(rows: Rows, **wanted: str) -> dict[str, Any]:
    """The one row with these texts; of the variant, how it ends."""
    (one,) = (
        one
        for one in rows
        if all(one[name].endswith(text) if name == "variant" else one[name] == text for name, text in wanted.items())
    )
    return one


def test_every_experiment_has_a_row_that_is_shipped_and_one_that_is_not(found: dict[str, Rows]) -> None:
    assert set(found) == {"burst", "start", "guard", "hold", "mimicry"}
    for rows in found.values():
        shipped = ["shipped" in one["variant"] for one in rows]
        assert any(shipped)
        assert not all(shipped)


def test_figures_are_rates_and_parts(found: dict[str, Rows]) -> None:
    for one in (one for rows in found.values() for one in rows):
        for name, value in one.items():
            if name in ("variant", "part", "point") or value is None:
                continue
            assert 0 <= value <= (24 if name == "false_hours" else 14), (name, one)
            if name == "recall" or name in BURSTS:
                assert value <= 1, (name, one)


@pytest.mark.parametrize("point", ["A", "C"])
def test_the_burst_channel_as_shipped_is_the_plain_scorer(
    point: str, found: dict[str, Rows], plain: dict[str, Result]
) -> None:
    one = row(found["burst"], variant="as shipped", part=f"in {point}")
    assert one["false_hours"] == number(plain[point].quiet.false_hours)
    assert one["recall"] == number(plain[point].mean_recall)
    assert [one[kind] for kind in BURSTS] == [number(plain[point].recall[kind].recall) for kind in BURSTS]


def test_contrasts_are_compared_at_no_more_false_hours_than_wanted(found: dict[str, Rows]) -> None:
    for point in "AC":
        most = row(found["burst"], variant="as shipped", part=f"in {point}")["false_hours"]
        compared = [one for one in found["burst"] if one["part"] == f"in {point}"]
        assert all(one["false_hours"] <= most for one in compared)
    for name in CONTRASTS:
        alone = [one["false_hours"] for one in found["burst"] if one["variant"] == name and one["part"] == "alone"]
        assert all(measured <= wanted for measured, wanted in zip(alone, FALSE_HOURS, strict=True))


def test_the_start_as_shipped_is_the_plain_scorer_with_its_guard_lifted(
    found: dict[str, Rows], short: Prepared
) -> None:
    lifted = Shipped(silent_hours=LIFTED)
    result = judge(score(short, lifted), alerts_at(lifted, POINTS["B"]))
    one = row(found["start"], variant="(shipped)")
    assert (one["false_hours"], one["recall"]) == (number(result.quiet.false_hours), number(result.mean_recall))
    assert one["recall"] > row(found["start"], variant="(reference)")["recall"]
    assert one["young"] == row(found["guard"], variant="(shipped)", point="B")["day 2"]


def test_the_guard_says_less_in_the_first_week_and_the_same_after(found: dict[str, Rows]) -> None:
    for point in "BC":
        every = row(found["guard"], variant="every hour over the limits", point=point)
        first = row(found["guard"], variant="(shipped)", point=point)
        assert all(first[age] <= every[age] for age in ("day 2", "days 3-4", "days 5-7"))
        assert first["days 8-14"] == every["days 8-14"]


def test_the_hold_as_shipped_is_the_plain_scorer(
    found: dict[str, Rows], plain: dict[str, Result], few: list[Series]
) -> None:
    one = row(found["hold"], variant="(shipped)")
    assert one["false_hours"] == number(plain["B"].quiet.false_hours)
    days = poisoning(few, Shipped(), {"B": POINTS["B"]}, {}, 2 * FEW, 1)["B"]
    assert [one[f"day {place}"] for place in (1, 2, 3)] == [number(day.recall) for day in days]


def test_scales_wait_as_long_as_shipped_or_as_long_as_a_hold_lasts(
    few: list[Series], short: Prepared, monkeypatch: pytest.MonkeyPatch
) -> None:
    shipped, waited = learning.STEADY, []

    def listening(*arguments: Any) -> dict[str, list[Caused]]:
        waited.append(learning.STEADY)
        return poisoning(*arguments)

    monkeypatch.setattr("workbench.evaluate.experiments.poisoning", listening)
    experiments(few, short, LIFTED, 1)
    assert waited == [learning.LONGEST_HOLD, shipped]
    assert shipped == learning.STEADY


@pytest.mark.parametrize("name", CONTRASTS)
def test_a_contrast_changes_the_score_of_bursts_alone(name: str, few: list[Series]) -> None:
    """With the contrast that is shipped not even that."""
    for one in few:
        usual = [hour.scores for hour in watch(one, Shipped()).scored if hour is not None]
        other = [hour.scores for hour in watch(one, OtherContrast(contrast=CONTRASTS[name])).scored if hour is not None]
        assert [scores._replace(burst=0) for scores in other] == [scores._replace(burst=0) for scores in usual]
        assert (other == usual) == name.endswith("(shipped)")


def test_a_contrast_is_scored_against_its_own_level(few: list[Series]) -> None:
    one, state = few[1], blank()
    scored = watch(one, OtherContrast(contrast=lambda seen, _: seen.floor)).scored
    for age, (hour, seen) in enumerate(zip(scored, one.hours, strict=True)):
        assert hour is not None
        state[HOURS_SEEN] = age
        follow = not 0 < hour.scores.hold <= learning.LONGEST_HOLD
        assert hour.scores.burst == burst.score_and_learn(state, measures(seen, UNIT).floor, follow)


def test_a_fixed_start_at_the_scale_of_the_first_hour_is_the_plain_scorer(few: list[Series]) -> None:
    one = few[0]
    scale = learning.begin(one.first_hour, measures(one.hours[0], UNIT))[FLOOR + SCALE]
    assert watch(one, FixedStart(scale=scale)).scored == watch(one, Shipped()).scored
    assert watch(one, FixedStart(scale=0.5)).scored != watch(one, Shipped()).scored


def test_a_slow_channel_over_six_hours_of_the_floor_is_the_shipped_one(few: list[Series]) -> None:
    for series in few:
        series = replace(series, deploys=())  # the ring of the variant knows nothing of them
        shipped, other = (watch(series, scorer).scored for scorer in (Shipped(), OtherSlow()))
        assert [one.scores for one in shipped if one] == [one.scores for one in other if one]


def test_over_twelve_hours_eleven_must_be_raised(few: list[Series]) -> None:
    scorer = OtherSlow(hours=12)
    shorter, longer = (watch(few[0], one).scored for one in (Shipped(), scorer))
    pairs = [(a.scores.slow, b.scores.slow) for a, b in zip(shorter, longer, strict=True) if a and b]
    assert any(one > other for one, other in pairs)
