"""A month of edges: what begins is new, what goes on is known, and the truth names each cause with what it brought."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.traffic.answers import Answers
from workbench.traffic.changes import CAUSES, MEETINGS, SEEN_BY_ADDRESS, is_weekend
from workbench.traffic.loadcurves import DAY
from workbench.traffic.month import HISTORY, write_month
from workbench.traffic.simulated_store import DEFAULT_END

DAYS = 7


@pytest.fixture(scope="module")
def month(tmp_path_factory: pytest.TempPathFactory) -> Answers:
    """A week with three copies of the shop in each cluster."""
    folder = tmp_path_factory.mktemp("month") / "store"
    write_month(folder, DAYS, DEFAULT_END, seed=1, copies=3)
    return Answers(folder)


@pytest.fixture(scope="module")
def first_seen(month: Answers) -> dict[tuple[str, str, str], float]:
    """When each pair of names was first seen in its cluster, whichever of them sent."""
    found: dict[tuple[str, str, str], float] = {}
    for cluster, one, other, at in month.rows(
        'SELECT "k8s.cluster.name", "source.workload.name", "dest.workload.name", min(_time) FROM p GROUP BY ALL'
    ):
        key = (cluster, *sorted((folded(one), folded(other))))
        found[key] = min(at, found.get(key, at))
    return found


def folded(name: str) -> str:
    """The CronJob of a run."""
    return re.sub(r"-\d{8}$", "", name)


def test_the_same_seed_gives_the_same_points(month: Answers, tmp_path: Path) -> None:
    write_month(tmp_path / "again", DAYS, DEFAULT_END, seed=1, copies=3)
    assert Answers(tmp_path / "again").differs_from(month) == 0
    assert Answers(tmp_path / "again").truth() == month.truth()


def test_every_cause_happens_and_every_attack_is_there_once_a_week(month: Answers) -> None:
    truth = month.truth()
    assert {look["kind"] for look in truth["benign"]} == {each.kind for each in (*CAUSES, *MEETINGS)}
    kinds = [attack["kind"] for attack in truth["attacks"]]
    assert len(kinds) == len(set(kinds)) >= 10
    assert all(attack["start"] > DEFAULT_END - DAYS * DAY for attack in truth["attacks"])


def test_what_attacks_open_is_new_and_is_what_the_truth_says(
    month: Answers, first_seen: dict[tuple[str, str, str], float]
) -> None:
    for attack in month.truth()["attacks"]:
        for dest in (attack["dest"], *attack["also"]):
            one, other = sorted((folded(attack["workload"]), dest))
            at = first_seen[attack["cluster"], one, other]
            assert attack["start"] <= at < attack["end"], attack["kind"]


def test_every_new_edge_has_a_cause(month: Answers, first_seen: dict[tuple[str, str, str], float]) -> None:
    """After the history nothing begins that neither an attack nor a harmless cause explains."""
    truth = month.truth()
    events = [*truth["attacks"], *truth["benign"]]
    for (cluster, *ends), at in first_seen.items():
        if at < truth["watched_from"]:
            continue
        causes = [each for each in events if each["cluster"] == cluster and folded(each["workload"]) in ends]
        assert any(each["start"] <= at <= each["end"] for each in causes), (cluster, ends)


def test_what_goes_on_is_there_from_the_first_day_on_and_to_the_last(month: Answers) -> None:
    scraped = month.rows(
        'SELECT "dest.workload.name", count(DISTINCT floor(_time / 86400)) FROM p'
        " WHERE \"k8s.cluster.name\" = 'staging' AND \"source.workload.name\" = 'prometheus'"
        " AND \"dest.workload.name\" IN ('orders-db', 'coredns') GROUP BY ALL"
    )
    assert sorted(scraped) == [("coredns", DAYS + HISTORY), ("orders-db", DAYS + HISTORY)]


def test_runs_of_a_cron_job_go_by_the_minute_of_their_job(month: Answers) -> None:
    names = month.rows('SELECT DISTINCT "source.workload.name" FROM p WHERE "source.workload.name" LIKE \'report-ex%\'')
    assert len(names) > DAYS
    assert all(re.fullmatch(r"report-export-\d{8}", name) for (name,) in names)


def test_new_pods_keep_the_name_of_their_workload_but_for_few_seen_by_address(month: Answers) -> None:
    rollouts = sum(look["kind"] in ("rollout", "autoscaling") for look in month.truth()["benign"])
    seen = month.value(
        'SELECT count(DISTINCT "dest.workload.name") FROM p WHERE regexp_matches("dest.workload.name", \'^10[.]\')'
    )
    assert 0.5 < seen / (2 * SEEN_BY_ADDRESS * rollouts) < 2


def test_people_change_little_at_weekends(month: Answers) -> None:
    days: dict[bool, list[float]] = {True: [], False: []}
    for look in month.truth()["benign"]:
        if look["kind"] == "rollout":
            days[is_weekend(int(look["start"] // DAY))].append(look["start"])
    assert len(days[True]) < len(days[False]) / 5
