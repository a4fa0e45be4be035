"""What a person reads of a replay (tables on the terminal) and what a program reads (JSON lines)."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from rich.console import Console, Group
from rich.markup import escape
from rich.table import Table
from rich.text import Text

from workbench.replay.risk import fill, plain
from workbench.replay.rows import Row, Value, as_number, each_text
from workbench.replay.schedule import SearchRun
from workbench.spl.times import utc_text
from workbench.writing import replacing

# Field names that hold epoch seconds: shown as dates. A number below the first is not a date of our time.
_TIME_FIELDS = ("_time", "first_seen", "last_seen", "first_time", "last_time", "seen_from", "seen_to")
_TIME_ENDINGS = ("_time", "_seen", "_since")
_SHORT_NUMBER = 1e6  # above it fractions say nothing and an exponent only puzzles
_EARLIEST_DATE = 946_684_800  # 2000-01-01


def print_runs(runs: Sequence[SearchRun], console: Console) -> None:
    """Print the findings of ``runs``, one table for each search, then what the runs read, wrote and warned of."""
    for name in dict.fromkeys(run.search.name for run in runs):
        _print_search([run for run in runs if run.search.name == name], console)


def print_rows(rows: Sequence[Row], console: Console) -> None:
    """Print result rows as they are, one column for each field."""
    names = list(dict.fromkeys(name for row in rows for name in row))
    table = Table(show_lines=any(_is_long(row) for row in rows))
    for name in names:
        numbers = all(as_number(row.get(name)) is not None for row in rows if row.get(name) is not None)
        table.add_column(escape(name), justify="right" if numbers else "left", overflow="fold")
    for row in rows:
        table.add_row(*(Text(shown(name, row.get(name))) for name in names))
    console.print(table if rows else Text("no rows"))


def shown(name: str, value: Value) -> str:
    """Show a field's value to a person: instants as UTC dates, numbers short, a multivalue on several lines."""
    if isinstance(value, tuple):
        return "\n".join(value)
    number = as_number(value)
    if number is None:
        return str(value) if value is not None else ""
    if (name in _TIME_FIELDS or name.endswith(_TIME_ENDINGS)) and number >= _EARLIEST_DATE:
        return utc_text(number)
    if isinstance(value, str):
        return value
    if float(number).is_integer():
        return str(int(number))
    return f"{number:.6g}" if abs(number) < _SHORT_NUMBER else f"{number:.0f}"


def records(runs: Iterable[SearchRun]) -> Iterator[dict[str, Any]]:
    """Return the findings (``kind`` "finding") and risk events (``kind`` "risk_event") of ``runs``, as JSON holds
    them.
    """
    for run in runs:
        for row in run.findings:
            yield {
                "kind": "finding",
                "_time": run.at,
                "search_name": run.search.name,
                "info_min_time": run.window.earliest,
                "info_max_time": run.window.latest,
                "result": {name: plain(value) for name, value in row.items() if value is not None},
            }
        for event in run.risk_events:
            yield {"kind": "risk_event", **event}


def write_json_lines(path: Path, entries: Iterable[dict[str, Any]]) -> int:
    """Write one JSON object a line to ``path``, the whole file or none of it; returns the number of lines."""
    count = 0
    with replacing(path) as stream:
        for entry in entries:
            stream.write(json.dumps(entry, ensure_ascii=False, allow_nan=False) + "\n")
            count += 1
    return count


def _print_search(runs: Sequence[SearchRun], console: Console) -> None:
    findings = sum(len(run.findings) for run in runs)
    held_back = sum(len(run.held_back) for run in runs)
    if runs[0].search.trigger is not None:
        table = Table(title=escape(runs[0].search.name), title_justify="left", show_lines=True)
        for heading in ("when (UTC)", "risk", "finding"):
            table.add_column(heading, overflow="fold", ratio={"finding": 1}.get(heading))
        for run in runs:
            for row in run.findings:
                table.add_row(utc_text(run.at), _risk(run, row), _finding(run, row))
        console.print(table if findings else Text(f"{runs[0].search.name}: nothing found", style="bold"))
        console.print(Text(_count_line(runs, f"findings: {findings}, held back by throttling: {held_back}")))
    else:
        rows = sum(len(run.rows) for run in runs)
        console.print(Text(runs[0].search.name, style="bold"))
        console.print(Text(_count_line(runs, f"result rows: {rows}")))
    for message in dict.fromkeys(message for run in runs for message in run.messages):
        console.print(Text(f"{message.level}: {message.text}", style="yellow" if message.level != "INFO" else ""))


def _count_line(runs: Sequence[SearchRun], result: str) -> str:
    points = sum(run.points_read for run in runs)
    seconds = sum(run.seconds for run in runs)
    span = f"{utc_text(runs[0].window.earliest)} to {utc_text(runs[-1].window.latest)}"
    return f"{result}; runs: {len(runs)}, searched {span}, points read: {points:,}, took {seconds:.1f} s"


def _risk(run: SearchRun, row: Row) -> Text:
    """Return the points and risk objects of one finding, as the events of its run have them."""
    action = run.search.risk
    if action is None:
        return Text("-")
    own = as_number(row.get("risk_score"))
    lines = [
        f"{risk_object.score if own is None else own:g} {' '.join(each_text(row.get(risk_object.field))) or 'unknown'}"
        for risk_object in action.risk_objects
    ]
    return Text("\n".join(lines))


def _finding(run: SearchRun, row: Row) -> Group:
    """Return the risk message, then the fields below each other, as a wide row would be cut or wrapped."""
    fields = Table.grid(padding=(0, 2))
    fields.add_column(style="dim")
    fields.add_column(overflow="fold")
    for name, value in row.items():
        if value is not None and not name.startswith("__"):
            fields.add_row(Text(name), Text(shown(name, value)))
    headline = fill(run.search.risk.message, row)[0] if run.search.risk else ""
    return Group(Text(headline, style="bold"), fields) if headline else Group(fields)


def _is_long(row: Row) -> bool:
    return any(isinstance(value, tuple) for value in row.values())
