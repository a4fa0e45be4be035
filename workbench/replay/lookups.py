"""Lookup tables of the app folder: CSV files in ``lookups/`` and the transforms.conf stanzas that name them.

A CSV cell cannot tell "no value" from the empty text: an empty cell is read as no value (unverified without
a live Splunk), and both are written as an empty cell. A multivalue is written as one text, its values
joined by newlines, and read back as that text.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from workbench import conf
from workbench.replay.errors import ReplayError
from workbench.replay.rows import Row, as_text
from workbench.writing import replacing

LARGEST_CELL = 10_485_760  # characters; the csv module's own limit of 131,072 is too small for multivalue texts
DEFAULT_MAX_MATCHES = 100  # rows; reference/spl-semantics.md section 9
_BARE_FILE = re.compile(r"[^/\\\s][^/\\]*\.csv\Z", re.IGNORECASE)
_needs_quotes = re.compile(r'[",\r\n]').search
_MATCH_TYPE = re.compile(r"(?P<kind>[A-Za-z]+)\s*\((?P<fields>[^()]*)\)")
_KNOWN_SETTINGS = frozenset(
    (
        "filename",
        "check_permission",  # of users, whom the replay does not know
        "case_sensitive_match",
        "max_matches",
        "match_type",
        "replicate",
        "index_fields_list",
        "description",
    )
)


@dataclass(frozen=True)
class LookupDefinition:
    """How a table is matched: what its transforms.conf stanza says, or Splunk's defaults for a bare file.

    ``wildcard_fields`` are the columns whose cells may hold ``*``, ``cidr_fields`` those whose cells hold networks
    such as 10.0.0.0/8; ``max_matches`` is the number of rows used per match.
    """

    name: str
    filename: str
    case_sensitive_match: bool = True
    max_matches: int = DEFAULT_MAX_MATCHES
    wildcard_fields: frozenset[str] = field(default_factory=frozenset)
    cidr_fields: frozenset[str] = field(default_factory=frozenset)


def stanzas_of(app_root: Path, file_name: str) -> dict[str, dict[str, str]]:
    """Return the values of a conf file of the app, as conf.layered does; ReplayError when it cannot be read."""
    try:
        return conf.layered(app_root, file_name)
    except conf.ConfError as error:
        raise ReplayError(str(error)) from error


@dataclass(frozen=True)
class LookupFolder:
    """The lookups of one app; names are transforms.conf stanzas or bare ``x.csv`` file names."""

    app_root: Path

    @cached_property
    def _stanzas(self) -> dict[str, dict[str, str]]:
        return stanzas_of(self.app_root, "transforms.conf")

    def definition(self, name: str) -> LookupDefinition:
        """Return the definition of lookup ``name``; ReplayError when unknown or of a kind that is not replayed."""
        if name in self._stanzas:
            return _definition(name, self._stanzas[name])
        if _BARE_FILE.match(name):
            return LookupDefinition(name, name)
        known = ", ".join(sorted(self._stanzas)) or "none"
        raise ReplayError(
            f"lookup '{name}' is not a stanza of transforms.conf (there are: {known}), nor an x.csv file name"
        )

    def path(self, name: str) -> Path:
        """Return the path of the CSV file of lookup ``name``, existing or not; ReplayError as for ``definition``."""
        return self.app_root / "lookups" / self.definition(name).filename

    def require(self, name: str) -> None:
        """Raise ReplayError when lookup ``name`` is unknown or has no file."""
        if not self.path(name).exists():
            raise self._missing(name)

    def _missing(self, name: str) -> ReplayError:
        return ReplayError(f"lookup '{name}': {self.path(name)} does not exist; run the search that makes it first")

    def read(self, name: str) -> tuple[tuple[str, ...], list[Row]]:
        """Column names and rows of lookup ``name``; every row has all columns, None for an empty cell.

        Bytes that are not UTF-8 are shown as Splunk Web shows them, such as \\xfc. Of a row that is too long the cells
        without a name are left out, of two columns of one name the last is read (both unverified without a live
        Splunk). Raises ReplayError when the lookup is unknown, or its file is missing or no CSV.
        """
        path = self.path(name)
        csv.field_size_limit(LARGEST_CELL)
        try:
            with path.open(encoding="utf-8-sig", errors="backslashreplace", newline="") as stream:
                return _read(csv.reader(stream))
        except FileNotFoundError:
            raise self._missing(name) from None
        except (OSError, csv.Error) as error:
            raise ReplayError(f"lookup '{name}': {path} cannot be read: {error}") from error

    def write(self, name: str, fields: Sequence[str], rows: Iterable[Row]) -> int:
        """Replace lookup ``name`` by ``rows`` (columns ``fields``), whole or not at all; returns the number of rows.

        Without columns it is a file of no bytes (Search Reference, outputlookup: create_empty).
        """
        count = 0
        with replacing(self.path(name), newline="") as stream:
            stream.write(_line(fields) if fields else "")
            for row in rows:
                stream.write(_line([as_text(row.get(column)) or "" for column in fields]))
                count += 1
        return count


def _read(reader: Iterable[list[str]]) -> tuple[tuple[str, ...], list[Row]]:
    lines = iter(reader)
    names = next(lines, [])
    filled = (cells + [""] * (len(names) - len(cells)) for cells in lines if cells)
    rows: list[Row] = [{name: cell or None for name, cell in zip(names, cells, strict=False)} for cells in filled]
    return tuple(dict.fromkeys(names)), rows


def _line(cells: Sequence[str]) -> str:
    """Write one row; by hand, as csv.writer with LF line ends leaves a carriage return unquoted and so loses it."""
    quoted = ['"' + cell.replace('"', '""') + '"' if _needs_quotes(cell) else cell for cell in cells]
    if quoted == [""]:
        return '""\n'  # a blank line would be no row
    return ",".join(quoted) + "\n"


def _definition(name: str, settings: dict[str, str]) -> LookupDefinition:
    where = f"transforms.conf [{name}]"
    unknown = sorted(set(settings) - _KNOWN_SETTINGS)
    filename = settings.get("filename", "")
    if unknown or not _BARE_FILE.match(filename):
        what = f"setting '{unknown[0]}'" if unknown else f"filename '{filename}'"
        raise ReplayError(f"{where}: {what} is not replayed; only plain CSV lookups (filename = x.csv) are")
    try:
        max_matches = int(settings.get("max_matches", DEFAULT_MAX_MATCHES))
    except ValueError:
        raise ReplayError(f"{where}: max_matches = {settings['max_matches']} is not a whole number") from None
    matched = _matched_fields(settings.get("match_type", ""), where)
    return LookupDefinition(
        name=name,
        filename=filename,
        case_sensitive_match=conf.is_true(settings.get("case_sensitive_match", "1")),
        max_matches=max_matches,
        wildcard_fields=matched["WILDCARD"],
        cidr_fields=matched["CIDR"],
    )


def _matched_fields(match_type: str, where: str) -> dict[str, frozenset[str]]:
    """Return the columns of each kind of match_type, EXACT, WILDCARD and CIDR; ReplayError for other kinds."""
    names: dict[str, set[str]] = {"EXACT": set(), "WILDCARD": set(), "CIDR": set()}
    for match in _MATCH_TYPE.finditer(match_type):
        kind = match["kind"].upper()
        if kind not in names:
            raise ReplayError(f"{where}: match_type {kind} is not replayed; {', '.join(names)} are")
        names[kind].update(part for part in re.split(r"[,\s]+", match["fields"]) if part)
    if _MATCH_TYPE.sub("", match_type).strip(" ,\t\n"):
        raise ReplayError(f"{where}: match_type = {match_type} is not understood; write WILDCARD(field), ...")
    return {kind: frozenset(fields) for kind, fields in names.items()}
