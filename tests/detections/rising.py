"""Tables of a cluster in which processes stand out by given factors, for both detections of processes."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from itertools import chain, repeat

from tests.detections.bursts import around, current, usual
from tests.detections.world import HOUR, NOW, World

COLUMNS = (
    "cluster,namespace,workload,process,metric,kind,hour,state,expected,actual,ratio,low,high,excess,"
    "channels_hunting,channels_loud,channels_balanced,channels_quiet,times_limit,score,highest,third,record_days,intervals"
)
EXPECTED = 1e8
RISES = [
    2.0,
    2.5,
    3.0,
    3.5,
    4.0,
]  # factors of a shared rise: what comes on top differs, as it does of different processes
Hour = tuple[str, str, str, float, float]  # cluster, workload, metric, first second of the hour, times as expected


def profile_of(cluster: str, workload: str, metric: str = "tcp.bytes") -> str:
    """A row of npm_profile: a process that is known."""
    return f"{cluster},shop,{workload},java,{metric},profile,,ready,1e8,1e8,1,9e7,1.1e8,0,,,,,0,0,5,4,9,"


def hour_of(
    cluster: str,
    workload: str,
    metric: str,
    hour: float,
    factor: float,
    size: float = EXPECTED,
    intervals: float | str = 120,
) -> str:
    """A row of npm_profile: an hour that stands out; an infinite factor is three times, where nothing was expected."""
    expected, ratio = (0.0, "") if math.isinf(factor) else (size, str(factor))
    actual = size * (3 if math.isinf(factor) else factor)
    return (
        f"{cluster},shop,{workload},java,{metric},hour,{hour:.0f},ready,{expected},{actual},{ratio},9e7,1.1e8,"
        f"{actual - expected},volume,volume,volume,volume,3,9,5,4,9,{intervals}"
    )


def write_profile(
    world: World,
    hours: Iterable[Hour],
    known: Iterable[tuple[str, str]],
    sizes: Iterable[float] = (),
    intervals: float | str = 120,
) -> None:
    """Let npm_profile hold these hours, and profiles of the known workloads, (cluster, name).

    ``sizes`` are the bytes expected in each hour, EXPECTED where there are no more, ``intervals`` how many
    were observed in each.
    """
    sized = zip(hours, chain(sizes, repeat(EXPECTED)), strict=False)
    lines = [
        COLUMNS,
        *(hour_of(*hour, size, intervals) for hour, size in sized),
        *(profile_of(*each) for each in known),
        "",
    ]
    (world.app.root / "lookups" / "npm_profile.csv").write_text("\n".join(lines))


def last_hour(factors: Iterable[float], first: int = 0) -> Iterator[Hour]:
    """One process after the other, app-0 and so on, that rises by such a factor in the hour before NOW."""
    for number, factor in enumerate(factors, first):
        yield "prod", f"app-{number}", "tcp.bytes", NOW - HOUR, factor


def rise_outbound(world: World, factors: Iterable[float | None], sizes: Iterable[float] = ()) -> None:
    """Learn 1 kB in each interval of app-0 and so on, which then send so many times as much; None sends nothing.

    ``sizes`` are other amounts than 1 kB, of the first of them.
    """
    for number, (factor, size) in enumerate(zip(factors, chain(sizes, repeat(1000.0)), strict=False)):
        world.add(usual("prod", f"app-{number}", "java", around(size, size / 100)))
        if factor is not None:
            world.add(current("prod", f"app-{number}", "java", 12, tcp_bytes=1.01 * size * factor))
    world.learn_traffic()
