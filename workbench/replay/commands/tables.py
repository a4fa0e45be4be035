"""lookup, inputlookup and outputlookup: commands that read and write the app's lookup tables."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from itertools import islice, product

from workbench.replay.commands.computing import fields_of
from workbench.replay.commands.options import flag, read_options, whole_number
from workbench.replay.context import SearchContext
from workbench.replay.errors import ReplayError
from workbench.replay.filters import compile_filter
from workbench.replay.lookups import LookupDefinition, LookupFolder
from workbench.replay.rows import Row, as_text, each_text, multivalue
from workbench.spl import tree
from workbench.spl.wildcards import matches


@dataclass(frozen=True)
class _Candidate:
    """A row of the table with its patterns and networks, one for each such input."""

    row: Row
    patterns: tuple[str, ...]


class _Table:
    """A lookup table with its ``columns``, indexed by the inputs that match exactly."""

    def __init__(self, lookups: LookupFolder, definition: LookupDefinition, inputs: tuple[str, ...]) -> None:
        self.columns, rows = lookups.read(definition.name)
        self.sensitive = definition.case_sensitive_match
        self.most = definition.max_matches
        loose = definition.wildcard_fields | definition.cidr_fields
        self.exact = tuple(i for i, column in enumerate(inputs) if column not in loose)
        self.loose = tuple(
            (i, _in_network if column in definition.cidr_fields else matches)
            for i, column in enumerate(inputs)
            if column in loose
        )
        self.index: dict[tuple[str, ...], list[_Candidate]] = {}
        for row in rows:
            cells = [as_text(row.get(column)) for column in inputs]
            if None in cells:
                continue
            texts = [self._folded(cell or "") for cell in cells]
            patterns = tuple(texts[i] for i, _ in self.loose)
            self.index.setdefault(tuple(texts[i] for i in self.exact), []).append(_Candidate(row, patterns))

    def _folded(self, text: str) -> str:
        return text if self.sensitive else text.lower()

    def matches(self, values: tuple[str, ...]) -> Iterator[Row]:
        """Yield the rows that go with the values, in the order of the table."""
        texts = [self._folded(value) for value in values]
        for candidate in self.index.get(tuple(texts[i] for i in self.exact), ()):
            pairs = zip(candidate.patterns, self.loose, strict=True)
            if all(fits(texts[i], pattern) for pattern, (i, fits) in pairs):
                yield candidate.row


def _in_network(text: str, network: str) -> bool:
    """Return whether the text is an address of the network; what is not an address or a network fits nothing."""
    try:
        return ip_address(text) in _network(network)
    except ValueError:
        return False


@lru_cache(maxsize=1024)
def _network(text: str) -> IPv4Network | IPv6Network:
    return ip_network(text, strict=False)


@lru_cache(maxsize=32)
def _table(lookups: LookupFolder, definition: LookupDefinition, inputs: tuple[str, ...], _: tuple[int, ...]) -> _Table:
    return _Table(lookups, definition, inputs)


def _table_as_it_is(lookups: LookupFolder, name: str, inputs: tuple[str, ...]) -> _Table:
    """Return a table that is read once, however many searches look something up before it is written again."""
    state = lookups.path(name).stat()
    version = (state.st_ino, state.st_mtime_ns, state.st_size)
    return _table(lookups, lookups.definition(name), inputs, version)


def run_lookup(node: tree.Lookup, rows: Iterator[Row], context: SearchContext) -> Iterator[Row]:
    """Add columns of a lookup table to the rows whose fields match it.

    Several matching rows, up to the definition's max_matches, give a multivalue. A row without a match, or
    with a null input, keeps the fields it has. OUTPUTNEW fills only fields that are null.
    """
    # local= says where Splunk runs the lookup; here there is one place only, the result is the same.
    read_options(node.options, {"local": flag})
    context.app.lookups.require(node.table)
    inputs = tuple(pair.column for pair in node.inputs)

    def looked_up() -> Iterator[Row]:
        table = _table_as_it_is(context.app.lookups, node.table, inputs)
        columns = table.columns
        outputs = node.outputs or tuple(tree.LookupField(name, name) for name in columns if name not in inputs)
        for name in (*inputs, *(pair.column for pair in outputs)):
            if name not in columns:
                message = f"lookup '{node.table}' has no column '{name}' (it has: {', '.join(columns) or 'none'})"
                raise ReplayError(message)
        for row in rows:
            values = product(*(each_text(row.get(pair.field)) for pair in node.inputs))
            found = list(islice((match for each in values for match in table.matches(each)), table.most))
            for pair in outputs:
                if found and not (node.only_new and row.get(pair.field) is not None):
                    row[pair.field] = multivalue(t for match in found for t in each_text(match[pair.column]))
                else:
                    row.setdefault(pair.field, None)
            yield row

    return looked_up()


def run_inputlookup(node: tree.Inputlookup, rows: Iterator[Row] | None, context: SearchContext) -> Iterator[Row]:
    """Give the rows of a lookup table; with append=t behind the rows that come in.

    A table whose file does not exist when the search begins is an error, as reported from the field; the Search
    Reference has it that Splunk warns unless strict=t. What works here works under both readings.
    """
    known = {"append": flag, "strict": flag, "start": whole_number, "max": whole_number}
    options = read_options(node.options, known)
    if rows is not None and not options.get("append"):
        raise ReplayError("only append=t can stand behind another command")
    context.app.lookups.require(node.table)
    passes = compile_filter(node.where, context) if node.where is not None else None
    start = options.get("start", 0)

    def read() -> Iterator[Row]:
        yield from rows or ()
        table_rows = context.app.lookups.read(node.table)[1]
        wanted = (row for row in table_rows if passes is None or passes(row))
        stop = start + options["max"] if "max" in options else None
        yield from islice(wanted, start, stop)

    return read()


def run_outputlookup(node: tree.Outputlookup, rows: Iterator[Row] | None, context: SearchContext) -> Iterator[Row]:
    """Write all rows to a lookup table and pass them on; nothing before it gives no rows.

    append=t keeps the rows that are there and the columns of the table, and leaves it alone where no rows come in.
    Else a table without rows is a file of no bytes, removed (create_empty=f) or left as it is (override_if_empty=f).
    Fields that begin with an underscore are not written, but for _time.
    """
    known = {"append": flag, "create_empty": flag, "override_if_empty": flag, "max": whole_number, "createinapp": flag}
    options = read_options(node.options, known)
    context.app.lookups.definition(node.table)
    lookups = context.app.lookups

    def written() -> Iterator[Row]:
        collected = list(rows or ())
        kept = collected[: options["max"]] if "max" in options else collected
        if len(kept) < len(collected):
            context.warn(f"outputlookup: {len(collected)} rows came in, max={options['max']} are written")
        fields = tuple(name for name in fields_of(kept) if not name.startswith("_") or name == "_time")
        there = lookups.path(node.table).exists()
        if options.get("append") and there:
            if kept:
                old_fields, old_rows = lookups.read(node.table)
                lookups.write(node.table, old_fields or fields, [*old_rows, *kept])
        elif kept:
            lookups.write(node.table, fields, kept)
        elif options.get("override_if_empty", True) or not there:
            if options.get("create_empty", True):
                lookups.write(node.table, (), [])
            else:
                lookups.path(node.table).unlink(missing_ok=True)
        yield from collected

    return written()
