"""stats, eventstats and streamstats: commands that compute over groups of rows."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import product

from workbench.replay import aggregates
from workbench.replay.aggregates import Accumulator
from workbench.replay.commands.options import flag, read_options, whole_number
from workbench.replay.context import SearchContext
from workbench.replay.errors import ReplayError
from workbench.replay.expressions.compiled import Run
from workbench.replay.expressions.compiling import compile_expression
from workbench.replay.rows import Row, Value, as_number, as_text, bounded, each_text
from workbench.spl import tree
from workbench.spl.wildcards import renamed

Key = tuple[str, ...]
_WAITING = 64  # values that a group keeps before it counts them; one by one would take three times as long


@dataclass(frozen=True)
class _Column:
    """One column of the result: ``order`` is the place of its aggregation among those written, ``input`` that of its
    values among the inputs of the plan.
    """

    name: str
    order: int
    make: Callable[[], Accumulator]
    input: int


class _Group:
    """The accumulators of a group, and the values and times that wait to be counted, by input."""

    __slots__ = ("accumulators", "times", "values", "waiting")

    def __init__(self) -> None:
        self.accumulators: list[Accumulator] = []
        self.values: list[list[Value]] = []
        self.times: list[list[int | float | None]] = []
        self.waiting = 0


class _Plan:
    """The columns that the aggregations stand for; those with wildcards grow as fields are met.

    ``inputs`` are the fields and expressions that the columns are made of, each once.
    """

    def __init__(self, node: tree.Stats, context: SearchContext) -> None:
        self.command = node.command
        self.timed = any(each.function.startswith(("earliest", "latest")) for each in node.aggregations)
        self.columns: list[_Column] = []
        self.inputs: list[str | Run] = []
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
            self._column(aggregation.name, order, make, compiled.run)
        elif field is None:
            self._column(aggregation.name, order, aggregates.Count, lambda _row: 1)
        elif "*" in field:
            if aggregation.alias is not None and aggregation.alias.count("*") != field.count("*"):
                message = f"'{field}' and '{aggregation.alias}' differ in their number of wildcards"
                raise ReplayError(message, position=position)
            self.wild.append((order, aggregation, field, make))
        else:
            self._column(aggregation.name, order, make, field)

    def _column(self, name: str, order: int, make: Callable[[], Accumulator], source: str | Run) -> None:
        if source not in self.inputs:
            self.inputs.append(source)
        self.columns.append(_Column(name, order, make, self.inputs.index(source)))

    def add(self, group: _Group, row: Row) -> None:
        """Let a row count in a group."""
        self.meet(row)
        if len(group.accumulators) < len(self.columns):
            self._complete(group)
        time = as_number(row.get("_time")) if self.timed else None
        for number, source in enumerate(self.inputs):
            value = row.get(source) if type(source) is str else source(row)  # type: ignore[operator]
            if value is not None:  # no function counts a null
                group.values[number].append(value)
                if self.timed:
                    group.times[number].append(time)
        group.waiting += 1
        if group.waiting >= _WAITING:
            self._count(group)

    def meet(self, row: Row) -> None:
        """Make columns of the fields that a wildcard stands for and that no row had before."""
        if not self.wild or row.keys() <= self.met:
            return
        for field in row:
            if field in self.met or field.startswith("_"):
                continue
            for order, aggregation, pattern, make in self.wild:
                name = renamed(field, pattern, aggregation.name)
                if name is not None:
                    self._column(name, order, make, field)
        self.met.update(row)

    def _complete(self, group: _Group) -> None:
        group.accumulators.extend(column.make() for column in self.columns[len(group.accumulators) :])
        group.values.extend([] for _ in self.inputs[len(group.values) :])
        group.times.extend([] for _ in self.inputs[len(group.times) :])

    def _count(self, group: _Group) -> None:
        for column, accumulator in zip(self.columns, group.accumulators, strict=True):
            if group.values[column.input]:
                accumulator.add(group.values[column.input], group.times[column.input])
        for values in group.values:
            values.clear()
        for times in group.times:
            times.clear()
        group.waiting = 0

    def result(self, group: _Group, context: SearchContext) -> Row:
        """Return the columns of a group, in the order in which the aggregations are written."""
        self._complete(group)
        self._count(group)
        pairs = sorted(zip(self.columns, group.accumulators, strict=True), key=lambda pair: pair[0].order)
        for column, accumulator in pairs:
            if isinstance(accumulator, aggregates.Listed) and accumulator.cut:
                context.warn(f"{self.command}: {column.name} keeps {aggregates.LIST_LIMIT} values, others are lost")
        return {column.name: accumulator.result() for column, accumulator in pairs}


def _keys(row: Row, by: tuple[str, ...]) -> Iterable[Key]:
    """Return the groups a row belongs to: none when a BY field is null, several for a multivalue."""
    key: list[str] = []
    for field in by:
        value = row.get(field)
        if value is None:
            return ()
        if type(value) is tuple:
            return _many_keys([row.get(each) for each in by])
        key.append(value if type(value) is str else str(value) if type(value) is int else as_text(value) or "")
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
    if all(each.function == "sum" and each.expression is None for each in node.aggregations):
        return _summed(node, plan, rows)

    def grouped() -> Iterator[Row]:
        groups: dict[Key, _Group] = {} if node.by else {(): _Group()}
        originals: dict[Key, tuple[Value, ...]] = {}
        for row in rows:
            for key in _keys(row, node.by):
                group = groups.get(key)
                if group is None:
                    group = groups[key] = _Group()
                    originals[key] = _original(row, key, node.by)
                plan.add(group, row)
        for key in sorted(groups, key=_order):
            named = zip(node.by, originals.get(key, ()), strict=True)
            yield {**dict(named), **plan.result(groups[key], context)}

    return grouped()


def _original(row: Row, key: Key, by: tuple[str, ...]) -> tuple[Value, ...]:
    """Return the BY values of a group as its first row has them; of a multivalue the one that counts."""
    values = tuple([row[field] for field in by])
    return key if tuple in map(type, values) else values


def _summed(node: tree.Stats, plan: _Plan, rows: Iterator[Row]) -> Iterator[Row]:
    """Give the groups of sums alone. Where most have one row, as at the end of npm_sent, accumulators cost the most."""
    groups: dict[Key, dict[str | Run, int | float]] = {} if node.by else {(): {}}
    originals: dict[Key, tuple[Value, ...]] = {}
    for row in rows:
        plan.meet(row)
        for key in _keys(row, node.by):
            sums = groups.get(key)
            if sums is None:
                sums = groups[key] = {}
                originals[key] = _original(row, key, node.by)
            for field in plan.inputs:
                value = row.get(field)  # type: ignore[arg-type]
                if type(value) is float:
                    sums[field] = sums.get(field, 0) + value
                elif value is not None and (numbers := aggregates.numbers_of((value,))):
                    sums[field] = sum(numbers, sums.get(field, 0))
    columns = [(each.name, plan.inputs[each.input]) for each in sorted(plan.columns, key=lambda each: each.order)]
    for key in sorted(groups, key=_order):
        sums = groups[key]
        made: Row = dict(zip(node.by, originals.get(key, ()), strict=True))
        for name, field in columns:
            made[name] = bounded(sums[field]) if field in sums else None
        yield made


def _run_eventstats(node: tree.Stats, rows: Iterator[Row], context: SearchContext) -> Iterator[Row]:
    """Add each group's results to its rows; rows with a null BY field stay as they are.

    Beyond Limits.eventstats_rows Splunk adds nothing to the later rows; they still count in the results.
    """
    read_options(node.options, {})
    plan = _Plan(node, context)
    limit = context.limits.eventstats_rows

    def annotated() -> Iterator[Row]:
        collected = list(rows)
        groups: dict[Key, _Group] = {}
        for row in collected:
            for key in _keys(row, node.by):
                if key not in groups:
                    groups[key] = _Group()
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
    known = {"current": flag, "window": whole_number, "global": flag}
    options = read_options(node.options, known)
    plan = _Plan(node, context)
    current, window = options.get("current", True), options.get("window", 0)
    if window and node.by and options.get("global", True):
        raise ReplayError("window= with BY is replayed with global=f only")

    def running() -> Iterator[Row]:
        groups: dict[Key, _Group] = {}
        recent: dict[Key, deque[Row]] = {}
        for row in rows:
            seen = dict(row)
            for key in _keys(seen, node.by):
                if window:
                    last = recent.setdefault(key, deque(maxlen=window))
                    before = list(last)
                    last.append(seen)
                    group = _Group()
                    for each in last if current else before:
                        plan.add(group, each)
                    row |= plan.result(group, context)
                    continue
                group = groups.setdefault(key, _Group())
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
