"""join, append, map and filters that run a subsearch, within the limits that Splunk sets to one."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from itertools import islice

from workbench.replay.commands.options import flag, one_of, read_options, whole_number
from workbench.replay.context import SearchContext
from workbench.replay.errors import ReplayError
from workbench.replay.rows import Row, as_text, each_text
from workbench.spl import tree

MAP_SEARCHES = 10  # Search Reference, map: default of maxsearches
_TOKEN = re.compile(r"\$([\w.:]+)\$")
Key = tuple[str | None, ...]
FILTER_ROWS = 10_000  # limits.conf, [subsearch] maxout
_AS_WRITTEN = ("search", "query")  # their values become part of the filter without their name


def _limited(rows: Iterator[Row], limit: int | None, command: str, loss: str, context: SearchContext) -> Iterator[Row]:
    """Pass on rows up to the limit; when there are more, say so in the messages, as the rest is lost."""
    if limit is None:
        yield from rows
        return
    yield from islice(rows, limit)
    if next(rows, None) is not None:
        context.warn(f"{command}: the subsearch was cut off after {limit} rows; {loss}")


def run_append(node: tree.Append, rows: Iterator[Row], added: Iterator[Row], context: SearchContext) -> Iterator[Row]:
    """Give the rows, then ``added``, those of the subsearch; ``maxtime`` is accepted, as nothing here takes time."""
    options = read_options(node.options, {"maxout": whole_number, "maxtime": whole_number})
    limit = _smaller(context.limits.append_rows, options.get("maxout"))

    def both() -> Iterator[Row]:
        yield from rows
        yield from _limited(added, limit, "append", "rows after them are missing from the result", context)

    return both()


def _smaller(limit: int | None, asked: int | None) -> int | None:
    wanted = [number for number in (limit, asked or None) if number is not None]
    return min(wanted) if wanted else None


def run_join(node: tree.Join, rows: Iterator[Row], others: Iterator[Row], context: SearchContext) -> Iterator[Row]:
    """Add the fields of that row of the subsearch (``others``) with the same values in the join fields.

    The subsearch's values win unless overwrite=false; its nulls overwrite nothing. A null in a join field
    matches nothing. type=inner drops rows without a match.
    """
    options = read_options(
        node.options,
        {"type": one_of("inner", "left", "outer"), "max": whole_number, "overwrite": flag},
    )
    if not node.fields:
        raise ReplayError("a join without named fields is not replayed: name them")
    keep_unmatched = options.get("type", "inner") != "inner"
    most = options.get("max", 1) or None
    overwrite = options.get("overwrite", True)

    def joined() -> Iterator[Row]:
        partners = _partners(node.fields, most, others, context)
        for row in rows:
            matches = partners.get(_key(row, node.fields), ())
            if not matches and keep_unmatched:
                yield row
            for match in matches:
                merged = dict(row)
                for name, value in match.items():
                    if value is not None and (overwrite or merged.get(name) is None):
                        merged[name] = value
                    else:
                        merged.setdefault(name, None)
                yield merged

    return joined()


def run_map(
    node: tree.Branches, rows: Iterator[Row], run: Callable[[str], list[Row]], context: SearchContext
) -> Iterator[Row]:
    """Give the rows of one search for each row that comes in, one search after the other.

    $field$ in the quoted search stands for a value of the row, and macros in it are expanded after that; its time
    range is that of the whole search. Both are unverified without a live Splunk. Rows beyond maxsearches run nothing.
    """
    options = read_options(node.options, {"search": str, "maxsearches": whole_number})
    if "search" not in options:
        raise ReplayError("only map search=... is replayed")
    most = options.get("maxsearches", MAP_SEARCHES)

    def mapped() -> Iterator[Row]:
        for number, row in enumerate(rows):
            if number == most:
                context.warn(f"map: more than maxsearches={most} rows came in; nothing was run for the others")
                return
            yield from run(_filled(options["search"], row))

    return mapped()


def _filled(text: str, row: Row) -> str:
    def value(token: re.Match[str]) -> str:
        filled = as_text(row.get(token[1]))
        if filled is None:
            raise ReplayError(f"a row has no value for {token[0]}")
        return filled

    return _TOKEN.sub(value, text)


def filter_from(rows: Iterator[Row], span: tree.Span, context: SearchContext) -> tree.Filter:
    """Return the condition that Splunk makes of the rows of a subsearch: one of them, in all its fields.

    Without rows it never holds (Search Reference, format: emptystr is ``NOT( )``).
    """
    loss = "what only rows after them say is not part of the filter"
    wanted = tuple(_as_condition(row, span) for row in _limited(rows, FILTER_ROWS, "search", loss, context))
    return tree.Or(wanted, span) if wanted else tree.Not(tree.And((), span), span)


def _as_condition(row: Row, span: tree.Span) -> tree.Filter:
    terms: list[tree.Filter] = []
    for name, value in row.items():
        if name in _AS_WRITTEN:
            raise ReplayError(f"a field {name} of the subsearch of a filter is not replayed", position=span.start)
        if value is not None and not name.startswith("_"):
            texts = tuple(tree.Comparison(name, "=", text, span) for text in each_text(value))
            terms.append(tree.Or(texts, span))
    return tree.And(tuple(terms), span)


def _partners(
    fields: tuple[str, ...], most: int | None, rows: Iterator[Row], context: SearchContext
) -> dict[Key, list[Row]]:
    partners: dict[Key, list[Row]] = {}
    loss = "rows that only later rows would match stay without a match"
    for row in _limited(rows, context.limits.join_rows, "join", loss, context):
        key = _key(row, fields)
        matches = partners.setdefault(key, [])
        if None not in key and (most is None or len(matches) < most):
            matches.append(row)
    return partners


def _key(row: Row, fields: tuple[str, ...]) -> Key:
    return tuple(as_text(row.get(field)) for field in fields)
