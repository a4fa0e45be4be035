"""stats, eventstats and streamstats: commands that compute over groups of rows."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import product

from workbench.replay import aggregates
from workbench.replay.aggregates import Accumulator
from workbench.replay.commands.options import flag, read_options, whole
from workbench.replay.context import SearchContext
from workbench.replay.errors import ReplayError
from workbench.replay.expressions.compiled import Run
from workbench.replay.expressions.compiling import compile_expression
from workbench.replay.rows import Row, Value, as_number, as_text, each_text
from workbench.spl import tree
from workbench.spl.wildcards import renamed

Key = tuple[str, ...]
Group = list[Accumulator]


@dataclass(frozen=True)
class _Column:
    """One column of the result: ``order`` is the place of its aggregation among those written."""

    name: str
    order: int
    make: Callable[[], Accumulator]
    value: Run


class _Plan:
    """The columns that the aggregations stand for; those with wildcards grow as fields are met."""

    def __init__(self, node: tree.Stats, context: SearchContext) -> None:
        self.command = node.command
        self.timed = any(each.function.startswith(("earliest", "latest")) for each in node.aggregations)
        self.columns: list[_Column] = []
        self.wild: list[tuple[int, tree.Aggregation, str, Callable[[], Accumulator]]] = []
        self.met = set(node.by)
        for order, aggregation in enumerate(node.aggregations):
            self._add(order, aggregation, context)
        names = [column.name for column in self.columns]
        for name in names:
            if names.count(name) > 1 or (name in node.by and node.command != "eventstats"):
                message = f"two columns of the result are called '{name}'; rename one with as"
                raise ReplayError(message)

    def _add(self, order: int, aggregation: tree.Aggregation, context: SearchContext) -> None:
        make = aggregates.factory(aggregation.function)
        field, position = aggregation.field, aggregation.span.start
        if make is None:
            raise ReplayError(f"the replay has no function '{aggregation.function}'", position=position)
        if aggregation.expression is not None:
            compiled = compile_expression(aggregation.expression, context)
            if compiled.kind == "boolean" and make is not aggregates.Count:
                raise ReplayError(f"{aggregation.function}() takes values, not a condition", position=position)
            self.columns.append(_Column(aggregation.name, order, make, compiled.run))
        elif field is None:
            self.columns.append(_Column(aggregation.name, order, aggregates.Rows, lambda _row: 1))
        elif "*" in field:
            if aggregation.alias is not None and aggregation.alias.count("*") != field.count("*"):
                message = f"'{field}' and '{aggregation.alias}' differ in their number of wildcards"
                raise ReplayError(message, position=position)
            self.wild.append((order, aggregation, field, make))
        else:
            self.columns.append(_Column(aggregation.name, order, make, _value_of(field)))

    def group(self) -> Group:
        """Make the accumulators of a new group."""
        return [column.make() for column in self.columns]

    def add(self, group: Group, row: Row) -> None:
        """Let a row count in a group."""
        if self.wild and not row.keys() <= self.met:
            self._meet(row)
        self._complete(group)
        time = as_number(row.get("_time")) if self.timed else None
        for column, accumulator in zip(self.columns, group, strict=True):
            value = column.value(row)
            if value is not None:  # no function counts a null
                accumulator.add(value, time)

    def _meet(self, row: Row) -> None:
        """Make columns of the fields that a wildcard stands for and that no row had before."""
        for field in row:
            if field in self.met or field.startswith("_"):
                continue
            for order, aggregation, pattern, make in self.wild:
                name = renamed(field, pattern, aggregation.name)
                if name is not None:
                    self.columns.append(_Column(name, order, make, _value_of(field)))
        self.met.update(row)

    def _complete(self, group: Group) -> None:
        group.extend(column.make() for column in self.columns[len(group) :])

    def result(self, group: Group, context: SearchContext) -> Row:
        """Return the columns of a group, in the order in which the aggregations are written."""
        self._complete(group)
        pairs = sorted(zip(self.columns, group, strict=True), key=lambda pair: pair[0].order)
        for column, accumulator in pairs:
            if isinstance(accumulator, aggregates.Listed) and accumulator.cut:
                context.warn(f"{self.command}: {column.name} keeps {aggregates.LIST_LIMIT} values, others are lost")
        return {column.name: accumulator.result() for column, accumulator in pairs}


def _value_of(field: str) -> Run:
    return lambda row: row.get(field)


def _keys(row: Row, by: tuple[str, ...]) -> Iterable[Key]:
    """Return the groups a row belongs to: none when a BY field is null, several for a multivalue."""
    key: list[str] = []
    for field in by:
        value = row.get(field)
        if value is None:
            return ()
        if type(value) is tuple:
            return _many_keys([row.get(each) for each in by])
        key.append(value if type(value) is str else as_text(value) or "")
    return (tuple(key),)


def _many_keys(values: list[Value]) -> Iterable[Key]:
    """Return the groups of a row with a multivalue among its BY fields."""
    return () if None in values else product(*(each_text(value) for value in values))


def _order(key: Key) -> tuple[tuple[int, int | float, str], ...]:
    return tuple(map(_order_of_text, key))


@lru_cache(maxsize=100_000)
def _order_of_text(text: str) -> tuple[int, int | float, str]:
    number = as_number(text)
    return (1, 0, text) if number is None else (0, number, text)


def _run_stats(node: tree.Stats, rows: Iterator[Row], context: SearchContext) -> Iterator[Row]:
    """Give one row per group, ordered by the BY fields; rows with a null BY field count nowhere.

    Without BY there is one row, also when no rows come in.
    """
    read_options(node.options, {})
    plan = _Plan(node, context)

    def grouped() -> Iterator[Row]:
        groups: dict[Key, Group] = {} if node.by else {(): plan.group()}
        originals: dict[Key, tuple[Value, ...]] = {}
        for row in rows:
            for key in _keys(row, node.by):
                group = groups.get(key)
                if group is None:
                    group = groups[key] = plan.group()
                    values = [row[field] for field in node.by]
                    originals[key] = key if any(type(value) is tuple for value in values) else tuple(values)
                plan.add(group, row)
        for key in sorted(groups, key=_order):
            named = zip(node.by, originals.get(key, ()), strict=True)
            yield {**dict(named), **plan.result(groups[key], context)}

    return grouped()


def _run_eventstats(node: tree.Stats, rows: Iterator[Row], context: SearchContext) -> Iterator[Row]:
    """Add each group's results to its rows; rows with a null BY field stay as they are.

    Beyond Limits.eventstats_rows Splunk adds nothing to the later rows; they still count in the results.
    """
    read_options(node.options, {})
    plan = _Plan(node, context)
    limit = context.limits.eventstats_rows

    def annotated() -> Iterator[Row]:
        collected = list(rows)
        groups: dict[Key, Group] = {}
        for row in collected:
            for key in _keys(row, node.by):
                if key not in groups:
                    groups[key] = plan.group()
                plan.add(groups[key], row)
        results = {key: plan.result(group, context) for key, group in groups.items()}
        for number, row in enumerate(collected):
            if limit is not None and number >= limit:
                context.warn(f"eventstats: stopped adding fields after {limit} of {len(collected)} rows")
                yield row
                continue
            for key in _keys(row, node.by):
                row |= results[key]
            yield row

    return annotated()


def _run_streamstats(node: tree.Stats, rows: Iterator[Row], context: SearchContext) -> Iterator[Row]:
    """Add to each row the results over the rows of its group so far.

    current=f leaves the row itself out; window=n takes the last n rows of the group only (with BY: global=f).
    """
    known = {"current": flag, "window": whole, "global": flag}
    options = read_options(node.options, known)
    plan = _Plan(node, context)
    current, window = options.get("current", True), options.get("window", 0)
    if window and node.by and options.get("global", True):
        raise ReplayError("window= with BY is replayed with global=f only")

    def running() -> Iterator[Row]:
        groups: dict[Key, Group] = {}
        recent: dict[Key, deque[Row]] = {}
        for row in rows:
            seen = dict(row)
            for key in _keys(seen, node.by):
                if window:
                    last = recent.setdefault(key, deque(maxlen=window))
                    before = list(last)
                    last.append(seen)
                    group = plan.group()
                    for each in last if current else before:
                        plan.add(group, each)
                    row |= plan.result(group, context)
                    continue
                group = groups.setdefault(key, plan.group())
                if current:
                    plan.add(group, seen)
                row |= plan.result(group, context)
                if not current:
                    plan.add(group, seen)
            yield row

    return running()


_RUNNERS = {"stats": _run_stats, "eventstats": _run_eventstats, "streamstats": _run_streamstats}


def run_stats(node: tree.Stats, rows: Iterator[Row], context: SearchContext) -> Iterator[Row]:
    """Run stats, eventstats or streamstats, whichever the node is."""
    if node.command not in _RUNNERS:
        raise ReplayError("the replay does not know this command")
    return _RUNNERS[node.command](node, rows, context)
