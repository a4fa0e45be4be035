"""What was aimed at is held against figures of several sets of series put together as if they were one."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.evaluate.deploys import UNKNOWN
from workbench.evaluate.document import FIGURES
from workbench.evaluate.measures import Caused, Quiet, mean_recall
from workbench.evaluate.targets import deploys_unknown, left_out_ratio, pooled, targets, unseen_ratios

KIND_NAMES = ("5 min", "1 h", "24 h")
counts = st.integers(0, 50).flatmap(lambda windows: st.tuples(st.just(windows), st.integers(0, windows)))
windows_found = st.fixed_dictionaries({name: counts.map(lambda pair: Caused(*pair)) for name in KIND_NAMES})
quiet_hours = st.tuples(st.integers(24, 5000), st.integers(0, 24)).map(lambda pair: Quiet(*pair))


@pytest.fixture
def published() -> dict[str, Any]:
    """The committed figures."""
    content: dict[str, Any] = json.loads(FIGURES.read_text(encoding="utf-8"))
    return content


def content_of(quiet: Quiet, attacks: dict[str, Caused]) -> dict[str, Any]:
    """A set of series with one detector B, as the JSON has it."""
    return {
        "days": quiet.hours / 24,
        "detectors": {"B": {"false_hours": quiet.false_hours}},
        "kinds": {name: {"B": one.recall if one.windows else None} for name, one in attacks.items()},
        "windows": {name: {"B": one.windows} for name, one in attacks.items()},
    }


@given(quiet_hours, windows_found, quiet_hours, windows_found)
def test_pooled_figures_are_those_of_all_hours_and_windows_counted_together(
    quiet: Quiet, attacks: dict[str, Caused], more: Quiet, others: dict[str, Caused]
) -> None:
    del others["24 h"]  # as on the pods, which were not recorded for long enough
    found = pooled(content_of(quiet, attacks), content_of(more, others))["B"]
    both = {name: attacks[name] + others.get(name, Caused()) for name in KIND_NAMES}
    assert found.false_hours == pytest.approx((quiet + more).false_hours)
    assert found.recalls == pytest.approx({name: one.recall for name, one in both.items() if one.windows})
    if found.recalls:
        assert found.recall == pytest.approx(mean_recall(both.values()))


def test_a_long_set_counts_more_than_a_short_one() -> None:
    long = content_of(Quiet(hours=30 * 24, alerts=3), {"5 min": Caused(30, 30), "24 h": Caused(30, 15)})
    short = content_of(Quiet(hours=10 * 24, alerts=5), {"5 min": Caused(10, 0)})
    found = pooled(long, short)["B"]
    assert found.false_hours == pytest.approx(0.2)
    assert found.recalls == pytest.approx({"5 min": 0.75, "24 h": 0.5})


def unseen(simulated: float, benchmark: float, unknown: float = 0.0) -> dict[str, Any]:
    """False hours of one point B: on simulated series, on the benchmark, and where nobody tells the deploys."""
    return {
        "settings": {"points": {"B": {}}},
        "sets": {
            "benchmark": {"detectors": {"B": {"false_hours": benchmark}}},
            "simulated": {"detectors": {"B": {"false_hours": simulated}}},
        },
        "experiments": {
            "deploys": [
                {"variant": UNKNOWN, "point": "B", "false_hours": unknown},
                {"variant": "shipped", "point": "B", "false_hours": simulated},
            ]
        },
    }


def test_unseen_series_are_held_against_the_benchmark_also_where_deploys_are_unknown() -> None:
    results = unseen(simulated=0.4, benchmark=0.2, unknown=0.8)
    assert unseen_ratios(results) == pytest.approx({"B": 2.0})
    assert deploys_unknown(results) == pytest.approx({"B": 4.0})


def test_there_is_no_ratio_to_nothing() -> None:
    results = unseen(simulated=0.4, benchmark=0.0, unknown=0.8)
    assert unseen_ratios(results) == {}
    assert deploys_unknown(results) == {}
    assert left_out_ratio({"shipped": {"false_hours": 0.0}, "left_out": {"false_hours": 0.1}}) is None


def test_a_series_left_out_is_held_against_all_as_shipped() -> None:
    assert left_out_ratio({"shipped": {"false_hours": 0.1}, "left_out": {"false_hours": 0.15}}) == pytest.approx(1.5)


def test_every_aim_is_met(published: dict[str, Any]) -> None:
    missed = [f"{target.aim}: {target.measured}" for target in targets(published) if not target.met]
    assert not missed


def test_an_unseen_series_with_more_than_twice_the_false_hours_misses_its_aim(published: dict[str, Any]) -> None:
    left_out, simulated = copy.deepcopy(published), copy.deepcopy(published)
    row = left_out["left_out"]["C"]
    row["left_out"]["false_hours"] = 2.01 * row["shipped"]["false_hours"]
    of_benchmark = published["sets"]["benchmark"]["detectors"]["D"]["false_hours"]
    simulated["sets"]["simulated"]["detectors"]["D"]["false_hours"] = 2.01 * of_benchmark
    for results, words in ((left_out, "series left out"), (simulated, "simulated series")):
        (missed,) = [target.aim for target in targets(results) if not target.met]
        assert missed.startswith(words)


@pytest.fixture
def exact(published: dict[str, Any]) -> dict[str, Any]:
    """Point A at just the seed's false hours, and just above the recall that is wanted, on benchmark and pods."""
    results = copy.deepcopy(published)
    for name in ("benchmark", "pods"):
        content = results["sets"][name]
        content["detectors"]["A"]["false_hours"] = content["detectors"]["seed"]["false_hours"]
        for by_detector in content["kinds"].values():
            by_detector["A"] = 0.8701
    return results


def test_a_target_is_met_by_its_figures(exact: dict[str, Any]) -> None:
    assert targets(exact)[0].met


@pytest.mark.parametrize("name", ["benchmark", "pods"])
def test_a_target_is_missed_by_more_false_hours_on_either_set(exact: dict[str, Any], name: str) -> None:
    exact["sets"][name]["detectors"]["A"]["false_hours"] += 0.01
    assert not targets(exact)[0].met


@pytest.mark.parametrize("name", ["benchmark", "pods"])
def test_a_target_is_missed_by_one_kind_found_less_on_either_set(exact: dict[str, Any], name: str) -> None:
    exact["sets"][name]["kinds"]["5 min x3"]["A"] = 0.86
    assert not targets(exact)[0].met
