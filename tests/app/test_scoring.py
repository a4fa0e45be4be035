"""One row in, one tidy row out for each metric over its limit."""

import math
from dataclasses import replace

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from npmlib.anomaly.baseline import Baseline, Limit, limit
from npmlib.anomaly.options import Options
from npmlib.anomaly.scoring import Anomaly, score_rows
from npmlib.anomaly.tally import Tally
from npmlib.errors import SearchError

from tests.examples import examples

OPTIONS = Options(by=("cluster", "process"), metrics=("tcp", "udp"))
BASELINE: Baseline = {
    ("prod", "nginx"): (Limit(160.0, 100.0, 20.0), Limit(2.0, 0.0, 0.5)),
    ("prod", "tcp-only"): (Limit(160.0, 100.0, 20.0), None),
    ("prod", "constant"): (Limit(100.0, 100.0, 0.0), None),
    ("prod", "young"): (Limit(math.inf, 100.0, 20.0), None),
}


def row(process: object, tcp: object = "", udp: object = "", cluster: object = "prod") -> dict[str, object]:
    return {"_time": "1772323200", "cluster": cluster, "process": process, "tcp": tcp, "udp": udp}


def scored(*rows: dict[str, object], options: Options = OPTIONS) -> list[Anomaly]:
    return list(score_rows(rows, BASELINE, options, Tally()))


def test_a_metric_over_its_limit_gives_a_tidy_row() -> None:
    assert scored(row("nginx", tcp="180.5", udp="1")) == [
        {
            "cluster": "prod",
            "process": "nginx",
            "_time": "1772323200",
            "metric": "tcp",
            "value": "180.5",
            "expected": "100",
            "stdev": "20",
            "score": "4.025",
            "p95": "",
            "limit": "160",
        }
    ]


def test_annotated_every_value_gives_a_row_with_what_it_is_compared_with() -> None:
    rows = row("nginx", tcp="120"), row("young", tcp="900"), row("tcp-only", tcp="161", udp="0"), row("new", udp="7")
    found = scored(*rows, options=replace(OPTIONS, action="annotate"))
    assert [(each["process"], each["metric"], each["value"], each["expected"], each["limit"]) for each in found] == [
        ("nginx", "tcp", "120", "100", "160"),
        ("young", "tcp", "900", "100", ""),
        ("tcp-only", "tcp", "161", "100", "160"),
        ("tcp-only", "udp", "0", "", ""),
        ("new", "udp", "7", "", ""),
    ]


def test_two_metrics_over_give_two_rows() -> None:
    assert [(found["metric"], found["score"]) for found in scored(row("nginx", "200", "4"))] == [
        ("tcp", "5"),
        ("udp", "8"),
    ]


def test_at_the_limit_is_not_over() -> None:
    assert scored(row("nginx", tcp="160", udp="2")) == []


def test_an_empty_cell_is_a_metric_the_interval_does_not_have() -> None:
    assert scored(row("nginx", tcp="", udp=""), row("nginx", tcp=None)) == []


def test_a_baseline_that_never_varied_gives_no_score() -> None:
    assert [(found["stdev"], found["score"]) for found in scored(row("constant", tcp="100.001"))] == [("0", "")]


def test_a_thin_baseline_is_silent() -> None:
    assert scored(row("young", tcp="1e12")) == []


def test_a_finding_tells_the_usual_peak_of_its_time_of_day() -> None:
    peaks = (330.0, 900.5, *[None] * 10)
    baseline: Baseline = {("prod", "backup"): (Limit(300.0, 100.0, 20.0, peaks), None)}
    rows = [
        row("backup", tcp=sent) | {"_time": str(1772323200 + at)} for at in (0, 7200, 14400) for sent in ("400", "441")
    ]
    assert [
        (found["value"], found["p95"], found["limit"]) for found in score_rows(rows, baseline, OPTIONS, Tally())
    ] == [
        ("441", "330", "440"),
        ("400", "0", "300"),
        ("441", "0", "300"),
    ]


def test_a_series_without_baseline_is_silent_unless_asked_for() -> None:
    flagging = Options(by=OPTIONS.by, metrics=OPTIONS.metrics, unseen="flag")
    rows = (
        row("dropped-tool", tcp="5", udp="0"),
        row("tcp-only", udp="3"),
        row("nginx", cluster="staging", tcp="1"),
    )
    assert scored(*rows) == []
    flagged = [
        (found["cluster"], found["process"], found["metric"], found["value"])
        for found in scored(*rows, options=flagging)
    ]
    assert flagged == [
        ("prod", "dropped-tool", "tcp", "5"),
        ("prod", "tcp-only", "udp", "3"),
        ("staging", "nginx", "tcp", "1"),
    ]
    assert {found["expected"] + found["score"] for found in scored(*rows, options=flagging)} == {""}


IMPOSSIBLE = ["-1", "-4294967296", "1e308", "9007199254740993", "9223372036854775808", "18446744073709551615"]


