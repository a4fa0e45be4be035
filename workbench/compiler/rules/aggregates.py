"""The rule of names that say what a field is: an average is not called a standard deviation."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from workbench.compiler.check import on_search
from workbench.compiler.content import Content, Fault, SearchText
from workbench.compiler.rule import STATISTICS, rule
from workbench.spl.fields.flow import Step
from workbench.spl.tree import Aggregation, Eval, FieldName, Mstats, Rename, Span, Stats, walk

# Words in a field's name, and the family of aggregates they say it is. Not in it: first, last, earliest, latest, range
# and rate, which name points in time and other things as often.
_WORDS: Mapping[str, str] = {
    **dict.fromkeys(("avg", "average", "mean"), "average"),
    **dict.fromkeys(("stdev", "stdevp", "std", "stddev", "stddevp", "sd"), "standard deviation"),
    **dict.fromkeys(("var", "varp", "variance"), "variance"),
    **dict.fromkeys(("count", "cnt", "c"), "count"),
    **dict.fromkeys(("dc", "distinct", "estdc"), "distinct count"),
    **dict.fromkeys(("sum", "total"), "sum"),
    **dict.fromkeys(("sumsq",), "sum of squares"),
    **dict.fromkeys(("min", "minimum"), "minimum"),
    **dict.fromkeys(("max", "maximum"), "maximum"),
    **dict.fromkeys(("median",), "median"),
}
_FUNCTIONS: Mapping[str, str] = {**_WORDS, "distinct_count": "distinct count", "p50": "median", "perc50": "median"}
# What may go under the name of another: all counts are totals, and a sum over counts or flags is a count.
_ALSO: Mapping[str, frozenset[str]] = {
    "distinct count": frozenset({"count", "sum"}),
    "count": frozenset({"sum"}),
    "sum": frozenset({"count"}),
    "sum of squares": frozenset({"sum"}),
}
# Words that make a name speak of a bound or an estimate of what the next word says, which a percentile often is.
_BOUNDS = frozenset(
    ("upper", "lower", "high", "low", "top", "bottom", "expected", "typical", "usual", "limit", "bound")
)
_SPELLED: Mapping[str, str] = {
    "average": "avg",
    "standard deviation": "stdev",
    "variance": "var",
    "distinct count": "dc",
    "sum of squares": "sumsq",
    "minimum": "min",
    "maximum": "max",
}
_PERCENTILE = re.compile(r"(?:exact|upper)?p(?:erc(?:entile)?)?(\d+(?:\.\d+)?)")


def family(function: str) -> str:
    """Return the family of an aggregate function: average, percentile 95; a function without a family is its own."""
    if function in _FUNCTIONS:
        return _FUNCTIONS[function]
    found = _PERCENTILE.fullmatch(function)
    return f"percentile {found[1]}" if found else function


def families_named(name: str) -> set[str]:
    """Return the families of aggregates that a field's name speaks of; none if it speaks of a bound of one."""
    words = [word.lower() for word in re.split(r"[^A-Za-z0-9]+|(?<=[a-z])(?=[A-Z])", name) if word]
    if _BOUNDS & set(words):
        return set()
    if "per" in words:  # events_per_min: a unit
        words = words[: words.index("per")]
    families = {_WORDS[word] for word in words if word in _WORDS and word != "c"}
    percentiles = (_PERCENTILE.fullmatch(word) for word in words)
    return families | {"median" if one[1] == "50" else f"percentile {one[1]}" for one in percentiles if one}


@on_search(
    rule(
        "NPM304",
        "false-alias",
        what="A field is named after another aggregate than the one it holds.",
        why="The next command, or the next reader, takes an average for a standard deviation.",
        see=STATISTICS,
    )
)
def _false_aliases(search: SearchText, content: Content) -> Iterator[Fault]:
    held: dict[str, str] = {}  # what fields hold, as far as it is known: name to family
    for step in search.steps:
        if isinstance(step.command, Mstats | Stats):
            for aggregation in step.command.aggregations:
                yield from _aggregation(aggregation, held)
            held |= {one.name: family(one.function) for one in step.command.aggregations}
        elif isinstance(step.command, Rename):
            yield from _renamed(search, step, step.command, held)
        elif isinstance(step.command, Eval):
            for assignment in step.command.assignments:
                held.pop(assignment.field, None)


def _aggregation(call: Aggregation, held: Mapping[str, str]) -> Iterator[Fault]:
    is_one = family(call.function)
    if call.alias is None:
        return
    # The maximum of a field that holds counts may still be called a count.
    sources = [call.field or "", *(field.name for field in walk(call.expression, FieldName))]
    allowed = {is_one, *_ALSO.get(is_one, ()), *families_named(call.function)}
    allowed |= {what for name in sources for what in (*families_named(name), held.get(name, ""))}
    named = families_named(call.alias)
    if named and not named & allowed:
        says = " and ".join(sorted(named))
        message = f"{call.function}({call.field or '...'}) is called {call.alias}, which says {says}"
        wanted = " or ".join(
            f"{_SPELLED.get(name, name.replace('percentile ', 'perc'))}({call.field or '...'})"
            for name in sorted(named)
        )
        fix = f"write {wanted} as {call.alias}, or give it a name that says {is_one}"
        yield Fault(message, fix, call.span)


def _renamed(search: SearchText, step: Step, command: Rename, held: dict[str, str]) -> Iterator[Fault]:
    for old, new in command.pairs:
        is_one = held.pop(old, "")
        if not is_one:
            continue
        held[new] = is_one
        named = families_named(new) - families_named(old)
        if named and is_one not in families_named(new) and not named & _ALSO.get(is_one, frozenset()):
            says = " and ".join(sorted(named))
            message = f"{old} holds a {is_one} and is renamed to {new}, which says {says}"
            span = _pair(search, step.command.span, old, new)
            yield Fault(message, "call it what it is", span)


def _pair(search: SearchText, span: Span, old: str, new: str) -> Span:
    pattern = rf'"?{re.escape(old)}"?\s+AS\s+"?{re.escape(new)}"?'
    found = re.search(pattern, search.expanded.text[span.start : span.end], re.IGNORECASE)
    return Span(span.start + found.start(), span.start + found.end()) if found else span
