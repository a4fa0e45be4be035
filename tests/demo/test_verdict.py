"""Findings held against the truth: what counts as caught, as explained, as a false alert."""

from __future__ import annotations

from typing import Any

from workbench.demo.verdict import DetectionFinding, judge
from workbench.traffic.attacks import NEW_EDGE, OUTBOUND, SUSTAINED

HOUR = 3600.0
ATTACK: dict[str, Any] = {
    "kind": "sustained",
    "cluster": "prod",
    "workload": "db",
    "process": "postgres",
    "dest": "203.0.113.9",
    "protocol": "tcp",
    "start": 10 * HOUR,
    "end": 12 * HOUR,
    "expected_by": [OUTBOUND, NEW_EDGE],
}
DEPLOY: dict[str, Any] = {
    "kind": "deploy",
    "cluster": "prod",
    "workload": "pricing",
    "process": "java",
    "start": 10 * HOUR,
    "end": 24 * HOUR,
}
TRUTH = {"attacks": [ATTACK], "benign": [DEPLOY]}


def outbound(
    process: str, workload: str = "db", cluster: str = "prod", hour: float = 11, protocol: str = "tcp+udp"
) -> DetectionFinding:
    row = {"cluster": cluster, "workload": workload, "process": process, "protocol": protocol}
    return DetectionFinding(OUTBOUND, (hour + 1) * HOUR, hour * HOUR, (hour + 1) * HOUR, dict(row))


def sustained(
    process: str, workload: str = "db", cluster: str = "prod", hour: float = 11, protocol: str = "tcp"
) -> DetectionFinding:
    """The last four whole hours are searched, half an hour after the last of them."""
    row = {"cluster": cluster, "workload": workload, "process": process, "protocol": protocol, "confidence": "high"}
    return DetectionFinding(SUSTAINED, (hour + 1.5) * HOUR, (hour - 3) * HOUR, (hour + 1) * HOUR, dict(row))


def edge(source: str, dest: str, cluster: str = "prod", hour: float = 11) -> DetectionFinding:
    row = {"cluster": cluster, "workload": source, "dest_workload": dest}
    return DetectionFinding(NEW_EDGE, (hour + 1) * HOUR, (hour - 3) * HOUR, (hour + 1) * HOUR, dict(row))


def test_both_detections_catch_the_attack_in_either_direction() -> None:
    found = [outbound("postgres"), edge("db", "203.0.113.9"), edge("203.0.113.9", "db")]
    verdict = judge(TRUTH, found)
    assert verdict.caught == ((ATTACK, tuple(found)),)
    assert (verdict.missed, verdict.false_alerts) == ((), 0)


def test_an_attack_seen_by_one_of_two_is_missed() -> None:
    assert judge(TRUTH, [outbound("postgres")]).missed == (ATTACK,)


def test_another_process_cluster_hour_or_protocol_is_a_false_alert() -> None:
    found = [outbound("pgbackrest"), outbound("postgres", cluster="staging"), outbound("postgres", hour=12)]
    found += [outbound("postgres", protocol="udp"), edge("db", "web"), edge("db", "203.0.113.9", cluster="staging")]
    verdict = judge(TRUTH, found)
    assert verdict.unexplained == tuple(found)
    assert verdict.missed == (ATTACK,)


def test_the_three_detections_catch_it_each_for_itself() -> None:
    attack = {**ATTACK, "expected_by": [OUTBOUND, SUSTAINED, NEW_EDGE]}
    found = [outbound("postgres"), sustained("postgres"), edge("db", "203.0.113.9")]
    assert judge({"attacks": [attack]}, found).missed == ()
    for left_out in found:
        assert judge({"attacks": [attack]}, [each for each in found if each is not left_out]).missed == (attack,)


def test_a_sustained_finding_belongs_to_an_attack_by_process_protocol_and_hour() -> None:
    assert judge(TRUTH, [sustained("postgres"), sustained("any", workload="203.0.113.9")]).false_alerts == 0
    others = [sustained("pgbackrest"), sustained("postgres", cluster="staging"), sustained("postgres", protocol="udp")]
    others += [sustained("postgres", hour=9), sustained("postgres", hour=15)]
    assert judge(TRUTH, others).unexplained == tuple(others)
    assert [cause["kind"] for _, cause in judge(TRUTH, [sustained("java", "pricing")]).explained] == ["deploy"]


def test_a_window_that_only_touches_the_attack_counts_and_one_that_only_borders_does_not() -> None:
    assert judge(TRUTH, [outbound("postgres", hour=9.5)]).false_alerts == 0
    assert judge(TRUTH, [outbound("postgres", hour=9)]).false_alerts == 1


def test_a_finding_with_a_benign_cause_is_a_false_alert_with_a_name() -> None:
    verdict = judge(TRUTH, [edge("web", "pricing"), outbound("java", "pricing")])
    assert [cause["kind"] for _, cause in verdict.explained] == ["deploy", "deploy"]
    assert verdict.false_alerts == 2


def test_a_benign_event_explains_findings_of_its_detections_at_its_ends_and_the_first_that_fits_counts() -> None:
    """The answers of others grow with what a process sends; a conversation that is meant is told from others."""
    batch = {**DEPLOY, "kind": "batch", "workload": "report", "also": ["db"], "may_alert": [OUTBOUND]}
    partner = {**DEPLOY, "kind": "new place", "workload": "report", "dest": "api.example", "may_alert": [NEW_EDGE]}
    mail = {**DEPLOY, "kind": "mail", "workload": "report", "may_alert": [NEW_EDGE]}
    found = [outbound("postgres"), edge("report", "api.example"), edge("report", "198.51.100.1"), sustained("postgres")]
    verdict = judge({"attacks": [], "benign": [batch, partner, mail]}, found)
    assert [cause["kind"] for _, cause in verdict.explained] == ["batch", "new place", "mail"]
    assert verdict.unexplained == (found[3],)


def test_every_step_of_a_scan_belongs_to_it() -> None:
    scan = {**ATTACK, "kind": "scan", "dest": "a", "also": ["b", "c"], "expected_by": [NEW_EDGE]}
    found = [edge("db", "b"), edge("c", "db"), edge("db", "d")]
    verdict = judge({"attacks": [scan]}, found)
    assert verdict.caught == ((scan, tuple(found[:2])),)
    assert verdict.unexplained == (found[2],)


def test_an_attack_that_nobody_should_see_is_never_missed() -> None:
    slow = {**ATTACK, "expected_by": []}
    assert judge({"attacks": [slow]}, []).missed == ()
