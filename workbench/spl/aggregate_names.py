"""Says whether an aggregation is given a name that says it is another one: ``max(x) as min_x``."""

from __future__ import annotations

import re

from workbench.spl.tree import Aggregation

# What is computed, by the words and functions that say so. Words used loosely (total, range, first) say nothing.
_SAID = {
    "avg": "average", "average": "average", "mean": "average",
    "stdev": "standard deviation", "stddev": "standard deviation", "stdevp": "standard deviation",
    "varp": "variance", "variance": "variance",
    "max": "maximum", "maximum": "maximum", "minimum": "minimum",
    "sum": "sum", "sumsq": "sum of squares", "squares": "sum of squares",
    "median": "median", "dc": "distinct count",
}  # fmt: skip
# Words with other meanings too (minutes, variable, ...): they count in front of nothing but the field's name.
_VAGUE = {
    "min": "minimum",
    "var": "variance",
    "sd": "standard deviation",
    "std": "standard deviation",
    "count": "count",
}
_FUNCTIONS = {**_SAID, **_VAGUE, "c": "count", "distinct_count": "distinct count", "estdc": "distinct count"}
# A sum of counts is a count; so is a number of different values.
_ALSO = {("sum", "count"), ("distinct count", "count")}
_WORD = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|\d+")
_PERCENTILE = re.compile(r"(?:exact|upper)?p(?:erc)?(\d+(?:\.\d+)?)")


def aggregate_mismatch(aggregation: Aggregation) -> str | None:
    """Return what the alias says in place of what the aggregation computes, None when it does not mislead.

    The text reads "'stdev_udp.*' says standard deviation, avg(udp.*) gives the average".
    """
    if aggregation.alias is None:
        return None
    computed = _computed(aggregation.function)
    if computed is None:
        return None
    said = _said(aggregation.alias, aggregation.field, computed)
    if said is None or said == computed or (computed, said) in _ALSO:
        return None
    shown = f"{aggregation.function}({aggregation.field or ('eval(...)' if aggregation.expression else '')})"
    return f"'{aggregation.alias}' says {said}, {shown.removesuffix('()')} gives the {computed}"


def _computed(function: str) -> str | None:
    percentile = _PERCENTILE.fullmatch(function)
    if percentile is not None:
        return _percentile(percentile[1])
    return _FUNCTIONS.get(function)


def _percentile(number: str) -> str:
    return "median" if number == "50" else f"percentile {number}"


def _said(alias: str, field: str | None, computed: str) -> str | None:
    """Return what the name says, None when it says nothing or nothing sure."""
    added = _added(alias, field)
    if added is not None:
        return _word(added, computed, {**_SAID, **_VAGUE})
    if computed == "maximum" and alias.lower() == "min":
        return "minimum"
    words = [word.lower() for word in _WORD.findall(alias)]
    own = {_FUNCTIONS.get(word.lower()) for word in _WORD.findall(field or "")}
    said = [_word(word, computed, _SAID) for word in words[:1] + words[1:][-1:]]
    said = [each for each in said if each is not None and each not in own]
    # A name that also says the right thing is right: max_of_avg.
    if computed in {_FUNCTIONS.get(word) for word in words}:
        return None
    return said[0] if said else None


def _word(word: str, computed: str, meanings: dict[str, str]) -> str | None:
    percentile = _PERCENTILE.fullmatch(word)
    # p1 alone is as often a priority.
    if percentile is not None and (word.startswith("perc") or computed.startswith("percentile")):
        return _percentile(percentile[1])
    return meanings.get(word)


def _added(alias: str, field: str | None) -> str | None:
    """Return the word that the name puts in front of the field, or around it in parentheses."""
    if not field:
        return None
    name = re.escape(field)
    found = re.fullmatch(rf"(?i)([a-z0-9]+)(?:[_. -]{name}|\({name}\))", alias)
    return None if found is None else found[1].lower()
