"""A value that cannot be an amount is left out by itself: it blinds no process, and no other metric; a real rise stays.

Fields as counters of other products made them: 2^64-1, 2^32-1, negative, infinite.
"""

from __future__ import annotations

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.detections.bursts import around, current, usual
from tests.detections.collected import choose, counter, edges, flow, sockets
from tests.detections.days import file, numbers, rows_of
from tests.detections.sent import sending
from tests.detections.talking import learned, talk
from tests.detections.world import (
    DAY,
    HOUR,
    NEW_EDGE,
    NOW,
    OUTBOUND,
    PROFILE,
    SUSTAINED,
    TRAFFIC_BASELINE,
    World,
    point,
)
from tests.examples import examples
from tests.replay.given_rows import run_on
from workbench.compiler.build import Package
from workbench.replay.app import App
from workbench.replay.rows import each_text

UNDERFLOW_64, UNDERFLOW_32 = 2.0**64 - 1, 2.0**32 - 1


@pytest.fixture(scope="module")
def app(built: Package) -> App:
    return App.load(built.staged)


def possible(app: App, amounts: list[float], seconds: int, size: int) -> list[bool]:
    search = app.expand(f"eval kept=`npm_possible(amount, {seconds}, {size})`")
    return [row["kept"] is not None for row in run_on([{"amount": amount} for amount in amounts], search)]


AMOUNTS = st.one_of(
    st.floats(allow_nan=True, allow_infinity=True),
    st.integers(0, 10**13).map(float),
    st.integers(-(2**23), 2**23).map(lambda offset: 2.0**32 + offset),
    st.integers(0, 2**20).map(lambda offset: 2.0**64 - offset),
)


@settings(max_examples=examples(30, 500), deadline=None)
@given(st.lists(AMOUNTS, min_size=10), st.sampled_from([10, 30, 60, 120, 3600]), st.sampled_from([1, 64]))
def test_an_amount_is_what_a_link_carries(app: App, amounts: list[float], seconds: int, size: int) -> None:
    """Against the rule in words: 400 Gbit/s, and no counter of 32 bits that wrapped."""
    assert possible(app, amounts, seconds, size) == [
        math.isfinite(amount)
        and 0 <= amount * 8 * size <= 400e9 * seconds
        and (seconds > 300 or not 2**32 - 2**22 <= amount <= 2**32 + 2**22)
        for amount in amounts
    ]


@settings(max_examples=examples(30, 500), deadline=None)
@given(
    st.lists(st.lists(AMOUNTS, min_size=1, max_size=3), min_size=10), st.sampled_from([1, 30]), st.sampled_from([1, 64])
)
def test_a_sum_is_one_if_it_can_be_and_its_largest_point(
    app: App, sums: list[list[float]], seconds: int, size: int
) -> None:
    rows = [{"added": sum(points), "largest": max(points)} for points in sums]
    found = run_on([dict(row) for row in rows], app.expand(f"eval kept=`npm_added(added, largest, {seconds}, {size})`"))
    of_points = possible(app, [row["largest"] for row in rows], 300, size)
    of_sums = possible(app, [row["added"] for row in rows], seconds, size)
    expected = [
        row["added"] if one and all_of_it else None
        for row, one, all_of_it in zip(rows, of_points, of_sums, strict=True)
    ]
    assert [row["kept"] for row in found] == expected


def test_one_such_value_does_not_blind_a_process(world: World) -> None:
    """Its interval holds other points too, to which it is added."""
    bad = [UNDERFLOW_64, UNDERFLOW_32, UNDERFLOW_32 - 700, -4294967296.0, 1e13, math.inf]
    cases = [(m, value, usually) for m in ("tcp.bytes", "tcp.new_sockets") for value in bad for usually in (1e3, 1e7)]
    for number, (metric, value, usually) in enumerate(cases):
        name = f"web-{number}"
        ordinary = list(usual("prod", name, "nginx", around(usually, usually / 10)))
        spoilt = [point(NOW - 9 * HOUR, "prod", name, process="nginx", dest="other", tcp_bytes=value)]
        high = list(current("prod", name, "nginx", 60, tcp_bytes=(500 + 50 * number) * usually))
        for each in (*ordinary, *spoilt, *high):
            each[metric] = each.pop("tcp.bytes")
        world.add((*ordinary, *spoilt, *high))
    world.rows(TRAFFIC_BASELINE)
    averages = {row["workload"]: row for row in rows_of(world, "npm_days")}
    for number, (metric, _, usually) in enumerate(cases):
        average = numbers(dict(averages[f"web-{number}"]), metric.replace(".", "_"))[1]
        assert average == pytest.approx(usually, rel=0.01)
    (found,) = world.rows(OUTBOUND)
    assert {text.partition(" ")[0] for text in each_text(found["anomalies"])} == {
        f"shop/web-{number}" for number in range(len(cases))
    }
    assert (found["workload"], found["level"]) == ("*", "shared")


def test_the_other_metrics_of_its_interval_are_used(world: World) -> None:
    world.add(usual("prod", "web", "nginx", around(1000, 100)))
    world.add(current("prod", "web", "nginx", 12, tcp_bytes=52_000, udp_bytes=-4294967296.0, tcp_packets=UNDERFLOW_64))
    world.rows(TRAFFIC_BASELINE)
    sent = world.run_text("| `npm_sent` | table tcp.bytes udp.bytes tcp.packets", NOW - HOUR, NOW)
    assert {(row["tcp.bytes"], row["udp.bytes"], row["tcp.packets"]) for row in sent} == {(52_000, None, None)}
    assert [row["metrics"] for row in world.rows(OUTBOUND)] == ["tcp.bytes"]


