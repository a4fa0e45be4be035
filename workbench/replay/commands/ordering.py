"""sort, dedup, head, mvexpand and makeresults: commands about which rows there are and in what order."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator
from itertools import islice, takewhile

from workbench.replay.commands.options import flag, read_options, whole_number
from workbench.replay.context import SearchContext
from workbench.replay.errors import ReplayError
from workbench.replay.expressions.compiling import compile_condition
from workbench.replay.rows import Row, Value, as_number, as_text, byte_order, each_text
from workbench.spl import tree

SORT_LIMIT = 10_000  # rows that sort returns when no count is written; 0 is no limit
HEAD_ROWS = 10

Order = tuple[int, int | float, bytes]


def run_sort(node: tree.Sort, rows: Iterator[Row], context: SearchContext) -> Iterator[Row]:
    """Order rows; nulls come last, numbers before text. Without a count Splunk returns 10,000 rows."""
    limit = SORT_LIMIT if node.limit is None else node.limit

    def ordered() -> Iterator[Row]:
        collected = list(rows)
        # The last key first: sorting keeps the order of rows that are alike.
        for key in reversed(node.keys):
            filled = [row for row in collected if row.get(key.field) is not None]
            empty = [row for row in collected if row.get(key.field) is None]
            filled.sort(key=lambda row: _order(row[key.field], key.kind), reverse=key.descending)
            collected = filled + empty
        if limit and len(collected) > limit:
            if node.limit is None:
                context.warn(f"sort: {len(collected)} rows came in, {limit} are returned; write 'sort 0' for all")
            collected = collected[:limit]
        yield from collected

    return ordered()


def _order(value: Value, kind: str) -> Order:
    text = as_text(value) or ""
    if kind == "ip":
        try:
            return (0, int(ipaddress.ip_address(text)), b"")
        except ValueError:
            return (1, 0, byte_order(text))
    number = None if kind == "str" else as_number(value)
    return (1, 0, byte_order(text)) if number is None else (0, number, b"")


def run_dedup(node: tree.Dedup, rows: Iterator[Row], _context: SearchContext) -> Iterator[Row]:
    """Keep the first rows of each combination of values; rows with a null among them are dropped."""
    known = {"keepempty": flag, "consecutive": flag}
    options = read_options(node.options, known)
    if node.sort_by:
        raise ReplayError("sortby is not replayed; write sort 0 before dedup")

    def distinct() -> Iterator[Row]:
        seen: dict[tuple[Value, ...], int] = {}
        for row in rows:
            key = tuple(as_text(row.get(field)) for field in node.fields)
            if None in key:
                if options.get("keepempty"):
                    yield row
                continue
            if options.get("consecutive") and key not in seen:
                seen.clear()
            seen[key] = seen.get(key, 0) + 1
            if seen[key] <= node.count:
                yield row

    return distinct()


def run_head(node: tree.Head, rows: Iterator[Row], context: SearchContext) -> Iterator[Row]:
    """Keep the first rows: a number of them, or those before the condition first fails."""
    read_options(node.options, {})
    if node.condition is not None:
        holds = compile_condition(node.condition, context)
        return takewhile(lambda row: holds(row) is True, rows)
    return islice(rows, HEAD_ROWS if node.count is None else node.count)


def run_mvexpand(node: tree.Mvexpand, rows: Iterator[Row], _context: SearchContext) -> Iterator[Row]:
    """Make a row of each value of a multivalue field."""
    limit = read_options(node.options, {"limit": whole_number}).get("limit") or None

    def expanded() -> Iterator[Row]:
        for row in rows:
            value = row.get(node.field)
            if not isinstance(value, tuple):
                yield row
                continue
            for text in each_text(value)[:limit]:
                yield {**row, node.field: text}

    return expanded()


def run_makeresults(node: tree.Makeresults, _rows: None, context: SearchContext) -> Iterator[Row]:
    """Make rows that hold nothing but the time of the search."""
    count = read_options(node.options, {"count": whole_number}).get("count", 1)
    return ({"_time": context.now} for _ in range(count))
