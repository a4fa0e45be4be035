"""The WHERE of mstats as SQL: which indexes are read, between which instants, and which points of them.

Values are compared with regard to case, unlike those of the search command, and CASE() and TERM() are not for it
(Splunk Search Reference, mstats, "WHERE clause"); ``*`` in a value is a wildcard; a ``!=`` wants the dimension to be
there, ``NOT`` does not (reference/spl-semantics.md section 4; that mstats does as search does here is unverified
without a live Splunk). ``earliest=`` in the WHERE overrides the
dispatch time range, and ``latest`` then means now unless it is given too (section 1, unverified);
``latest=`` alone reads from the beginning (unverified).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from workbench.replay.context import SearchContext, Window
from workbench.replay.errors import ReplayError, errors_at
from workbench.spl.terms import And, Comparison, Filter, InList, Keyword, MacroCall, Not, Or, Subsearch
from workbench.spl.times import relative_time
from workbench.spl.tree import walk
from workbench.spl.wildcards import matches
from workbench.traffic.store import quote_identifier

TRUE = "TRUE"
FALSE = "FALSE"
TIME_FIELDS = ("earliest", "latest")


@dataclass
class Parameters:
    """Values bound to one SQL statement; ``add`` returns the placeholder that stands for a value."""

    values: list[object] = field(default_factory=list)

    def add(self, value: object) -> str:
        """Bind ``value`` and return its placeholder."""
        self.values.append(value)
        return f"${len(self.values)}"


def time_window(where: Filter | None, context: SearchContext) -> Window:
    """Read the time range off the filter, else off the context; ReplayError for a range that holds no time."""
    given: dict[str, float] = {}
    for term in _conjuncts(where):
        if isinstance(term, Comparison) and term.field in TIME_FIELDS:
            if term.operator != "=":
                raise ReplayError(f"write {term.field}=<time>, not {term.operator}", position=term.span.start)
            given[term.field] = _instant(term, context)
    if not given:
        return context.window
    window = Window(given.get("earliest", 0.0), given.get("latest", context.now))
    if window.earliest >= window.latest:
        raise ReplayError("earliest must lie before latest", position=where.span.start if where else None)
    return window


def indexes(where: Filter | None, known: Sequence[str]) -> tuple[str, ...]:
    """Return the indexes that the filter lets through; ReplayError when it names none, or one that is not ``known``."""
    named = [term for term in walk(where, Comparison, InList) if term.field == "index"]
    if not named:
        raise ReplayError("names no index; write index=<metrics index> in its WHERE")
    for term in named:
        for value in (term.value,) if isinstance(term, Comparison) else term.values:
            if "*" not in value and value.lower() not in known:
                there = ", ".join(known) or "none"
                raise ReplayError(f"metrics index '{value}' is not in the store ({there})", position=term.span.start)
    return tuple(index for index in known if predicate(where, index, None, Parameters()) != FALSE)


def predicate(where: Filter | None, index: str, dimensions: Sequence[str] | None, parameters: Parameters) -> str:
    """Return the SQL condition for the points of ``index`` that pass the filter; ``TRUE`` or ``FALSE`` when settled.

    ``dimensions`` are those the index has; None means that every name counts as one. Time terms count as
    true here. Raises ReplayError with the position of a term that mstats or the replay does not know.
    """
    if where is None:
        return TRUE
    return _Predicate(index, dimensions, parameters).sql(where)


@dataclass(frozen=True)
class _Predicate:
    index: str
    dimensions: Sequence[str] | None
    parameters: Parameters

    def sql(self, term: Filter) -> str:
        if isinstance(term, And):
            return self._joined(term.terms, "AND", TRUE, FALSE)
        if isinstance(term, Or):
            return self._joined(term.terms, "OR", FALSE, TRUE)
        if isinstance(term, Not):
            inner = self.sql(term.term)
            return {TRUE: FALSE, FALSE: TRUE}.get(inner, f"(NOT {inner})")
        if isinstance(term, Comparison):
            return self._comparison(term)
        if isinstance(term, InList):
            settled = Or(tuple(Comparison(term.field, "=", value, term.span) for value in term.values), term.span)
            return self.sql(settled)
        raise _unsupported(term)

    def _joined(self, terms: Sequence[Filter], word: str, neutral: str, settling: str) -> str:
        before = len(self.parameters.values)
        parts = [part for part in map(self.sql, terms) if part != neutral]
        if settling in parts:
            del self.parameters.values[before:]  # DuckDB refuses values that no placeholder stands for
            return settling
        return f"({f' {word} '.join(parts)})" if parts else neutral

    def _comparison(self, term: Comparison) -> str:
        if term.field in TIME_FIELDS:
            return TRUE
        if term.operator not in ("=", "!="):
            raise ReplayError(f"cannot filter by {term.field}{term.operator}", position=term.span.start)
        if term.field == "index":
            return TRUE if matches(self.index, term.value.lower()) == (term.operator == "=") else FALSE
        if term.field in ("metric_name", "_value"):
            message = "the metric_name / _value form is not replayed; name metrics: avg(x)"
            raise ReplayError(message, position=term.span.start)
        if self.dimensions is not None and term.field not in self.dimensions:
            return FALSE
        return self._dimension(term)

    def _dimension(self, term: Comparison) -> str:
        column = quote_identifier(term.field)
        if term.case_sensitive:
            raise ReplayError("mstats knows no CASE(); it compares with case anyway", "mstats", term.span.start)
        if "*" in term.value:
            pattern = term.value.replace("!", "!!").replace("%", "!%").replace("_", "!_").replace("*", "%")
            same = f"{column} LIKE {self.parameters.add(pattern)} ESCAPE '!'"
        else:
            same = f"{column} = {self.parameters.add(term.value)}"
        # A point without the dimension makes the comparison NULL; a filter says no to it, also below a NOT.
        return f"coalesce({same}, FALSE)" if term.operator == "=" else f"coalesce(NOT ({same}), FALSE)"


def _conjuncts(where: Filter | None) -> Iterator[Filter]:
    """Yield the terms that must all hold; ReplayError for a time term that stands anywhere else."""
    if isinstance(where, And):
        for term in where.terms:
            yield from _conjuncts(term)
        return
    if isinstance(where, Or | Not):
        for inner in walk(where, Comparison):
            if inner.field in TIME_FIELDS:
                raise ReplayError(f"{inner.field}= inside OR or NOT is not replayed", position=inner.span.start)
    if where is not None:
        yield where


def _instant(term: Comparison, context: SearchContext) -> float:
    with errors_at(None, term.span.start):
        return relative_time(context.now, term.value)


def _unsupported(term: Keyword | MacroCall | Subsearch) -> ReplayError:
    if isinstance(term, Subsearch):
        return ReplayError("a subsearch in a filter is not replayed", position=term.span.start)
    if isinstance(term, MacroCall):
        return ReplayError(f"macro `{term.text}` was not expanded", position=term.span.start)
    message = f"cannot filter by the bare word '{term.text}'; write dimension=value"
    return ReplayError(message, position=term.span.start)
