"""Follows the fields through a search: which can exist before and after each command, and which it reads."""

from __future__ import annotations

from dataclasses import dataclass, replace

from workbench.spl import tree
from workbench.spl.fields import columns, commands
from workbench.spl.fields.commands import Change, Scene
from workbench.spl.fields.foreach import after_foreach
from workbench.spl.fields.sets import FieldSet, Trait
from workbench.spl.fields.steps import Custom, FieldUse, Step, Table, Tables, UseKind
from workbench.spl.fields.uses import in_list

__all__ = ["Custom", "FieldSet", "FieldUse", "Step", "Table", "Tables", "Trait", "UseKind", "field_flow"]

_FALSE = frozenset(("f", "false", "0"))


def field_flow(search: tree.Search, tables: Tables, custom: Custom, start: FieldSet | None = None) -> list[Step]:
    """Follow the fields through a search; the last step is that of its last command.

    ``custom`` gives, for the name of a command, a function from its arguments and the fields before it to the fields
    after it. What is not known (tables, commands, macros that were not expanded) leaves the set open. ``start`` is
    what the first command is given, if it does not begin the search.
    """
    steps: list[Step] = []
    scene = Scene(search.text, tables, custom)
    _Flow(steps, scene).run(search, FieldSet() if start is None else start, first=start is None)
    return steps


@dataclass(frozen=True)
class _Flow:
    """Collects the steps of a search; ``depth`` counts the subsearches around it."""

    steps: list[Step]
    scene: Scene
    depth: int = 0

    def run(self, search: tree.Search, fields: FieldSet, first: bool) -> FieldSet:
        """Return the fields after the search; ``first`` says that it begins here and makes its own rows."""
        for command in search.commands:
            if first and not isinstance(command, tree.Mstats | tree.Makeresults | tree.Inputlookup | tree.MacroCall):
                # Events, rows of a command that is not known; or an error that others report.
                fields = FieldSet(open=True)
            fields = self._command(command, fields)
            first = False
        return fields

    def _command(self, command: tree.Command, before: FieldSet) -> FieldSet:
        after, reads = self._change(command, before)
        self.steps.append(Step(command, before, after, reads, self.depth))
        return after

    def _change(self, command: tree.Command, before: FieldSet) -> Change:
        if isinstance(command, tree.Append):
            return before.merged(self._inner(command.search)), ()
        if isinstance(command, tree.Join):
            return self._join(command, before)
        if isinstance(command, tree.Foreach):
            return after_foreach(command, before, self.scene)
        return commands.change(command, before, self.scene)

    def _inner(self, search: tree.Search) -> FieldSet:
        return replace(self, depth=self.depth + 1).run(search, FieldSet(), first=True)

    def _join(self, command: tree.Join, before: FieldSet) -> Change:
        right = self._inner(command.search)
        text, span = self.scene.text, command.span
        reads = in_list(command.fields, "key", before, text, span)
        missing = (use for use in in_list(command.fields, "key", right, text, span) if not use.exists)
        inner = dict(command.options).get("type", "inner").lower() == "inner"
        return columns.joined(before, right, command.fields, inner), tuple(dict.fromkeys((*reads, *missing)))
