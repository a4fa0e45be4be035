"""Whatever images run when, and whichever runs are missed: the tables are those that the points themselves ask for.

Time is cut into halves of a day, in each of which an image runs or does not. The oracle reads deploys off that; it
knows neither tables nor runs.
"""

from __future__ import annotations

from collections.abc import Sequence
from random import Random

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from tests.detections.deploying import RUN_AT, accepted, images, line, quoted, running
from tests.detections.world import DEPLOYS, HOUR, NOW, World
from tests.examples import examples
from workbench.compiler.build import Package

HALVES = 10
HOURS = 12
STEP = 1 / 6  # of an hour: the last point is that much before the end of a half

Plan = dict[str, Sequence[bool]]
Told = tuple[str, float, float, float | None]


def spans(halves: Sequence[bool]) -> list[tuple[int, int]]:
    """First and last half of each time that an image runs, where a pause of one half is none."""
    spells: list[tuple[int, int]] = []
    for half in (number for number, runs in enumerate(halves) if runs):
        if spells and half - spells[-1][1] <= 2:
            spells[-1] = (spells[-1][0], half)
        else:
            spells.append((half, half))
    return spells


def deployed(plan: Plan, image: str) -> int | None:
    """The half at whose beginning ``image`` was deployed last."""
    mine = spans(plan[image])
    known = min(spans(halves)[0][0] for halves in plan.values())
    at = mine[0][0] if mine[0][0] - known >= 2 else None
    for begin, _ in mine[1:]:
        for other, halves in plan.items():
            beside = any(first < begin <= last + 1 for first, last in spans(halves))
            if other != image and beside and (halves[begin - 1] or halves[begin]):
                at = begin
    return at


def expected(plan: Plan) -> list[Told]:
    """Rows of npm_known_images: hours of first_seen, last_seen and deployed_at."""
    found = []
    for image in plan:
        mine, half = spans(plan[image]), deployed(plan, image)
        last = round((mine[-1][1] + 1) * HOURS - STEP, 3)
        found.append((image, float(mine[0][0] * HOURS), last, None if half is None else float(half * HOURS)))
    return found


@settings(max_examples=examples(2, 25), phases=[Phase.explicit, Phase.generate])
@given(
    plan=st.fixed_dictionaries(
        {image: st.lists(st.booleans(), min_size=HALVES, max_size=HALVES).filter(any) for image in ("a", "b", "c")}
    ),
    seed=st.integers(0, 2**16),
)
def test_tables_follow_from_the_points_alone(
    plan: Plan, seed: int, built: Package, tmp_path_factory: pytest.TempPathFactory
) -> None:
    world = World(built.staged, tmp_path_factory.mktemp("any"))
    for image, halves in plan.items():
        for half, runs in enumerate(halves):
            if runs:
                world.add(running(image, half * HOURS, (half + 1) * HOURS))
    draw, hour, end = Random(seed), 0, HALVES * HOURS + 1
    while hour < end:
        hour = min(hour + draw.randint(1, 2), end)
        world.run(DEPLOYS, NOW + hour * HOUR + RUN_AT)
    wanted = expected(plan)
    assert sorted(images(world)) == sorted(wanted)
    lately = sorted(
        {each[3] for each in wanted if each[3] is not None and each[3] * HOUR >= end * HOUR + RUN_AT - 3 * 86400}
    )
    lines = []
    for at in lately:
        names = ", ".join(sorted(each[0] for each in wanted if each[3] == at))
        lines.append(quoted(at, names) if "," in names else line(at, names))
    if lines:  # else the table keeps its last rows, which are too old to change anything
        assert accepted(world) == lines
