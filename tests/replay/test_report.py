"""What the replay tells: tables for a person, JSON lines for a program, and the command line as a whole."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from tests.replay.conftest import NOW, MakeApp, MakeStore
from workbench.replay import __main__ as command_line
from workbench.replay import report
from workbench.replay.context import Message, Window
from workbench.replay.rows import Row
from workbench.replay.savedsearch import RiskAction, RiskObject, SavedSearch, Trigger
from workbench.replay.schedule import SearchRun

RISK = RiskAction("Too much from $workload$", (RiskObject("host", "system", 20.0),), ())
DETECTION = SavedSearch("NPM - [odd] - Rule", "", None, "0", "now", True, trigger=Trigger("greater than", 0), risk=RISK)
FINDING: Row = {
    "host": "prod-eu",
    "workload": "checkout",
    "first_time": NOW,
    "peak": 1234567.891,
    "anomalies": ("tcp.bytes peaked at 9,000", "udp.bytes peaked at 70"),
    "gone": None,
}


def run(*findings: Row, saved: SavedSearch = DETECTION, **changes: Any) -> SearchRun:
    settings: dict[str, Any] = {
        "search": saved,
        "at": NOW,
        "window": Window(NOW - 4200, NOW - 600),
        "rows": findings,
        "findings": findings,
        "held_back": (),
        "risk_events": ({"risk_object": "prod-eu", "risk_score": 20},) if findings else (),
        "messages": (),
        "points_read": 12345,
        "seconds": 0.5,
    }
    return SearchRun(**(settings | changes))


def printed(*runs: SearchRun, width: int = 100) -> str:
    out = io.StringIO()
    report.print_runs(runs, Console(file=out, width=width))
    return out.getvalue()


def test_a_finding_shows_every_field_with_dates_readable_and_numbers_short() -> None:
    text = printed(run(FINDING))
    assert "NPM - [odd] - Rule" in text
    for words in (
        "prod-eu",
        "checkout",
        "2026-03-01 04:00:00",
        "1234568",
        "tcp.bytes peaked at 9,000",
        "20 prod-eu",
        "Too much from checkout",
    ):
        assert words in text
    assert "gone" not in text
    assert "findings: 1, held back by throttling: 0; runs: 1, searched 2026-03-01 02:50:00 to 2026-03-01 03:50:00" in (
        " ".join(text.split())
    )


def test_nothing_is_cut_in_a_narrow_window() -> None:
    row: Row = {"host": "h" * 90}
    assert printed(run(row), width=60).count("h" * 10) >= 2
    assert sum(line.count("h") for line in printed(run(row), width=60).splitlines() if "finding" not in line) >= 180


def test_no_findings_are_said_too_and_warnings_once() -> None:
    warning = Message("WARN", "3 rows skipped [x]")
    text = printed(run(messages=(warning,)), run(messages=(warning,)))
    assert "NPM - [odd] - Rule: nothing found" in text
    assert text.count("WARN: 3 rows skipped [x]") == 1


def test_a_baseline_tells_how_many_rows_it_had() -> None:
    baseline = SavedSearch("baseline", "", None, "0", "now", True)
    text = printed(run(saved=baseline, rows=({"a": 1}, {"a": 2})))
    assert "result rows: 2; runs: 1" in text
    assert "points read: 12,345" in text


@pytest.mark.parametrize(
    ("name", "value", "text"),
    [
        ("count", 7.0, "7"),
        ("score", 12.34567891, "12.3457"),
        ("peak", 123456789.5, "123456790"),
        ("peak", "0012", "0012"),
        ("last_seen", NOW, "2026-03-01 04:00:00"),
        ("last_seen", str(int(NOW)), "2026-03-01 04:00:00"),
        ("run_time", 35, "35"),
        ("x", None, ""),
        ("x", ("a", "b"), "a\nb"),
    ],
)
def test_values_as_a_person_reads_them(name: str, value: Any, text: str) -> None:
    assert report.shown(name, value) == text


def test_json_lines_hold_findings_and_risk_events(tmp_path: Path) -> None:
    path = tmp_path / "new" / "out.jsonl"
    assert report.write_json_lines(path, report.records([run(FINDING)])) == 2
    finding, event = [json.loads(line) for line in path.read_text().splitlines()]
    assert finding == {
        "kind": "finding",
        "_time": NOW,
        "search_name": "NPM - [odd] - Rule",
        "info_min_time": NOW - 4200,
        "info_max_time": NOW - 600,
        "result": {
            "host": "prod-eu",
            "workload": "checkout",
            "first_time": NOW,
            "peak": 1234567.891,
            "anomalies": ["tcp.bytes peaked at 9,000", "udp.bytes peaked at 70"],
        },
    }
    assert event == {"kind": "risk_event", "risk_object": "prod-eu", "risk_score": 20}


def test_a_write_that_fails_leaves_the_old_file(tmp_path: Path) -> None:
    path = tmp_path / "out.jsonl"
    path.write_text("old\n")
    with pytest.raises(ValueError, match="JSON compliant"):
        report.write_json_lines(path, [{"x": 1}, {"x": float("nan")}])
    assert path.read_text() == "old\n"
    assert [entry.name for entry in tmp_path.iterdir()] == ["out.jsonl"]


CONF = """
[writes the table]
search = | mstats count(x) as n where index=kubernetes_metrics by host | outputlookup hosts.csv