def test_a_new_edge_with_such_bytes_is_reported_without_them(world: World) -> None:
    learned(world).add(talk("prod", "web", "secrets", HOUR / 2, HOUR / 3, volume=1000))
    before = world.rows(NEW_EDGE)
    for number, bad in enumerate((UNDERFLOW_64, UNDERFLOW_32, -4294967296.0)):
        world.add(talk("prod", "web", f"app-{number}", HOUR / 3, volume=1000))
        world.add(talk("prod", "web", f"app-{number}", HOUR / 2, volume=bad))
    rows = {str(row["dest_workload"]): row for row in world.rows(NEW_EDGE)}
    assert before[0]["bytes"] == rows["secrets"]["bytes"] == 2000
    assert [(row["bytes"], row["risk_score"]) for name, row in sorted(rows.items()) if name != "secrets"] == [
        (None, before[0]["risk_score"])
    ] * 3


@pytest.mark.parametrize(
    ("source", "values"),
    [
        *(("obi_o11y", [None] * 30 + [bad]) for bad in (UNDERFLOW_64, UNDERFLOW_32, -4294967296.0, 1e15)),
        *((source, [None] * 30 + [UNDERFLOW_64] * 2) for source in ("obi", "tetragon")),
    ],
)
def test_an_edge_of_each_collector_is_seen_without_them(world: World, source: str, values: list[float | None]) -> None:
    """A sum of ten minutes, or the first value of a counter."""
    make = sockets if source == "tetragon" else lambda dest, amounts: counter(flow("web", dest), amounts)
    choose(world, source).add(make("cache", values)).add(make("db", [1000.0 * step for step in range(1, 40)]))
    assert {str(row["dest_workload"]): row["bytes"] is None for row in edges(world)} == {"cache": True, "db": False}


def test_a_lasting_theft_is_found_beside_negative_values_in_each_hour(world: World, nine_days: str) -> None:
    """A counter that resets once an hour kept all metrics of that hour from being scored and learned."""
    (world.app.root / "lookups" / "npm_profile.csv").write_text(nine_days)
    world.add(sending("web", NOW - 3 * HOUR, NOW)).add(sending("web", NOW, NOW + 2 * HOUR, times=5))
    for hour in range(2):
        at = NOW + hour * HOUR + 700
        world.add([point(at, "prod", "web", process="app", dest="dns", udp_bytes=-4294967296.0)])
    for hour in (1, 2):
        world.run(PROFILE, NOW + hour * HOUR + 22 * 60)
    (found,) = world.rows(SUSTAINED, NOW + 2 * HOUR + 32 * 60)
    assert (found["workload"], found["metrics"]) == ("web", "tcp.bytes")


def test_a_day_spoilt_before_is_mended_and_the_others_stay(world: World) -> None:
    """Tables from before the rule hold what such a value made of average and deviation."""
    good = [1000.0 + i % 7 for i in range(150)]
    header = "cluster,namespace,workload,process,day,count_tcp_bytes,avg_tcp_bytes,stdev_tcp_bytes"
    lines = [header]
    for age, values in ((2, good), (3, [*good, UNDERFLOW_64]), (4, [*good, 1e13]), (5, [-4e9, 1.0]), (6, [5e10] * 150)):
        mean = math.fsum(values) / len(values)
        deviation = math.sqrt(math.fsum((value - mean) ** 2 for value in values) / (len(values) - 1))
        process = "backup" if age == 6 else "nginx"  # really sends 13 Gbit/s
        lines.append(f"prod,shop,web,{process},{NOW // DAY - age:.0f},{len(values)},{mean!r},{deviation!r}")
    (world.app.root / "lookups" / "npm_days.csv").write_text("\n".join([*lines, ""]))
    world.add(usual("prod", "other", "nginx", around(1000, 100)))
    world.rows(TRAFFIC_BASELINE)
    kept = {row["process"]: row for row in rows_of(world, "npm_baseline") if row["workload"] == "web"}
    assert kept["nginx"]["count_tcp.bytes"] == "150"
    assert float(kept["nginx"]["avg_tcp.bytes"]) == pytest.approx(1003, abs=1)
    assert float(kept["nginx"]["stdev_tcp.bytes"]) == pytest.approx(2, abs=0.1)
    assert float(kept["backup"]["avg_tcp.bytes"]) == 5e10
    assert "e+19" not in file(world, "npm_days")


def test_a_rise_that_lasts_is_neither_clipped_nor_learned_away(world: World) -> None:
    world.add(usual("prod", "web", "nginx", around(1000, 100)))
    world.rows(TRAFFIC_BASELINE)
    world.add(current("prod", "web", "nginx", 60, tcp_bytes=1_000_000))
    (found,) = world.rows(OUTBOUND)
    assert "1,000 times its average" in str(found["anomalies"])
    world.rows(TRAFFIC_BASELINE, NOW + DAY)
    assert max(float(row["avg_tcp_bytes"]) for row in rows_of(world, "npm_days")) == 1_000_000
