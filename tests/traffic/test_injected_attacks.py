"""Attacks add exactly what their labels say, and what should be seen can be seen by the arithmetic of the detections.

The three sigma rule, the rule for new edges and what an hour usually brings are written here by hand in SQL, so that
``expected_by`` is checked against something other than the searches it will judge.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.traffic.answers import ONE_CLUSTER, VISITED, Answers
from workbench.traffic.attacks import DETECTIONS, NEW_EDGE, OUTBOUND, SUSTAINED, Attack, injections
from workbench.traffic.clusters import PlanError
from workbench.traffic.points import PointDimensions
from workbench.traffic.simulated_store import DEFAULT_END, Order

CHECKOUT = Path(__file__).resolve().parents[2]
LAST_DAY = DEFAULT_END - 86400
METRICS = ("tcp.bytes", "tcp.new_sockets", "tcp.packets", "udp.bytes", "udp.packets")
ENTITY = {"cluster": "k8s.cluster.name", "workload": "source.workload.name", "process": "source.process.name"}


def exceedances(store: Answers, attack: dict[str, Any], *, as_the_seed: bool = False) -> list[int]:
    """Intervals x metrics above mean + 3 sd for the attacked process, hour by hour on the last day."""
    who = " AND ".join(f"\"{name}\" = '{attack[key]}'" for key, name in ENTITY.items())
    pooled = " AND ".join(f"\"{name}\" = '{attack[key]}'" for key, name in ENTITY.items() if key != "cluster")
    moments = ", ".join(f'avg("{m}") AS "avg {m}", stddev_samp("{m}") AS "sd {m}"' for m in METRICS)
    averages = ", ".join(f'avg("{m}") AS "{m}"' for m in METRICS)
    over = " + ".join(
        f'coalesce(("{m}" > "avg {m}" + 3 * "{"avg" if as_the_seed and m.startswith("udp") else "sd"} {m}")::INT, 0)'
        for m in METRICS
    )
    by_hour = dict(
        store.rows(
            f"WITH usual AS (SELECT {moments} FROM p WHERE {pooled if as_the_seed else who} AND _time < {LAST_DAY}),"
            f" now AS (SELECT _time, {averages} FROM p WHERE {who} AND _time >= {LAST_DAY} GROUP BY _time)"
            f" SELECT (_time - {LAST_DAY})::BIGINT // 3600, sum({over}) FROM now, usual GROUP BY 1"
        )
    )
    return [int(by_hour.get(hour, 0)) for hour in range(24)]


def hours_of_days(store: Answers, attack: dict[str, Any]) -> dict[int, list[float]]:
    """Bytes of the attacked process and protocol by hour of the day: the sum of the last day, then the days before."""
    who = " AND ".join(f"\"{name}\" = '{attack[key]}'" for key, name in ENTITY.items())
    by_hour: dict[int, list[float]] = {}
    for hour, total in store.rows(
        f'SELECT _time::BIGINT % 86400 // 3600 AS hour, sum("{attack["protocol"]}.bytes") FROM p WHERE {who}'
        " GROUP BY hour, _time::BIGINT // 86400 ORDER BY hour, max(_time) DESC"
    ):
        by_hour.setdefault(int(hour), []).append(float(total or 0))
    return by_hour


def labelled(store: Answers, kind: str, cluster: str | None = None) -> dict[str, Any]:
    found: list[dict[str, Any]] = [
        each for each in store.truth()["attacks"] if each["kind"] == kind and cluster in (None, each["cluster"])
    ]
    (attack,) = found
    return attack


def attack_hours(attack: dict[str, Any]) -> range:
    first, last = ((attack[key] - LAST_DAY) // 3600 for key in ("start", "end"))
    return range(int(first), min(int(last), 23) + 1)


def test_all_kinds_are_there_and_lie_in_the_last_day(attacked: Answers) -> None:
    truth = attacked.truth()
    assert sorted(attack["kind"] for attack in truth["attacks"]) == [
        "UDP exfiltration", "burst", "new edge", "new edge in one cluster", "scan", "slow exfiltration", "sustained",
        "sustained",
    ]  # fmt: skip
    assert all(LAST_DAY <= attack["start"] < attack["end"] <= DEFAULT_END for attack in truth["attacks"])
    assert {look["kind"] for look in truth["benign"]} == {
        "deploy", "release", "rollout", "new CronJob", "bigger batch", "run of a job", "burst of work",
        "mail", "crawler", "pool by name", "pool by address", "pool behind one name",
    }  # fmt: skip


def test_without_attacks_the_truth_names_none(peaceful: Answers, attacked: Answers) -> None:
    assert peaceful.truth()["attacks"] == []
    assert peaceful.truth()["benign"] == attacked.truth()["benign"]


def test_attacks_add_exactly_the_labelled_bytes_and_change_nothing_else(attacked: Answers, peaceful: Answers) -> None:
    flow = '"k8s.cluster.name", "source.workload.name", "source.process.name", "dest.workload.name"'
    count = 'coalesce("tcp.bytes", "udp.bytes", 0)'
    total = f'SELECT {flow}, "tcp.bytes" IS NULL AS udp, sum({count}) FROM %s GROUP BY ALL'
    before = {row[:5]: row[5] for row in peaceful.rows(total % "p")}
    after = {row[:5]: row[5] for row in attacked.rows(total % "p")}
    added = {key: after[key] - before.get(key, 0) for key in after if after[key] != before.get(key)}
    expected: dict[tuple[Any, ...], float] = {}
    for attack in attacked.truth()["attacks"]:
        udp = attack["protocol"] == "udp"
        for dest in (attack["dest"], *attack["also"]):
            expected[attack["cluster"], attack["workload"], attack["process"], dest, udp] = attack["added_bytes"]
    for key, value in expected.items():
        assert added.pop(key) == value
    back = sorted(
        attack["added_bytes_back"] for attack in attacked.truth()["attacks"] for _ in range(1 + len(attack["also"]))
    )
    assert sorted(added.values()) == back
    assert attacked.value(f"SELECT sum({count}) FROM p WHERE _time < {LAST_DAY}") == peaceful.value(
        f"SELECT sum({count}) FROM p WHERE _time < {LAST_DAY}"
    )


def test_what_the_outbound_detection_should_see_exceeds_three_sigma_often_enough(attacked: Answers) -> None:
    expected = [each for each in attacked.truth()["attacks"] if OUTBOUND in each["expected_by"]]
    assert len(expected) == 4
    for attack in expected:
        counts = exceedances(attacked, attack)
        assert max(counts[hour] for hour in attack_hours(attack)) > 20, attack["kind"]


def test_slow_exfiltration_stays_unseen_by_three_sigma_though_it_takes_much(attacked: Answers) -> None:
    attack = labelled(attacked, "slow exfiltration")
    assert attack["expected_by"] == [SUSTAINED]
    assert attack["added_bytes"] > 2e9
    assert max(exceedances(attacked, attack)) <= 5


def test_what_the_sustained_detection_should_see_is_far_above_the_same_hours_of_other_days(attacked: Answers) -> None:
    """Beyond any of them by more than the quarter and the 5 MB (UDP: 1 MB) that the detection asks for."""
    expected = [each for each in attacked.truth()["attacks"] if SUSTAINED in each["expected_by"]]
    assert sorted(each["kind"] for each in expected) == [
        "UDP exfiltration", "burst", "slow exfiltration", "sustained", "sustained",
    ]  # fmt: skip
    for attack in expected:
        days = hours_of_days(attacked, attack)
        beyond = max(days[hour][0] - 1.25 * max(days[hour][1:]) for hour in attack_hours(attack))
        excess = max(days[hour][0] - max(days[hour][1:]) for hour in attack_hours(attack))
        assert beyond > 0, attack["kind"]
        assert excess > (1e6 if attack["protocol"] == "udp" else 5e6), attack["kind"]


def test_udp_exfiltration_lies_between_three_sigma_and_four_times_the_mean(attacked: Answers) -> None:
    attack = labelled(attacked, "UDP exfiltration")
    hour = attack_hours(attack)[1]
    assert exceedances(attacked, attack)[hour] == 2 * 120  # each interval, bytes and packets
    assert exceedances(attacked, attack, as_the_seed=True)[hour] <= 5


def test_an_attack_in_a_small_cluster_drowns_in_a_pooled_baseline(attacked: Answers) -> None:
    attack = labelled(attacked, "sustained", "staging")
    hours = attack_hours(attack)
    assert max(exceedances(attacked, attack)[hour] for hour in hours) > 20
    assert max(exceedances(attacked, attack, as_the_seed=True)[hour] for hour in hours) <= 5


def test_new_edges_are_those_of_attacks_and_deploys_and_both_directions_show(attacked: Answers) -> None:
    fresh = attacked.rows(
        'SELECT "k8s.cluster.name", "source.workload.name", "dest.workload.name" FROM p WHERE "tcp.packets" > 0'
        f""" AND NOT regexp_matches("source.workload.name", '{VISITED}|^stock-sync$')"""
        f""" AND NOT regexp_matches("dest.workload.name", '{VISITED}|^stock-sync$')"""
        f" GROUP BY ALL HAVING min(_time) >= {LAST_DAY}"
    )
    expected = set()
    for attack in attacked.truth()["attacks"]:
        if NEW_EDGE in attack["expected_by"]:
            for dest in (attack["dest"], *attack["also"]):
                expected.add((attack["cluster"], attack["workload"], dest))
                expected.add((attack["cluster"], dest, attack["workload"]))
    assert len(expected) == 8 + 2 * 12
    deployed = {row for row in fresh if "pricing-api" in row}
    assert len(deployed) == 4
    assert set(fresh) - deployed == expected


def test_the_edge_new_in_one_cluster_is_old_in_another(attacked: Answers) -> None:
    attack = labelled(attacked, "new edge in one cluster")
    elsewhere = attacked.rows(
        'SELECT DISTINCT "k8s.cluster.name" FROM p WHERE "source.workload.name" = ? AND "dest.workload.name" = ?'
        f" AND _time < {LAST_DAY}".replace("?", "'%s'")
        % (attack["workload"], attack["dest"])
    )
    assert elsewhere == [("staging",)]
    assert attack["cluster"] == "prod-eu"


def test_the_bigger_batch_looks_like_an_attack(peaceful: Answers) -> None:
    (batch,) = (look for look in peaceful.truth()["benign"] if look["kind"] == "bigger batch")
    assert max(exceedances(peaceful, batch)) > 5


def test_a_single_cluster_leaves_out_what_needs_two(simulated: Callable[[Order], Path]) -> None:
    kinds = [attack["kind"] for attack in Answers(simulated(ONE_CLUSTER)).truth()["attacks"]]
    assert sorted(kinds) == ["UDP exfiltration", "burst", "new edge", "scan", "slow exfiltration", "sustained"]


def test_labels_use_the_names_of_the_published_detections(shared: Path) -> None:
    seeds = [path.read_text() for path in (shared / "seeds").iterdir()]
    assert all(any(f"name: {name}\n" in seed for seed in seeds) for name in (OUTBOUND, NEW_EDGE))


def test_labels_use_the_names_of_our_content() -> None:
    content = [path.read_text() for path in (CHECKOUT / "contentctl" / "detections").rglob("*.yml")]
    assert all(any(text.startswith(f"name: {name}\n") for text in content) for name in DETECTIONS)


def plan(**changed: Any) -> Attack:
    values: dict[str, Any] = {
        "kind": "burst", "series": PointDimensions("c", "w", "n", "p", "d"), "start": 95.0, "end": 185.0, "rate": 100.0,
        "expected_by": (), "note": "",
    }  # fmt: skip
    return Attack(**{**values, **changed})


def test_an_injection_covers_the_intervals_that_begin_within_the_attack() -> None:
    there, back = injections(plan(), 30, 1, 0)
    assert there.time.tolist() == [120, 150, 180]
    assert there.sockets[0] >= 1
    assert there.bytes.sum() == pytest.approx(9000, rel=0.2)
    assert back.series == PointDimensions("c", "d", None, None, "w", "n", "p")
    assert back.sockets.sum() == 0


def test_an_attack_without_replies_goes_one_way() -> None:
    assert len(injections(plan(reply=0.0), 30, 1, 0)) == 1


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"end": 95.0}, "end after its start"),
        ({"rate": 0.0}, "rate above 0"),
        ({"expected_by": ("somebody",)}, "no such detection: somebody"),
    ],
)
def test_an_impossible_attack_is_refused(changed: dict[str, Any], message: str) -> None:
    with pytest.raises(PlanError, match=message):
        plan(**changed)


def test_an_attack_between_two_intervals_is_refused() -> None:
    with pytest.raises(PlanError, match="shorter than the interval"):
        injections(plan(start=91.0, end=92.0), 30, 1, 0)
