"""The demo adds up a month: the attacks once, all else on every day of it."""

from __future__ import annotations

import io
from dataclasses import replace

from rich.console import Console

from workbench.demo.report import Watched
from workbench.demo.risk import DAY, MONTH, highest, month
from workbench.demo.tables import print_risks
from workbench.demo.verdict import Verdict


def test_attacks_are_there_once_and_what_none_explains_on_every_day(watched: Watched) -> None:
    happened = [event for run in watched.runs for event in run.risk_events]
    later = [{**event, "_time": event["_time"] + (MONTH - 1) * DAY} for event in happened]
    assert happened
    assert month(watched.runs, watched.verdict) == later
    ordinary = Verdict((), (), ())
    daily = month(watched.runs, ordinary)
    assert sorted(event["_time"] for event in daily) == sorted(
        event["_time"] + day * DAY for event in happened for day in range(MONTH)
    )
    # A day of 24 hours is as long as the rule looks back, so the same day again and again adds nothing.
    assert [replace(risk, at=0) for risk in highest(daily)] == [replace(risk, at=0) for risk in highest(happened)]


def test_the_table_says_who_is_reported_and_whether_rightly(watched: Watched) -> None:
    def printed(verdict: Verdict) -> str:
        console = Console(file=io.StringIO(), width=200)
        print_risks(verdict, watched.runs, console)
        assert isinstance(console.file, io.StringIO)
        return console.file.getvalue()

    reported = [risk for risk in highest(month(watched.runs, watched.verdict)) if risk.reported]
    assert reported
    assert printed(watched.verdict).count("reports it") == len(reported)
    assert "not attacked" not in printed(watched.verdict)
    assert "not attacked" in printed(Verdict((), (), ()))
