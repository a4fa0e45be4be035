"""Commands that aggregate: mstats, tstats, the stats and chart families, top and rare."""

from __future__ import annotations

import re

from workbench.spl import tree
from workbench.spl.grammar import clauses
from workbench.spl.grammar.cursor import Cursor
from workbench.spl.grammar.filters import read_filter
from workbench.spl.options import OPTIONS
from workbench.spl.terms import And, Comparison, Filter, Span

_WHERE = re.compile(r'WHERE(?=[\s(`"\[]|$)', re.IGNORECASE)
_BY_OR_END = re.compile(r'(?:GROUP)?BY(?=[\s",]|$)', re.IGNORECASE)
_FROM = re.compile(r"FROM(?=\s|$)", re.IGNORECASE)
_SOURCE = re.compile(r'(?:datamodel\s*=?\s*|sid\s*=\s*)?(?:"[^"]*"|[^\s,()="|\[\]]+)', re.IGNORECASE)
_OVER = re.compile(r'OVER(?=[\s"]|$)', re.IGNORECASE)
_COUNT = re.compile(r"\d+(?=[\s,]|$)")
_MEASURE = re.compile(r"[A-Za-z_]\w*(?:\.\d+)?(?:\([^()]*\))?")
_RANKED = re.compile(
    r"(?:IN|NOTIN)\s+(?:TOP|BOTTOM)\s*\d+|[<>]=?\s*-?\d+(?:\.\d+)?|!?=\s*-?\d+(?:\.\d+)?", re.IGNORECASE
)
_MOST_SPLITS = {"chart": 2, "sichart": 2, "timechart": 1, "sitimechart": 1, "geostats": 1}


def read_mstats(cursor: Cursor, span: Span) -> tree.Mstats:
    """Read mstats; options written inside WHERE (span=10s) are taken out of it."""
    aggregations, options = _some_aggregations(cursor, "avg(<metric>)")
    where, inside = _where(cursor)
    by, behind = clauses.by(cursor)
    bin_span, others = clauses.taken_out((*options, *inside, *behind), "span")
    return tree.Mstats(aggregations, where, by, bin_span, others, span)


def read_tstats(cursor: Cursor, span: Span) -> tree.Tstats:
    """Read tstats."""
    aggregations, options = _some_aggregations(cursor, "count")
    source = None
    if cursor.take(_FROM, "") is not None:
        source = cursor.need(_SOURCE, "a name").replace('"', "")
        options += clauses.options(cursor)
    where, inside = _where(cursor)
    by, behind = clauses.by(cursor)
    bin_span, others = clauses.taken_out((*options, *inside, *behind), "span")
    return tree.Tstats(aggregations, source, where, by, bin_span, others, span)


def _some_aggregations(cursor: Cursor, example: str) -> tuple[tuple[tree.Aggregation, ...], tree.Options]:
    start = cursor.position
    aggregations, options = clauses.aggregations(cursor, unnamed=cursor.command in _MOST_SPLITS)
    if not aggregations:
        if cursor.at_end:
            raise cursor.unexpected()
        raise cursor.error(f"no aggregation, expected e.g. {example}", start)
    computed = next((each for each in aggregations if each.expression is not None), None)
    if computed and cursor.command in ("mstats", "tstats"):
        raise cursor.error("takes fields only, not eval(...)", computed.span.start)
    return aggregations, options


def _where(cursor: Cursor) -> tuple[Filter | None, tree.Options]:
    """Take a WHERE clause, if one is here, without the options in it, and these."""
    if cursor.take(_WHERE, "WHERE") is None:
        return None, ()
    where = read_filter(cursor, _BY_OR_END)
    known = OPTIONS[cursor.command]
    terms = where.terms if isinstance(where, And) else (where,)
    inside = [term for term in terms if isinstance(term, Comparison) and term.field.lower() in known]
    if not inside:
        return where, ()
    left = tuple(term for term in terms if term not in inside)
    rest = And(left, Span(left[0].span.start, left[-1].span.end)) if len(left) > 1 else left[0] if left else None
    return rest, tuple((term.field.lower(), term.value) for term in inside)


def read_stats(cursor: Cursor, span: Span) -> tree.Stats:
    """Read stats, eventstats, streamstats or sistats."""
    aggregations, options = _some_aggregations(cursor, "count")
    by, behind = clauses.by(cursor)
    return tree.Stats(cursor.command, aggregations, by, options + behind, span)


def read_chart(cursor: Cursor, span: Span) -> tree.Chart:
    """Read chart, timechart, geostats or a summarizing form of them."""
    command = cursor.command
    aggregations, options = _some_aggregations(cursor, "count")
    over: tuple[str, ...] = ()
    if command in ("chart", "sichart") and cursor.take(_OVER, "") is not None:
        over = (clauses.name(cursor),)
        options += clauses.options(cursor)
    start = cursor.position
    by, behind = clauses.by(cursor, _WHERE)
    fields = over + by
    if len(fields) > _MOST_SPLITS[command]:
        most = "one field" if _MOST_SPLITS[command] == 1 else "two fields"
        raise cursor.error(f"splits by {most}, not by {', '.join(fields)}", start)
    if cursor.take(_WHERE) is not None:
        cursor.need(_MEASURE, "an aggregation")
        cursor.need(_RANKED, "an operator")
    return tree.Chart(command, aggregations, fields, options + behind + clauses.options(cursor), span)


def read_top(cursor: Cursor, span: Span) -> tree.Top:
    """Read top or rare; a number in front is that of its option limit."""
    options = clauses.options(cursor)
    if count := cursor.take(_COUNT):
        options += (("limit", count),)
    options += clauses.options(cursor)
    fields = clauses.names(cursor, stop=_BY_OR_END)
    options += clauses.options(cursor)
    by, behind = clauses.by(cursor)
    return tree.Top(cursor.command, fields, by, options + behind, span)
