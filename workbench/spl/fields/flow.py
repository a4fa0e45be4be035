"""Follows the fields through a search: which can exist before and after each command, and which it reads."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import reduce

from workbench.spl import tree
from workbench.spl.fields import columns, commands
from workbench.spl.fields.foreach import after_foreach
from workbench.spl.fields.sets import FieldSet, Trait
from workbench.spl.fields.steps import Change, Custom, FieldUse, FlowContext, LookupTable, Step, Tables, UseKind
from workbench.spl.fields.uses import in_list

__all__ = ["Custom", "FieldSet", "FieldUse", "LookupTable", "Step", "Tables", "Trait", "UseKind", "field_flow"]

_MAKING = (tree.Mstats, tree.Tstats, tree.Makeresults, tree.Inputlookup, tree.From, tree.Branches, tree.MacroCall)


def field_flow(search: tree.Search, tables: Tables, custom: Custom, start: FieldSet | None = None) -> list[Step]:
    """Follow the fields through a search; the last step is that of its last command.

    ``custom`` gives, for the name of a command, a function from its arguments and the fields before it to the fields
    after it. What is not known (tables, commands, macros that were not expanded) leaves the set open. ``start`` is
    what the first command is given, if it does not begin the search.
    """
    steps: list[Step] = []
    context = FlowContext(search.text, tables, custom)
    _Flow(steps, context).run(search, FieldSet() if start is None else start, first=start is None)
    return steps


@dataclass(frozen=True)
class _Flow:
    """Collects the steps of a search; ``depth`` counts the subsearches around it."""

    steps: list[Step]
    context: FlowContext
    depth: int = 0

    def run(self, search: tree.Search, fields: FieldSet, first: bool) -> FieldSet:
        """Return the fields after the search; ``first`` says that it begins here and makes its own rows."""
        for command in search.commands:
            if first and not isinstance(command, _MAKING):
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
        if isinstance(command, tree.Branches):
            return self._branches(command, before), ()
        if isinstance(command, tree.Foreach):
            return after_foreach(command, before, self.context)
        for search in tree.searches_in(command):
            self._inner(search)
        return commands.change(command, before, self.context)

    def _branches(self, command: tree.Branches, before: FieldSet) -> FieldSet:
        if command.command == "appendpipe":
            inner = replace(self, depth=self.depth + 1)
            return reduce(FieldSet.merged, (inner.run(each, before, first=False) for each in command.searches), before)
        made = [self._inner(each) for each in command.searches]
        if command.command == "appendcols":
            return reduce(columns.beside, made, before)
        if command.command == "multisearch" and made:
            return reduce(FieldSet.merged, made)
        # union has data sets by name, map and set have rows of which nothing is known.
        return reduce(FieldSet.merged, made, before) if command.command == "union" else FieldSet(open=True)

    def _inner(self, search: tree.Search) -> FieldSet:
        return replace(self, depth=self.depth + 1).run(search, FieldSet(), first=True)

    def _join(self, command: tree.Join, before: FieldSet) -> Change:
        right = self._inner(command.search)
        text, span = self.context.text, command.span
        reads = in_list(command.fields, "key", before, text, span)
        missing = (use for use in in_list(command.fields, "key", right, text, span) if not use.exists)
        inner = dict(command.options).get("type", "inner").lower() == "inner"
        return columns.joined(before, right, command.fields, inner), tuple(dict.fromkeys((*reads, *missing)))
