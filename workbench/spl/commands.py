"""Turns the parse trees of the command rules into command nodes of our tree."""

from __future__ import annotations

from typing import Any

from lark import Token, v_args
from lark.tree import Meta

from workbench.spl import tree
from workbench.spl.building import TermBuilder, WrittenOption, unquote
from workbench.spl.errors import SplSyntaxError
from workbench.spl.terms import Expression, Filter, Span

_MSTATS_OPTIONS = frozenset(
    ("span", "prestats", "append", "backfill", "update_period", "fillnull_value", "chunk_size", "every")
)


def _options(parts: list[Any]) -> tree.Options:
    return tuple((part.name, part.value) for part in parts if isinstance(part, WrittenOption))


def _take(options: tree.Options, name: str) -> tuple[str | None, tree.Options]:
    """Return the last value given to the option ``name``, and the other options."""
    value = next((value for key, value in reversed(options) if key == name), None)
    return value, tuple(option for option in options if option[0] != name)


def _by(parts: list[Any]) -> tuple[str, ...]:
    """Return the list of names among the parts, none if there is none."""
    return next((p for p in parts if isinstance(p, tuple) and not isinstance(p, WrittenOption)), ())


def _loose(parts: list[Any]) -> tuple[str, ...]:
    """Return the names that stand between options."""
    return tuple(part for part in parts if isinstance(part, str) and not isinstance(part, Token))


