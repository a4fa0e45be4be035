"""rename, fields, table and addinfo: commands about which columns there are and what they are called."""

from __future__ import annotations

from collections.abc import Iterator
from math import isfinite

from workbench.replay.context import SearchContext
from workbench.replay.rows import Row
from workbench.spl import tree
from workbench.spl.wildcards import matches, renamed

Columns = tuple[str, ...]


def run_rename(node: tree.Rename, rows: Iterator[Row], _context: SearchContext) -> Iterator[Row]:
    """Rename columns, pair after pair; a column that had the new name gives way, others keep their place."""
    plans: dict[Columns, list[tuple[str, str]]] = {}
    for row in rows:
        columns = tuple(row)
        if columns not in plans:
            plans[columns] = _renamed(columns, node.pairs)
        yield {new: row[old] for old, new in plans[columns]}


def _renamed(columns: Columns, pairs: tuple[tuple[str, str], ...]) -> list[tuple[str, str]]:
    """Return pairs of old and new name of the columns that are left."""
    plan = [(column, column) for column in columns]
    for written, new in pairs:
        targets = [renamed(current, written, new) for _, current in plan]
        # A column that gets a name takes it from the one that had it; of two that get the same, the last has it.
        taken = {target: index for index, target in enumerate(targets) if target is not None}
        plan = [
            (old, current if target is None else target)
            for index, ((old, current), target) in enumerate(zip(plan, targets, strict=True))
            if (current not in taken if target is None else taken[target] == index)
        ]
    return plan


def _selected(columns: Columns, names: tuple[str, ...]) -> Columns:
    """Return the columns that match the names, in the order of the names."""
    selected: dict[str, None] = {}
    for name in names:
        if "*" in name:
            selected.update((column, None) for column in columns if matches(column, name))
        elif name in columns:
            selected[name] = None
    return tuple(selected)


def run_fields(node: tree.Fields, rows: Iterator[Row], _context: SearchContext) -> Iterator[Row]:
    """Keep or remove columns; fields that begin with an underscore stay unless removed by name."""
    plans: dict[Columns, Columns] = {}
    for row in rows:
        columns = tuple(row)
        if columns not in plans:
            chosen = _selected(columns, node.names)
            if node.keep:
                hidden = tuple(name for name in columns if name.startswith("_") and name not in chosen)
                plans[columns] = hidden + chosen
            else:
                plans[columns] = tuple(name for name in columns if name not in chosen)
        yield {name: row[name] for name in plans[columns]}


def run_table(node: tree.Table, rows: Iterator[Row], _context: SearchContext) -> Iterator[Row]:
    """Keep the named columns only, in this order; a name without wildcard is a column even when null."""
    plans: dict[Columns, Columns] = {}
    for row in rows:
        columns = tuple(row)
        if columns not in plans:
            wanted = tuple(name for name in node.names if "*" not in name)
            plans[columns] = _selected(columns + wanted, node.names)
        yield {name: row.get(name) for name in plans[columns]}


def run_addinfo(_node: tree.Addinfo, rows: Iterator[Row], context: SearchContext) -> Iterator[Row]:
    """Add the search's time range and when it was started, epoch seconds, and a search id.

    The end of All time is the text +Infinity (search reference, addinfo).
    """
    latest = context.window.latest
    for row in rows:
        row["info_min_time"] = context.window.earliest
        row["info_max_time"] = latest if isfinite(latest) else "+Infinity"
        row["info_search_time"] = context.now
        row["info_sid"] = "replay"
        yield row
