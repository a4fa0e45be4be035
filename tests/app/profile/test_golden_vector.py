"""The learned profile gives the numbers of its reference, to the digits printed there.

Source: ../shared/reference/learned-profile.md, section 2: 400 hours of a sine with a regular ripple, the last ten of
them raised by 1. The profile that is kept has single precision, and stays within a hundred-thousandth of it. The
reference has no scales by hour of the day, so here they have no weight, and its peaks were other ones.
"""

from math import inf, pi, sin

import pytest
from npmlib.profile import seasonal
from npmlib.profile.hours import Measures
from npmlib.profile.learning import Scores, score_and_learn
from npmlib.profile.state import (
    DAYS_SEEN,
    FLOOR,
    HOLD,
    LEVEL,
    QUARTERS,
    SCALE,
    SLOW_LEVEL,
    SLOW_TAIL,
    TAIL,
    State,
    blank,
)

SCORES = {  # hour: floor = volume, slow
    0: (-1.6, -22.0238),
    100: (-2.7649, -2.2621),
    389: (-0.8963, -1.5103),
    390: (4.5231, -1.5096),
    394: (5.1251, 9.2711),
    399: (3.9978, 6.9807),
}
AT_THE_END = {
    FLOOR + SLOW_LEVEL: 5.028639,
    FLOOR + LEVEL: 0.020058,
    FLOOR + SCALE: 0.235029,
    FLOOR + QUARTERS: 0.194523,
    FLOOR + QUARTERS + 1: 0.250591,
    FLOOR + QUARTERS + 2: 0.270108,
    FLOOR + QUARTERS + 3: 0.21911,
    FLOOR + TAIL: 1.160849,
    FLOOR + TAIL + 1: 0.830977,
    SLOW_TAIL: 0.149933,
    SLOW_TAIL + 1: 0.522239,
    DAYS_SEEN: 264,
    DAYS_SEEN + 1: 136,
    HOLD: 10,
}


def learn_the_vector(state: State) -> list[Scores]:
    scores = []
    for i in range(400):
        hour = 480_000 + i
        floor = 5 + 0.5 * sin(2 * pi * hour / 24) + 0.1 * ((7 * i % 5) - 2) + (i >= 390)
        scores.append(score_and_learn(state, hour, Measures(floor, floor + 0.3, floor + 0.9)))
    return scores


@pytest.fixture(params=["double precision", "as it is kept"])
def state(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> State:
    monkeypatch.setattr(seasonal, "DAYS_FOR_SCALE", inf)
    return list(blank()) if request.param == "double precision" else blank()


def test_scores_are_those_of_the_reference(state: State) -> None:
    scores = learn_the_vector(state)
    for hour, (score, slow) in SCORES.items():
        found = (scores[hour].floor.score, scores[hour].volume.score, scores[hour].slow)
        assert found == pytest.approx((score, score, slow), abs=6e-5), hour
    assert scores[390].floor.residual == pytest.approx(0.8002, abs=6e-5)


def test_the_profile_at_the_end_is_that_of_the_reference(state: State) -> None:
    learn_the_vector(state)
    within = 6e-7 if isinstance(state, list) else 1e-5
    for index, number in AT_THE_END.items():
        assert state[index] == pytest.approx(number, abs=within), index
