"""The events that runs of searches leave behind: risk events, and the lines of Splunk's scheduler about each run.

Field values of events are text, as the search head extracts them. The fields of the scheduler's line are unverified
without a live Splunk.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from workbench.replay.rows import Row, Value, as_number, as_text, multivalue
from workbench.replay.schedule import SearchRun


def events_of(runs: Iterable[SearchRun], app: str) -> tuple[Row, ...]:
    """Return the events of ``runs``, searches of the app named ``app``, newest first as an event search gives them."""
    made: list[Row] = []
    for run in runs:
        made.append(_scheduler_line(run, app))
        made.extend(_risk_row(event) for event in run.risk_events)
    return tuple(sorted(made, key=lambda row: as_number(row["_time"]) or 0.0, reverse=True))


def _risk_row(event: dict[str, Any]) -> Row:
    row: Row = {"_time": event["_time"], "index": "risk", "sourcetype": "stash"}
    for name, value in event.items():
        if name not in row and not isinstance(value, dict):
            row[name] = _extracted(value)
    return row


def _extracted(value: Any) -> Value:
    """Return a value as the search head extracts it from an event: text, several texts for a list."""
    return multivalue(as_text(each) or "" for each in value) if isinstance(value, list) else as_text(value)


def _scheduler_line(run: SearchRun, app: str) -> Row:
    texts = {
        "index": "_internal",
        "sourcetype": "scheduler",
        "app": app,
        "savedsearch_name": run.search.name,
        "status": "success",
        "scheduled_time": as_text(run.at),
        "dispatch_time": as_text(run.at),
        "run_time": f"{run.seconds:.3f}",
        "result_count": str(len(run.rows)),
    }
    return {"_time": run.at, **texts}
