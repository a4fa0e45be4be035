"""What Setup says of past days: findings of each detection, which level keeps to a number, and what was loudest."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.detections.world import DAY, NOW, World
from tests.examples import examples
from workbench.dashboards.running import Scene, run_source
from workbench.dashboards.tokens import default_tokens
from workbench.dashboards.view import View
from workbench.replay.rows import Row
from workbench.replay.schedule import Site

Shown = Callable[..., list[Row]]
TODAY = int(NOW // DAY)
ALLOWED = "cluster,namespace,workload,process,dest_namespace,dest_workload,reason,owner,expires"
PROFILES = "cluster,namespace,workload,process,metric,kind,age_days,last_hour,backtest\n"


@pytest.fixture
def shown(world: World, views: dict[str, View]) -> Shown:
    """Rows of a data source of Health, with the tables as they are."""

    def run(source: str, **tokens: str) -> list[Row]:
        view, scene = views["npm_health"], Scene(Site(world.app, world.store(), Path(sys.executable)), (), NOW)
        return run_source(view, source, default_tokens(view) | tokens, scene)

    return run


def write(world: World, **tables: str) -> None:
    for name, text in tables.items():
        (world.app.root / "lookups" / f"{name}.csv").write_text(text)


def profile(notes: dict[int, float], process: str = "nginx", metric: str = "tcp.bytes", age: float = 40) -> str:
    """A row of a profile that was learned until today; the days of the notes are counted back from today."""
    text = " ".join(f"{TODAY - back}:{times}" for back, times in sorted(notes.items(), reverse=True))
    return f"prod,shop,web,{process},{metric},profile,{age},{TODAY * DAY - 3600:.0f},{text}\n"


def test_a_process_is_found_once_a_day_at_its_loudest_metric(world: World, shown: Shown) -> None:
    rows = profile({1: 2.5, 3: 0.7}) + profile({1: 4, 0: 9}, metric="tcp.packets") + profile({}, "idle")
    write(world, npm_profile=PROFILES + rows)
    found = [row for row in shown("backtest") if row["detection"] == "sustained" and row["day"] != 0]
    assert [(row["process"], row["day"], row["times_limit"], row["days"]) for row in found] == [
        ("nginx", TODAY - 3, 0.7, 28),
        ("nginx", TODAY - 1, 4, 28),
    ]


def test_a_process_on_the_allow_list_does_not_count(world: World, shown: Shown) -> None:
    write(world, npm_profile=PROFILES + profile({1: 2}) + profile({1: 2}, "restic"))
    path = world.app.root / "lookups" / "npm_allowlist.csv"
    path.write_text(f"{ALLOWED}\nprod,*,*,restic,*,*,copy,ops,never\n")
    found = {row["process"] for row in shown("backtest") if row["detection"] == "sustained"}
    assert found == {"nginx"}


def test_each_level_says_how_many_findings_it_would_have_given(world: World, shown: Shown) -> None:
    rows = "".join(profile(dict.fromkeys(range(1, 15), 1 + n / 4), f"p{n}") for n in range(20))
    write(world, npm_profile=PROFILES + rows)
    levels = {row["level"]: row for row in shown("level_table")}
    assert levels[2] == {
        "level": 2,
        "a day": 8.0,  # 16 processes on half of the days
        "usual day": 8.0,
        "busiest day": 16,
        "with outbound and edges": 8.0,
    }
    assert [levels[at]["busiest day"] for at in (0.5, 1, 1.2, 1.3, 5, 6)] == [20, 20, 19, 18, 4, 0]


def test_days_before_the_first_profile_count_nowhere(world: World, shown: Shown) -> None:
    write(world, npm_profile=PROFILES + profile({1: 2, 2: 2}, age=4))
    assert {row["a day"] for row in shown("level_table") if row["level"] == 2} == {0.5}


@pytest.mark.parametrize(
    ("number", "said"),
    [
        (
            "5",
            'Level 1.6 keeps to 5 findings a day. Write if(times_limit >= 1.6, channels_loud, "") into the macro'
            " npm_sustained_point. It would have given 4.0 findings a day, outbound and new edges another 0.0.",
        ),
        (
            "8",
            "Level 1, as shipped, keeps to 8 findings a day: leave channels_loud in the macro npm_sustained_point. It"
            " would have given 8.0 findings a day, outbound and new edges another 0.0.",
        ),
        (
            "30",
            "Level 0.5 and higher ones keep to 30 findings a day; 1 ships. To see more, write if(times_limit >= 0.5,"
            ' channels_hunting, "") into the macro npm_sustained_point. It would have given 12.0 findings a day,'
            " outbound and new edges another 0.0.",
        ),
    ],
)
def test_the_lowest_level_that_keeps_to_the_number_is_named(world: World, shown: Shown, number: str, said: str) -> None:
    sizes = {"quiet": 0.9, "a": 1.5, "b": 2.0}
    rows = (
        profile(dict.fromkeys(range(1, 29), times), f"{name}{n}") for name, times in sizes.items() for n in range(4)
    )
    write(world, npm_profile=PROFILES + "".join(rows))
    assert shown("budget", budget=number) == [{"what to do": said}]


def test_what_is_no_number_is_asked_for_again(world: World, shown: Shown) -> None:
    write(world, npm_profile=PROFILES + profile({1: 2}))
    assert shown("budget", budget='"ten"') == [{"what to do": "Write a number into the field above, such as 10."}]


def test_where_other_detections_alone_give_more_the_sentence_says_so(world: World, shown: Shown) -> None:
    write(world, npm_profile=PROFILES + profile({}), **edges({f"db{n}": 1 + n % 10 for n in range(60)}))
    assert shown("budget", budget="2") == [
        {
            "what to do": "No level keeps to 2 findings a day, as outbound and new edges alone give 3.0: tune those"
            " first. Which processes are loudest is below."
        }
    ]


def edges(first_seen: dict[str, int]) -> dict[str, str]:
    """Tables of a cluster that is ready since 20 days: web met each of these peers so many days ago."""
    known = "cluster,protocol,namespace,workload,dest_namespace,dest_workload,first_seen,last_seen,silent_since\n"
    clusters = "cluster,watched_since,learning_until,state,last_seen\n"
    workloads = "cluster,namespace,workload,first_seen,last_seen,tcp_outside_days\n"
    for peer, back in first_seen.items():
        at = (TODAY - back) * DAY
        known += f"prod,tcp,shop,web,shop,{peer},{at:.0f},{NOW:.0f},\n"
    return {
        "npm_known_edges": known,
        "npm_edge_clusters": clusters + f"prod,0,{(TODAY - 20) * DAY:.0f},ready,{NOW:.0f}\n",
        "npm_edge_workloads": workloads + f"prod,shop,web,{NOW - 30 * DAY:.0f},{NOW:.0f},0\n",
    }


def test_new_edges_count_from_the_day_on_which_the_cluster_is_ready(world: World, shown: Shown) -> None:
    write(world, npm_profile=PROFILES + profile({}), **edges({"db": 1, "cache": 1, "mail": 19, "old": 25}))
    days = {row["_time"]: row["New edges"] for row in shown("a_day")}
    assert {back: days[(TODAY - back) * DAY] for back in (1, 2, 19, 25)} == {1: 2, 2: 0, 19: 1, 25: 0}


def test_many_new_peers_on_a_day_are_one_finding(world: World, shown: Shown) -> None:
    write(world, npm_profile=PROFILES + profile({}), **edges({f"db{n}": 3 if n < 10 else 4 for n in range(19)}))
    days = {row["_time"]: row["New edges"] for row in shown("a_day")}
    assert (days[(TODAY - 3) * DAY], days[(TODAY - 4) * DAY]) == (1, 9)


@pytest.mark.parametrize(
    ("peaks", "average", "found"),
    [
        ((1000, 1340), 500, True),  # more than a third above the usual peak of that time of day
        ((1000, 1330), 500, False),
        ((2700, 1000), 500, True),
        ((2400, 1000), 500, False),  # usual at that time of day
        ((2600, 1000), 5000, False),  # below one standard deviation above the average
    ],
)
def test_a_day_above_the_peaks_of_the_week_before_is_one_of_the_outbound_detection(
    world: World, shown: Shown, peaks: tuple[int, int], average: int, found: bool
) -> None:
    usual = [f"prod,shop,web,nginx,{TODAY - back},2000,1000,,\n" for back in range(2, 25)]
    loud = f"prod,shop,web,nginx,{TODAY - 1},{peaks[0]},{peaks[1]},,\n"
    header = "cluster,namespace,workload,process"
    write(
        world,
        npm_profile=PROFILES + profile({}),
        npm_days=f"{header},day,p95_02_tcp_bytes,p95_14_tcp_bytes,p95_02_udp_bytes,p95_14_udp_bytes\n"
        + "".join([*usual, loud]),
        npm_baseline=f"{header},avg_tcp.bytes,stdev_tcp.bytes,avg_udp.bytes,stdev_udp.bytes\nprod,shop,web,nginx,{average},10,,\n",
    )
    rows = [row for row in shown("backtest") if row["detection"] == "outbound"]
    assert [(row["process"], row["day"], row["days"]) for row in rows] == ([("nginx", TODAY - 1, 17)] if found else [])


def test_the_chart_and_the_loudest_follow_the_point_that_is_set(world: World, shown: Shown) -> None:
    new_level = profile({1: 3, 2: 2, 3: 2}, "api") + profile({5: 0.9, 25: 1.1, 26: 1.4, 27: 1.4}, "job")
    write(world, npm_profile=PROFILES + new_level, **edges({}))

    def sustained() -> list[int]:
        return [int(str(row["Sustained"])) for row in shown("a_day") if row["Sustained"]]

    assert sustained() == [1] * 6
    api, job = shown("loudest")
    assert (api["process"], api["findings"], api["times its limit"]) == ("api", 3, 3)
    assert str(api["advice"]).startswith("It sends more since 2026-02-26. If that is wanted, accept its level")
    assert (job["process"], job["findings"]) == ("job", 3)
    assert job["advice"] == "If this is its work, allow it in npm_allowlist, with an owner and a last day."
    world.set_macro("npm_sustained_point", 'if(times_limit >= 2.5, channels_loud, "")')
    assert sustained() == [1]


@settings(max_examples=examples(8, 100), suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.dictionaries(
        st.tuples(st.sampled_from("abc"), st.sampled_from(["tcp.bytes", "udp.bytes"]), st.integers(0, 30)),
        st.integers(50, 2500).map(lambda hundredths: hundredths / 100),
        max_size=40,
    )
)
def test_the_levels_are_what_sql_counts(world: World, shown: Shown, found: dict[tuple[str, str, int], float]) -> None:
    rows = []
    for process in "abc":
        for metric in ("tcp.bytes", "udp.bytes"):
            notes = {key[2]: times for key, times in found.items() if key[:2] == (process, metric)}
            rows.append(profile(notes, process, metric))
    write(world, npm_profile=PROFILES + "".join(rows))
    with duckdb.connect() as database:
        database.execute("create table found (process text, back int, times double)")
        for (process, _, back), times in found.items():
            database.execute("insert into found values (?, ?, ?)", [process, back, times])
        for row in shown("levels"):
            query = f"""
                select count(*), coalesce(max(n), 0) from (
                    select back, count(*) over (partition by back) as n
                    from (select distinct process, back from found
                          where times >= {row["level"]} and back between 1 and 28))
            """
            ((total, busiest),) = database.execute(query).fetchall()
            assert (row["mean"], row["busiest"]) == (total / 28, busiest), row["level"]
