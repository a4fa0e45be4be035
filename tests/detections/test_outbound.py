"""A process that sends far more than it used to: what is a finding, and what it says."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import takewhile
from typing import Any

import pytest

from tests.detections.bursts import around, current, searched, usual
from tests.detections.world import DAY, HOUR, MINUTE, NOW, OUTBOUND, TRAFFIC_BASELINE, World, point
from workbench.replay.rows import each_text
from workbench.spl.times import cron_runs


def test_a_finding_tells_who_what_how_much_and_against_what(world: World) -> None:
    world.add(usual("prod", "web", "nginx", around(1000, 100)))
    world.add(point(NOW - 25 * HOUR + 30 * i, "prod", "web", process="nginx", tcp_bytes=1100) for i in range(20))
    world.add(current("prod", "web", "nginx", 12, tcp_bytes=52_000))
    (finding,) = searched(world)
    assert finding == {
        "summary": "Process nginx of workload web in Kubernetes cluster prod sent far more than it used to. Up to 52.0"
        " kB over TCP in an interval between 03:15 and 03:20 UTC, 51 times its average of 1.0 kB; more than it sent"
        " for three minutes of an hour at this time of day in the last two weeks (1.1 kB). Confidence is high. Next:"
        " see in the dashboard Investigate where it went and whether the workload has new edges or a new image.",
        "sender": "Process nginx of workload web in Kubernetes cluster prod",
        "cluster": "prod",
        "entity": "prod/shop/web",
        "namespace": "shop",
        "workload": "web",
        "process": "nginx",
        "process_name": "nginx",
        "level": "extreme",
        "confidence": "high",
        "protocol": "tcp",
        "count": 12,
        "metrics": "tcp.bytes",
        "score": pytest.approx(511.9, abs=0.1),
        "anomalies": "tcp.bytes: up to 52.0 kB in an interval, 51 times its average of 1.0 kB (511.9 standard"
        " deviations above); more than it sent for three minutes of an hour at this time of day in the last two weeks"
        " (1.1 kB); over the limit in 12 intervals",
        "risk_score": 30,
        "first_time": "2026-03-01T03:15:00+0000",
        "last_time": "2026-03-01T03:20:30+0000",
    }


def test_numbers_have_units_and_the_direction_of_the_comparison(world: World) -> None:
    """Of several metrics the sentence has the one that stands out most; the others follow in anomalies."""
    world.add(usual("prod", "web", "dns", lambda i: {"udp_bytes": 2e6 + i % 2, "udp_packets": 0, "tcp_new_sockets": 3}))
    world.add(current("prod", "web", "dns", 12, udp_bytes=3.5e9, udp_packets=12_345, tcp_new_sockets=4.5))
    tcp, udp = searched(world)
    assert str(tcp["summary"]).partition(". ")[2].startswith("Up to 4.50 new connections over TCP in an interval")
    assert str(udp["summary"]).partition(". ")[2].startswith("Up to 3.5 GB over UDP in an interval between")
    assert "1,750 times its average of 2.0 MB" in str(udp["summary"])
    sent, packets = each_text(udp["anomalies"])
    assert str(tcp["anomalies"]).startswith(
        "tcp.new_sockets: up to 4.50 new connections in an interval, where its average is 3 new"
    )
    assert packets.startswith("udp.packets: up to 12,345 packets in an interval, where it never sent any;")
    assert sent.startswith("udp.bytes: up to 3.5 GB")


def test_eight_intervals_are_not_enough_and_nine_of_one_metric_are(world: World) -> None:
    world.add(usual("prod", "web", "eight", lambda i: {"tcp_bytes": 1000 + i % 2, "tcp_packets": 10 + i % 2}))
    world.add(current("prod", "web", "eight", 8, tcp_bytes=9999, tcp_packets=99))
    world.add(usual("prod", "web", "nine", around(1000, 100)))
    world.add(current("prod", "web", "nine", 9, tcp_bytes=9999))
    assert [finding["process"] for finding in searched(world)] == ["nine"]


@pytest.mark.parametrize("begins", [0, 60, 5 * MINUTE, 14 * MINUTE])
def test_a_burst_is_found_within_25_minutes_of_its_beginning_and_once(world: World, begins: float) -> None:
    """Whenever it begins between two runs, and though bytes alone are over the limit."""
    world.add(usual("prod", "web", "nginx", around(1000, 100)))
    world.add(point(NOW + begins + 30 * i, "prod", "web", process="nginx", tcp_bytes=52_000) for i in range(11))
    world.learn_traffic()
    search = world.app.saved_searches[OUTBOUND]
    runs = takewhile(lambda at: at < NOW + begins + HOUR, cron_runs(search.cron or "", NOW + begins + 10 * MINUTE))
    found = [at for at in runs if world.run(OUTBOUND, at).findings]
    assert len(found) == 1
    assert found[0] <= NOW + begins + 25 * MINUTE


def busy_days(process: str, hour: float = 3) -> Iterator[dict[str, Any]]:
    """An hour of each of five days with eleven intervals at 9,000, and the others at 1,000."""
    for day in range(1, 6):
        for at in range(120):
            sent = 9000 if at < 11 else 1000 + at % 2
            yield point(
                NOW // DAY * DAY - day * DAY + hour * HOUR + 30 * at, "prod", "web", process=process, tcp_bytes=sent
            )


def test_the_peaks_of_that_time_of_day_are_no_finding_unless_a_third_higher(world: World) -> None:
    sent = {"usual": (9000, 3), "higher": (12_100, 3), "elsewhen": (9000, 5)}
    for process, (level, hour) in sent.items():
        world.add(busy_days(process, hour)).add(current("prod", "web", process, 40, tcp_bytes=level))
    world.learn_traffic()
    assert [finding["process"] for finding in world.rows(OUTBOUND)] == ["elsewhen", "higher"]
    world.set_macro("npm_outbound_sensitivity", "threshold=3 minsamples=100 minspread=0.05 peaks=ignore")
    assert len(world.rows(OUTBOUND)) == 3


@pytest.mark.parametrize("former", [(), ("p85_tcp.bytes", "p95_tcp.bytes")], ids=["none", "of whole days"])
def test_a_baseline_from_before_the_usual_peaks_works_as_it_did(world: World, former: tuple[str, ...]) -> None:
    world.add(busy_days("usual")).add(current("prod", "web", "usual", 11, tcp_bytes=9000))
    world.learn_traffic()
    fields, rows = world.app.lookups.read("npm_baseline")
    old = [name for name in fields if not name.startswith("p95_")]
    world.app.lookups.write("npm_baseline", [*old, *former], [{**row, **dict.fromkeys(former, 9e9)} for row in rows])
    assert [finding["process"] for finding in world.rows(OUTBOUND)] == ["usual"]


def test_the_finding_becomes_risk_of_the_workload_once_a_day(world: World) -> None:
    world.add(usual("prod", "web", "nginx", around(1000, 100))).add(
        current("prod", "web", "nginx", 60, tcp_bytes=52_000)
    )
    world.rows(TRAFFIC_BASELINE)
    first, again = world.run(OUTBOUND), world.run(OUTBOUND, NOW + 10 * MINUTE)
    (event,) = first.risk_events
    assert (
        event["risk_message"]
        == "Process nginx of workload web in Kubernetes cluster prod sent far more than it used to"
    )
    assert str(first.rows[0]["summary"]).startswith(f"{event['risk_message']}. Up to 52.0 kB over TCP")
    assert (event["risk_object"], event["risk_object_type"], event["risk_score"]) == ("prod/shop/web", "other", 30)
    assert (event["threat_object"], event["threat_object_type"]) == (["nginx"], ["process_name"])
    assert event["annotations.mitre_attack"] == ["T1048"]
    assert (len(again.rows), len(again.findings), again.risk_events) == (1, 0, ())


def test_a_small_finding_does_not_hide_a_large_one_after_it(world: World) -> None:
    """Throttling is for each process, protocol and level."""
    world.add(usual("prod", "web", "nginx", around(1000, 100)))
    world.add(current("prod", "web", "nginx", 12, tcp_bytes=1500))
    world.rows(TRAFFIC_BASELINE)
    assert [row["level"] for row in world.run(OUTBOUND).findings] == ["moderate"]
    world.add(point(NOW + 30 * i, "prod", "web", process="nginx", tcp_bytes=1500) for i in range(12))
    assert world.run(OUTBOUND, NOW + HOUR).findings == ()
    world.add(point(NOW + 75 * MINUTE + 30 * i, "prod", "web", process="nginx", tcp_bytes=9000) for i in range(12))
    assert [row["level"] for row in world.run(OUTBOUND, NOW + 2 * HOUR).findings] == ["extreme"]


def test_a_constant_that_jumps_is_found_all_the_same(world: World) -> None:
    world.add(usual("prod", "heartbeat", "ping", lambda i: {"tcp_bytes": 10}))
    world.add(current("prod", "heartbeat", "ping", 30, tcp_bytes=5000))
    assert [finding["process"] for finding in searched(world)] == ["ping"]


def test_a_process_that_only_ever_sent_nothing_says_that_its_baseline_never_varied(world: World) -> None:
    world.add(usual("prod", "web", "idle", lambda i: {"tcp_bytes": 0}))
    world.add(current("prod", "web", "idle", 30, tcp_bytes=5000))
    (finding,) = searched(world)
    assert finding.get("score") is None
    assert "where it never sent any" in str(finding["summary"])


def test_a_thin_baseline_does_not_alert(world: World) -> None:
    world.add(list(usual("prod", "web", "young", around(1000, 100)))[:99])
    world.add(current("prod", "web", "young", 30, tcp_bytes=52_000))
    assert searched(world) == []


def test_before_anything_is_learned_it_is_silent_and_without_a_table_it_says_which(world: World) -> None:
    world.add(current("prod", "web", "nginx", 30, tcp_bytes=52_000))
    assert world.rows(OUTBOUND) == []
    (world.app.root / "lookups" / "npm_baseline.csv").unlink()
    with pytest.raises(Exception, match=r"npm_baseline\.csv does not exist"):
        world.rows(OUTBOUND)


def test_an_outage_of_the_metrics_leaves_the_old_baseline_in_place(world: World) -> None:
    world.add(usual("prod", "web", "nginx", around(1000, 100)))
    world.rows(TRAFFIC_BASELINE)
    lookup = world.app.root / "lookups" / "npm_baseline.csv"
    before = lookup.read_bytes()
    world.rows(TRAFFIC_BASELINE, NOW + 60 * DAY)
    assert lookup.read_bytes() == before