@pytest.mark.parametrize("bad", ["abc", "NaN", "inf", "-Infinity", "1e999", ["200", "300"], *IMPOSSIBLE])
def test_a_value_that_is_no_amount_is_left_out_by_itself_and_told_once(bad: object) -> None:
    tally = Tally()
    rows = [row("nginx", tcp="500", udp=bad), row("nginx", tcp=bad), row("nginx", tcp="500")]
    assert [found["metric"] for found in score_rows(rows, BASELINE, OPTIONS, tally)] == ["tcp", "tcp"]
    ((level, text),) = tally.messages(OPTIONS)
    assert level == "WARN"
    assert text.startswith("2 values that are no amount left out in 3 rows (such as tcp='")


def test_rows_without_a_name_are_skipped_and_told() -> None:
    tally = Tally()
    rows = [row("", tcp="500"), row(["nginx", "redis"], tcp="500"), row("nginx", tcp="500")]
    assert len(list(score_rows(rows, BASELINE, OPTIONS, tally))) == 1
    assert tally.messages(OPTIONS) == [("WARN", "2 of 3 rows skipped: 'process' is empty or has several values")]


def test_a_field_that_no_row_has_is_an_error_that_lists_what_there_is() -> None:
    tally = Tally()
    assert list(score_rows([{"process": "nginx", "tcp": "1"}], BASELINE, OPTIONS, tally)) == []
    with pytest.raises(SearchError, match=r"no row has the field 'cluster' named in by=. The rows have: process, tcp."):
        tally.messages(OPTIONS)


def test_no_metric_at_all_is_an_error_and_one_of_two_a_warning() -> None:
    none, one = Tally(), Tally()
    list(score_rows([{"cluster": "prod", "process": "nginx"}], BASELINE, OPTIONS, none))
    list(score_rows([{"cluster": "prod", "process": "nginx", "tcp": "1"}], BASELINE, OPTIONS, one))
    with pytest.raises(SearchError, match="no row has any of the metrics tcp, udp"):
        none.messages(OPTIONS)
    assert one.messages(OPTIONS) == [("WARN", "no row has the metric udp; the others were scored")]


def test_no_rows_no_messages() -> None:
    assert Tally().messages(OPTIONS) == []


def test_series_the_baseline_does_not_know_are_counted() -> None:
    tally = Tally()
    list(score_rows([row("new", tcp="1"), row("nginx", tcp="1")], BASELINE, OPTIONS, tally))
    ((level, text),) = tally.messages(OPTIONS)
    assert (level, text[:41]) == ("INFO", "1 of 2 rows belong to series that baselin")


CELLS = st.one_of(st.none(), st.floats(min_value=-1e9, max_value=1e9).map(lambda x: round(x, 3)))
STATISTICS = st.tuples(
    st.integers(0, 200),
    st.floats(0, 1e6).map(lambda x: round(x, 3)),
    st.floats(0, 1e5).map(lambda x: round(x, 3)),
    st.none() | st.floats(0, 1e7).map(lambda x: round(x, 3)),
)


@settings(max_examples=examples(30, 600))
@given(
    st.dictionaries(st.sampled_from("abcd"), STATISTICS),
    st.lists(st.tuples(st.sampled_from("abcdef"), CELLS), max_size=30),
    st.sampled_from([0.0, 2.5, 3.0]),
    st.sampled_from([0, 100]),
    st.sampled_from([0.0, 0.05]),
)
def test_agrees_with_the_rule_written_in_sql(
    statistics: dict[str, tuple[int, float, float, float | None]],
    rows: list[tuple[str, float | None]],
    threshold: float,
    minsamples: int,
    minspread: float,
) -> None:
    """DuckDB evaluates the same limits, with enough points."""
    options = Options(
        by=("process",), metrics=("tcp",), threshold=threshold, minsamples=minsamples, minspread=minspread
    )
    baseline: Baseline = {
        (name,): (limit(count, average, stdev, options, (peak,)) if count else None,)
        for name, (count, average, stdev, peak) in statistics.items()
    }
    sent = [{"process": name, "tcp": "" if value is None else repr(value)} for name, value in rows]
    ours = [(found["process"], float(found["value"])) for found in score_rows(sent, baseline, options, Tally())]

    database = duckdb.connect()
    database.execute("create table baseline (process varchar, n bigint, average double, stdev double, peak double)")
    database.execute("create table points (position bigint, process varchar, value double)")
    if statistics:
        database.executemany(
            "insert into baseline values (?, ?, ?, ?, ?)", [(name, *four) for name, four in statistics.items()]
        )
    if rows:
        database.executemany("insert into points values (?, ?, ?)", [(at, *cells) for at, cells in enumerate(rows)])
    theirs = database.execute(
        """select process, value from points join baseline using (process)
           where n > 0 and n >= $minsamples
             and value > greatest(
                 average + $threshold / if(peak > 0, 3, 1) * greatest(stdev, $minspread * average), 4 / 3 * peak)
           order by position""",
        {"minsamples": minsamples, "threshold": threshold, "minspread": minspread},
    ).fetchall()
    assert ours == theirs