@v_args(meta=True)
class CommandBuilder(TermBuilder):
    """Makes the node of one command; ``text`` is the whole text and ``place`` the command's span in it."""

    def __init__(self, text: str, place: Span, base: int, command: str, subsearch: tree.Search | None) -> None:
        super().__init__(base)
        self.all_text = text
        self.place = place
        self.command = command
        self.subsearch = subsearch

    def refuse(self, message: str, position: int) -> SplSyntaxError:
        """Make the error for something the grammar lets through but the command does not know."""
        return SplSyntaxError(f"{self.command}: {message}", self.all_text, position)

    def whole(self, text: str, option: str) -> int:
        """Read the value of an option as a whole number, 0 or more."""
        if not text.isdigit():
            raise self.refuse(f"{option} must be a whole number, not '{text}'", self.place.start)
        return int(text)

    def inner(self) -> tree.Search:
        """Return the subsearch that the grammar has seen the brackets of."""
        assert self.subsearch is not None  # noqa: S101  (the parser makes it whenever there are brackets)
        return self.subsearch

    # Aggregating commands.

    def aggregation(self, meta: Meta, parts: list[Any]) -> tree.Aggregation:
        """Return ``function(field or eval) as alias``."""
        function, *inside, _, alias = parts
        argument = inside[0] if inside else None
        span = self.span(meta)
        if argument is None and function.lower() not in ("count", "c"):
            raise self.refuse(f"'{function}' needs a field in parentheses; only count can do without", span.start)
        if argument is not None and not isinstance(argument, str):
            if alias is None:
                raise self.refuse(f"{function}(eval(...)) needs a name: add 'as <name>'", span.start)
            return tree.Aggregation(function.lower(), None, alias, argument, span)
        return tree.Aggregation(function.lower(), argument, alias, None, span)

    def alias(self, _meta: Meta, parts: list[Token]) -> str:
        """Return the name that an aggregation is given."""
        return unquote(parts[0])

    def mstats(self, _meta: Meta, parts: list[Any]) -> tree.Mstats:
        """Return mstats; options written inside WHERE (span=10s) are taken out of it."""
        aggregations = tuple(part for part in parts if isinstance(part, tree.Aggregation))
        if not aggregations:
            raise self.refuse("no aggregation, expected e.g. avg(<metric>)", self.place.start)
        where: Filter | None = next((p for p in parts if isinstance(p, Filter)), None)
        options = _options(parts)
        terms = where.terms if isinstance(where, tree.And) else (where,)
        inside = [t for t in terms if isinstance(t, tree.Comparison) and t.field.lower() in _MSTATS_OPTIONS]
        if inside:
            options += tuple((term.field.lower(), term.value) for term in inside)
            left = tuple(term for term in terms if term is not None and term not in inside)
            where = (
                left[0]
                if len(left) == 1
                else tree.And(left, Span(left[0].span.start, left[-1].span.end))
                if left
                else None
            )
        bin_span, others = _take(options, "span")
        return tree.Mstats(aggregations, where, _by(parts), bin_span, others, self.place)

    def stats(self, _meta: Meta, parts: list[Any]) -> tree.Stats:
        """Return stats, eventstats or streamstats."""
        aggregations = tuple(part for part in parts if isinstance(part, tree.Aggregation))
        if not aggregations:
            raise self.refuse("no aggregation, expected e.g. count", self.place.start)
        return tree.Stats(self.command, aggregations, _by(parts), _options(parts), self.place)

    # Filtering and computing commands.

    def search(self, _meta: Meta, parts: list[Filter]) -> tree.SearchFilter:
        """Return search."""
        return tree.SearchFilter(parts[0], self.place)

    def where(self, _meta: Meta, parts: list[Expression]) -> tree.Where:
        """Return where."""
        return tree.Where(parts[0], self.place)

    def eval(self, _meta: Meta, parts: list[tree.Assignment]) -> tree.Eval:
        """Return eval."""
        return tree.Eval(tuple(parts), self.place)

    def assignment(self, meta: Meta, parts: list[Any]) -> tree.Assignment:
        """Return ``field = expression``."""
        return tree.Assignment(unquote(parts[0]), parts[1], self.span(meta))

    # Commands about columns.

    def rename(self, _meta: Meta, parts: list[tuple[str, str]]) -> tree.Rename:
        """Return rename."""
        return tree.Rename(tuple(parts), self.place)

    def pair(self, meta: Meta, parts: list[str]) -> tuple[str, str]:
        """Return old and new name; both must have as many wildcards."""
        old, _, new = parts
        if old.count("*") != new.count("*"):
            raise self.refuse(f"'{old}' and '{new}' differ in their number of wildcards", self.span(meta).start)
        return old, new

    def fields(self, _meta: Meta, parts: list[Any]) -> tree.Fields:
        """Return fields."""
        return tree.Fields(parts[-1], parts[0] != "-", self.place)

    def table(self, _meta: Meta, parts: list[Any]) -> tree.Table:
        """Return table."""
        return tree.Table(parts[0], self.place)

    def fillnull(self, _meta: Meta, parts: list[Any]) -> tree.Fillnull:
        """Return fillnull; without value=, nulls become "0"."""
        value, others = _take(_options(parts), "value")
        if others:
            raise self.refuse(f"unknown option '{others[0][0]}', there is only value=", self.place.start)
        return tree.Fillnull(_loose(parts), "0" if value is None else value, self.place)

    # Commands with brackets.

    def join(self, _meta: Meta, parts: list[Any]) -> tree.Join:
        """Return join."""
        return tree.Join(_loose(parts), self.inner(), _options(parts), self.place)

    def append(self, _meta: Meta, parts: list[Any]) -> tree.Append:
        """Return append."""
        return tree.Append(self.inner(), _options(parts), self.place)

    def foreach(self, _meta: Meta, parts: list[Any]) -> tree.Foreach:
        """Return foreach with its template as text."""
        bracket: Token = parts[-1]
        start, end = self.base + (bracket.start_pos or 0) + 1, self.base + (bracket.end_pos or 0) - 1
        template = self.all_text[start:end]
        if not template.strip():
            raise self.refuse("the brackets are empty", start - 1)
        return tree.Foreach(_loose(parts), template, Span(start, end), _options(parts), self.place)

    # Lookups.

    def lookup_field(self, _meta: Meta, parts: list[Any]) -> tree.LookupField:
        """Return ``column [as field]``."""
        return tree.LookupField(parts[0], parts[0] if parts[2] is None else parts[2])

    def lookup_output(self, _meta: Meta, parts: list[Any]) -> tuple[bool, list[tree.LookupField]]:
        """Return whether only new fields are wanted, and which."""
        return parts[0].lower() == "outputnew", parts[1:]

    def lookup(self, _meta: Meta, parts: list[Any]) -> tree.Lookup:
        """Return lookup."""
        table = next(part for part in parts if isinstance(part, str))
        only_new, outputs = parts[-1] or (False, [])
        inputs = tuple(part for part in parts if isinstance(part, tree.LookupField))
        return tree.Lookup(table, inputs, tuple(outputs), only_new, _options(parts), self.place)

    def inputlookup(self, _meta: Meta, parts: list[Any]) -> tree.Inputlookup:
        """Return inputlookup."""
        table = next(part for part in parts if isinstance(part, str))
        where = next((part for part in parts if isinstance(part, Filter)), None)
        return tree.Inputlookup(table, where, _options(parts), self.place)

    def outputlookup(self, _meta: Meta, parts: list[Any]) -> tree.Outputlookup:
        """Return outputlookup."""
        return tree.Outputlookup(next(p for p in parts if isinstance(p, str)), _options(parts), self.place)

    # Commands about the order, number and origin of rows.

    def addinfo(self, _meta: Meta, _parts: list[Any]) -> tree.Addinfo:
        """Return addinfo."""
        return tree.Addinfo(self.place)

    def sort_key(self, _meta: Meta, parts: list[Any]) -> tree.SortKey:
        """Return one key of sort."""
        sign, *kind, field = parts
        return tree.SortKey(field, sign == "-", str(kind[0]) if kind else "auto")

    def sort(self, _meta: Meta, parts: list[Any]) -> tree.Sort:
        """Return sort; a last "desc" turns the order of all keys around."""
        keys = tuple(part for part in parts if isinstance(part, tree.SortKey))
        if parts[-1] is not None:
            keys = tuple(tree.SortKey(key.field, not key.descending, key.kind) for key in keys)
        limit, others = _take(_options(parts), "limit")
        if others:
            raise self.refuse(f"unknown option '{others[0][0]}', there is only limit=", self.place.start)
        count = parts[0] if limit is None else limit
        return tree.Sort(keys, None if count is None else self.whole(count, "the count"), self.place)

    def dedup(self, _meta: Meta, parts: list[Any]) -> tree.Dedup:
        """Return dedup."""
        return tree.Dedup(_by(parts), int(parts[0] or 1), _options(parts), self.place)

    def head(self, _meta: Meta, parts: list[Any]) -> tree.Head:
        """Return head."""
        count, options = _take(_options(parts), "limit")
        limit = next((part for part in parts if isinstance(part, Token)), count)
        condition = next((part for part in parts if isinstance(part, Expression)), None)
        number = None if limit is None else self.whole(limit, "limit")
        return tree.Head(number, condition, options, self.place)

    def makeresults(self, _meta: Meta, parts: list[Any]) -> tree.Makeresults:
        """Return makeresults."""
        return tree.Makeresults(_options(parts), self.place)

    def mvexpand(self, _meta: Meta, parts: list[Any]) -> tree.Mvexpand:
        """Return mvexpand."""
        return tree.Mvexpand(parts[0], _options(parts), self.place)

    def bin(self, _meta: Meta, parts: list[Any]) -> tree.Bin:
        """Return bin."""
        bin_span, others = _take(_options(parts), "span")
        field, *alias = _loose(parts)
        return tree.Bin(field, alias[0] if alias else None, bin_span, others, self.place)