[NPM - busy - Rule]
search = | inputlookup hosts.csv | where n > 1
disabled = 1
cron_schedule = 0 * * * *
enableSched = 1
counttype = number of events
action.risk = 1
action.risk.param._risk = [{"risk_object_field": "host", "risk_object_type": "system", "risk_score": 20}]
action.risk.param._risk_message = $host$ is busy
"""


@pytest.fixture
def arguments(make_app: MakeApp, make_store: MakeStore) -> list[str]:
    app = make_app({"default/savedsearches.conf": CONF})
    points = [{"_time": NOW - second, "host": host, "x": 1.0} for second, host in [(10, "a"), (20, "a"), (30, "b")]]
    store = make_store(points, ["host"], ["x"])
    return ["run", "--app", str(app.root), "--store", str(store.root)]


def test_the_command_line_runs_all_searches_baselines_first(
    arguments: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out.jsonl"
    assert command_line.main([*arguments, "--now", "2026-03-01T04:00:00Z", "--findings", str(out)]) == 0
    assert "NPM - busy - Rule" in capsys.readouterr().out
    entries = [json.loads(line) for line in out.read_text().splitlines()]
    assert [entry["kind"] for entry in entries] == ["finding", "risk_event"]
    assert entries[1]["risk_message"] == "a is busy"
    assert not (Path(arguments[2]) / "lookups").exists()  # the app itself is as it was


def test_lookups_outlive_a_call_in_a_scratch_folder(
    arguments: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    kept = [*arguments, "--scratch", str(tmp_path / "kept"), "--now", str(NOW), "--search"]
    assert command_line.main([*kept, "table"]) == 0
    assert command_line.main([*kept, "busy"]) == 0
    assert "findings: 1" in capsys.readouterr().out


def test_a_schedule_runs_between_two_times(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    begin, end = "2026-03-01T02:00", "2026-03-01T05:00"
    assert command_line.main([*arguments, "--search", "table", "--from", begin, "--to", end]) == 0
    assert "writes the table" not in capsys.readouterr().out  # it has no schedule


def test_spl_of_ones_own(arguments: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    spl = tmp_path / "own.spl"
    spl.write_text("| mstats sum(x) as total where index=kubernetes_metrics by host")
    assert command_line.main([*arguments, "--now", str(NOW), "--spl", str(spl), "--earliest", "-15s"]) == 0
    out = capsys.readouterr().out
    assert "total" in out
    assert "rows: 1, points read: 1" in out


@pytest.mark.parametrize(
    ("more", "said"),
    [
        (["--search", "nothing"], "'nothing' is not a saved search of the app:"),
        (["--search", "e"], "'e' fits several saved searches:"),
        ([], "say when: --now for one run"),
        (["--spl", "| makeresults"], "--spl needs --now"),
        (["--now", "0", "--spl", "| nosuchcommand"], "nosuchcommand"),
        (["--now", "0", "--spl", "| makeresults | nosuch"], "line 1, column 17"),
    ],
)
def test_what_cannot_be_done_is_said_on_stderr_with_exit_code_1(
    arguments: list[str], more: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert command_line.main([*arguments, *more]) == 1
    assert said in capsys.readouterr().err


@pytest.mark.parametrize("more", [["--now", "teatime"], ["--join-rows", "few"], ["--mv-ne", "some"]])
def test_arguments_that_mean_nothing_are_refused(
    arguments: list[str], more: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit, match="2"):
        command_line.main([*arguments, *more])
    assert "error: argument" in capsys.readouterr().err
