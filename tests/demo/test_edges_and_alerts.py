"""What an edge is called, what is left out of a crowded graph, and how findings become alerts a day."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from workbench.demo.alerts import by_hour, by_kind, judged, loads
from workbench.demo.drawing import readable, shortened
from workbench.demo.edges import edge_graphs
from workbench.demo.verdict import DetectionFinding, Verdict
from workbench.replay.rows import Row
from workbench.traffic.attacks import NEW_EDGE, OUTBOUND

HOUR = 3600.0
START = 100 * HOUR
ATTACK: dict[str, Any] = {"kind": "new edge", "cluster": "prod", "workload": "web", "dest": "users-db"}
OLD_WAY: dict[str, Any] = {"kind": "burst", "cluster": "prod", "workload": "web", "dest": "shop-db"}
DEPLOY: dict[str, Any] = {"kind": "deploy", "cluster": "prod", "workload": "pricing"}


def row(source: str, dest: str, first_seen: float = 0.0, cluster: str = "prod") -> Row:
    return {
        "cluster": cluster,
        "workload": source,
        "dest_workload": dest,
        "first_seen": str(first_seen),
    }


def edge(source: str, dest: str, hour: float = 1) -> DetectionFinding:
    found: Row = {"cluster": "prod", "workload": source, "dest_workload": dest}
    return DetectionFinding(NEW_EDGE, START + hour * HOUR, 0, 0, found)


def outbound(workload: str, hour: float) -> DetectionFinding:
    return DetectionFinding(OUTBOUND, START + hour * HOUR, 0, 0, {"cluster": "prod", "workload": workload})


VERDICT = Verdict(
    caught=((ATTACK, (edge("web", "users-db"), edge("users-db", "web"))), (OLD_WAY, (outbound("web", 2.5),))),
    explained=((edge("pricing", "web"), DEPLOY),),
    unexplained=(edge("cron", "web"), outbound("mail", 30)),
)


def test_an_edge_is_called_by_the_worst_that_is_known_of_its_two_directions() -> None:
    table = [
        row("web", "shop-db"),
        row("shop-db", "web"),
        row("api", "web"),
        row("web", "users-db", START + HOUR),
        row("users-db", "web", START + HOUR),
        row("pricing", "web", START + HOUR),
        row("cron", "web", START + HOUR),
        row("quiet", "web", START + HOUR),
    ]
    (graph,) = edge_graphs(table, VERDICT, START)
    assert {link.pair: (link.kind, link.note) for link in graph.links} == {
        ("api", "web"): ("known", ""),
        ("shop-db", "web"): ("attack on a known edge", "burst"),
        ("users-db", "web"): ("attack", "new edge"),
        ("pricing", "web"): ("benign", "deploy"),
        ("cron", "web"): ("unexplained", ""),
        ("quiet", "web"): ("unreported", ""),
    }
    users = next(link for link in graph.links if "users-db" in link.pair)
    assert users.directions == (("users-db", "web"), ("web", "users-db"))
    assert sorted(graph.workloads) == ["api", "cron", "pricing", "quiet", "shop-db", "users-db", "web"]


def test_a_crowded_cluster_keeps_what_is_new_and_says_how_much_is_left_out() -> None:
    table = [row(f"a{number}", f"b{number}") for number in range(300)]
    (graph,) = edge_graphs(table, VERDICT, START, most=10)
    assert len(graph.links) == 10
    assert {"attack", "benign", "unexplained"} <= {link.kind for link in graph.links}
    assert graph.left_out == 303 - 10


def test_each_cluster_has_its_own_graph() -> None:
    graphs = edge_graphs([row("a", "b"), row("a", "b", cluster="staging")], Verdict((), (), ()), START)
    assert [graph.cluster for graph in graphs] == ["prod", "staging"]


def test_alerts_a_day_are_findings_by_cause_scaled_from_the_hours_watched() -> None:
    found = judged(VERDICT)
    by_detection = {load.detection: load for load in loads(found, (OUTBOUND, NEW_EDGE), hours=8)}
    assert by_detection[NEW_EDGE].watched == {"attack": 2, "benign cause": 1, "unexplained": 1}
    assert by_detection[NEW_EDGE].a_day == {"attack": 6.0, "benign cause": 3.0, "unexplained": 3.0}
    assert (by_detection[OUTBOUND].total, by_detection[OUTBOUND].total_a_day) == (2, 6.0)


def test_a_finding_of_two_attacks_is_one_alert() -> None:
    shared = edge("web", "users-db")
    found = judged(Verdict(((ATTACK, (shared,)), (OLD_WAY, (shared,))), (), ()))
    assert [each.event for each in found] == [ATTACK]


def test_findings_are_counted_by_what_the_simulator_did() -> None:
    busy = {"busy": [{"cluster": "prod", "start": START + 29 * HOUR, "end": START + 31 * HOUR}]}
    late = DetectionFinding(OUTBOUND, START + 30 * HOUR, 0, START + 30 * HOUR, {"cluster": "prod", "workload": "mail"})
    verdict = replace(VERDICT, unexplained=(edge("cron", "web", 30), outbound("mail", 2), late))
    assert by_kind(judged(verdict), busy, (OUTBOUND, NEW_EDGE)) == {
        "attack": [1, 2],
        "ordinary traffic": [1, 1],
        "deploy": [0, 1],
        "busy hours of the day": [1, 0],
    }


def test_findings_fall_into_the_hour_they_were_raised_in_late_ones_into_the_last() -> None:
    counts = by_hour(judged(VERDICT), START, hours=4)
    assert counts["attack"] == [0, 2, 1, 0, 0]
    assert counts["unexplained"] == [0, 1, 0, 0, 1]


def test_what_cannot_be_seen_is_written_out_and_what_is_endless_is_cut() -> None:
    assert readable("plain <b>ü 本</b>") == "plain <b>ü 本</b>"
    assert readable("a\u202eb\nc\u200b") == "a\\u202eb\\u000ac\\u200b"
    assert shortened("abcdef", 4) == "abc…"
    assert shortened("abcd", 4) == "abcd"
