"""Follows the fields through a search: which can exist before and after each command, and which it reads."""

from __future__ import annotations

from dataclasses import dataclass, replace

from workbench.spl import tree
from workbench.spl.fields import columns, commands, macros
from workbench.spl.fields.commands import Change, Scene
from workbench.spl.fields.foreach import after_foreach
from workbench.spl.fields.sets import FieldSet, Trait
from workbench.spl.fields.steps import Custom, Expand, FieldUse, Step, Table, Tables, UseKind
from workbench.spl.fields.uses import Places, in_list

__all__ = ["Custom", "Expand", "FieldSet", "FieldUse", "Step", "Table", "Tables", "Trait", "UseKind", "field_flow"]

_FALSE = frozenset(("f", "false", "0"))


def field_flow(
    search: tree.Search, expand: Expand, tables: Tables, custom: Custom, start: FieldSet | None = None
) -> list[Step]:
    """Follow the fields through a search; the last step is that of its last command.

    ``expand`` gives a macro's definition, arguments filled in, for the text of its call, or None when there is no
    such macro. ``custom`` gives, for the name of a command, a function from its arguments and the fields before it
    to the fields after it. What is not known (tables, commands, macros) leaves the set open. ``start`` is what the
    first command is given, if it does not begin the search.
    """
    steps: list[Step] = []
    scene = Scene(Places(search.text), expand, tables, custom)
    _Flow(steps, scene).run(search, FieldSet() if start is None else start, first=start is None)
    return steps


@dataclass(frozen=True)
class _Flow:
    """Collects the steps of a search; ``calls`` are the macros that are being followed."""

    steps: list[Step]
    scene: Scene
    depth: int = 0
    calls: tuple[str, ...] = ()

    def run(self, search: tree.Search, fields: FieldSet, first: bool) -> FieldSet:
        """Return the fields after the search; ``first`` says that it begins here and makes its own rows."""
        for command in search.commands:
            if first and not isinstance(command, tree.Mstats | tree.Makeresults | tree.Inputlookup | tree.MacroCall):
                # Events, rows of a command that is not known; or an error that others report.
                fields = FieldSet(open=True)
            fields = self._command(command, fields, first)
            first = False
        return fields

    def _command(self, command: tree.Command, before: FieldSet, first: bool) -> FieldSet:
        after, reads = self._change(command, before, first)
        call = self.calls[0] if self.calls else None
        place = self.scene.places.at(command.span)
        self.steps.append(Step(command, before, after, reads, place, self.depth, call))
        return after

    def _change(self, command: tree.Command, before: FieldSet, first: bool) -> Change:
        if isinstance(command, tree.Append):
            return before.merged(self._inner(command.search)), ()
        if isinstance(command, tree.Join):
            return self._join(command, before)
        if isinstance(command, tree.Foreach):
            return after_foreach(command, before, self.scene)
        call = command.filter if isinstance(command, tree.SearchFilter) else command
        if isinstance(call, tree.MacroCall) and call.text not in self.calls:
            # A macro after ``search`` begins with a filter, and may go on with more commands.
            prefix = "" if call is command else "search "
            found = macros.definition(call.text, self._prefixed(prefix))
            if found is not None:
                return self._follow(call, found, before, first), ()
        return commands.change(command, before, self.scene)

    def _prefixed(self, prefix: str) -> Expand:
        def expand(call: str) -> str | None:
            text = self.scene.expand(call)
            return None if text is None else f"{prefix}{text}"

        return expand

    def _inner(self, search: tree.Search) -> FieldSet:
        return replace(self, depth=self.depth + 1).run(search, FieldSet(), first=True)

    def _follow(self, call: tree.MacroCall, found: tree.Search, before: FieldSet, first: bool) -> FieldSet:
        place = self.scene.places.at(call.span)
        scene = replace(self.scene, places=Places(found.text, place))
        return replace(self, scene=scene, calls=(*self.calls, call.text)).run(found, before, first)

    def _join(self, command: tree.Join, before: FieldSet) -> Change:
        right = self._inner(command.search)
        places, span = self.scene.places, command.span
        reads = in_list(command.fields, "key", before, places, span)
        missing = (use for use in in_list(command.fields, "key", right, places, span) if not use.exists)
        inner = dict(command.options).get("type", "inner").lower() == "inner"
        return columns.joined(before, right, command.fields, inner), tuple(dict.fromkeys((*reads, *missing)))
