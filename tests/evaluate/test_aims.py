"""The aims compare the figures with what the points promise, by the worst of the sets."""

from __future__ import annotations

import copy

import pytest
from npmlib.profile.points import POINTS

from workbench.evaluate.aims import BURSTS, MONTH, MOST, PROMISED, aims, months
from workbench.evaluate.figures import Figures, read_figures
from workbench.evaluate.study import BENCHMARK, SERVERS, SIMULATED


@pytest.fixture
def published() -> Figures:
    """The committed figures."""
    return read_figures()


def missed(figures: Figures) -> list[str]:
    return [aim.text for aim in aims(figures) if not aim.met]


def test_every_point_but_the_one_for_hunting_promises_findings() -> None:
    assert list(PROMISED) == [name for name in reversed(POINTS) if name != "hunting"]


def test_what_is_promised_is_kept(published: Figures) -> None:
    assert not [text for text in missed(published) if "month" in text]


@pytest.mark.parametrize("name", [BENCHMARK, SERVERS, SIMULATED])
def test_a_promise_is_broken_by_one_set(published: Figures, name: str) -> None:
    figures = copy.deepcopy(published)
    figures["sets"][name]["detectors"]["balanced"]["findings"] = 1.01 * MOST * PROMISED["balanced"] / MONTH
    assert set(missed(figures)) - set(missed(published)) == {
        "balanced: at most 1.5 times 3 findings of a process in a month, on any set"
    }
    assert months(figures, "balanced")[name] == pytest.approx(1.01 * 4.5)


@pytest.mark.parametrize(("key", "value"), [("recall", 0.1), ("findings", 9.0)])
def test_an_aim_of_recall_is_missed_by_either_figure(published: Figures, key: str, value: float) -> None:
    figures = copy.deepcopy(published)
    figures["sets"][BENCHMARK]["detectors"]["loud"][key] = value
    assert any(text.startswith("loud, benchmark: mean recall") for text in missed(figures))


def test_an_aim_of_recall_is_met_by_its_figures(published: Figures) -> None:
    figures = copy.deepcopy(published)
    for name in (BENCHMARK, SERVERS):
        figures["sets"][name]["detectors"]["loud"] |= {"recall": 0.61, "findings": 0.1}
    assert not any("mean recall" in text for text in missed(figures))


@pytest.mark.parametrize(("false_hours", "recall", "met"), [(0.2, 0.9, True), (0.21, 0.9, False), (0.2, 0.89, False)])
def test_usual_peaks_are_judged_beside_three_sigma_without_them(
    published: Figures, false_hours: float, recall: float, met: bool
) -> None:
    results = copy.deepcopy(published)
    for content in results["sets"].values():
        for name, hours, found in (("plain three sigma", 1.0, 1.0), ("three sigma", false_hours, recall)):
            content["detectors"][name]["false_hours"] = hours
            for kind in BURSTS:
                content["kinds"][kind][name], content["windows"][kind][name] = found, 10
    (aim,) = [aim for aim in aims(results) if aim.text.startswith("three sigma")]
    assert aim.met is met
