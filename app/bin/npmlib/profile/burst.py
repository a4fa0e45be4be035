"""The burst channel: how far the peak of an hour lies above its mean, which a burst of a few minutes raises."""

from math import inf

from npmlib.profile import tail
from npmlib.profile.seasonal import SLOW_HOURS, learn_scale
from npmlib.profile.state import BURST, BURST_SCALE, BURST_TAIL, HOURS_SEEN, State

SMALLEST_SCALE = 0.05


def score_and_learn(state: State, contrast: float, learn: bool) -> float:
    """Score ``contrast``, the logarithm of peak over mean, against its usual level, then learn it.

    The level is a mean over two weeks. ``learn`` says whether the tail is learned too.

    >>> from npmlib.profile.state import blank
    >>> round(score_and_learn(blank(), 0.5, learn=True), 4)
    -1.6
    """
    hours_seen = state[HOURS_SEEN]
    if not hours_seen:
        state[BURST] = contrast
    level, scale = state[BURST], max(state[BURST_SCALE], SMALLEST_SCALE)
    residual = contrast - level
    standardised = residual / scale
    score = tail.score(state, BURST_TAIL, standardised)
    clip = 3 * scale if hours_seen >= tail.WARM_UP else inf
    state[BURST] = level + min(max(residual, -clip), clip) / min(hours_seen + 1, SLOW_HOURS)
    learn_scale(state, BURST_SCALE, abs(residual), max(1 / SLOW_HOURS, 1 / (hours_seen + 5)), SMALLEST_SCALE)
    if learn:
        tail.learn(state, BURST_TAIL, standardised, hours_seen)
    return score
