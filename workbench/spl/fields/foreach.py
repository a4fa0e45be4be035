"""What foreach does to the set of fields: its template, filled in for each field there can be."""

from __future__ import annotations

import re
from dataclasses import fields, is_dataclass, replace
from functools import reduce
from typing import Any, TypeVar

from workbench.spl import tree
from workbench.spl.errors import SplSyntaxError
from workbench.spl.fields import commands
from workbench.spl.fields.sets import FieldSet, Trait
from workbench.spl.fields.steps import Change, FieldUse, FlowContext
from workbench.spl.fields.uses import in_list
from workbench.spl.parser import parse_subsearch
from workbench.spl.terms import Span
from workbench.spl.wildcards import matches, overlap, stars

_PLACEHOLDER = re.compile(r"<<(FIELD|MATCHSTR|MATCHSEG[123])>>")
# Stands for the * of a family while the template is read as SPL, where a * would be a product.
_STAR = "__family__"
_ROUNDS = 8

Node = TypeVar("Node")


def after_foreach(node: tree.Foreach, before: FieldSet, context: FlowContext) -> Change:
    """Return the fields after foreach and what it reads.

    The template of one field sees what those of other fields have made, in an order that is not known: so each
    is read on the set of all that any of them can make.
    """
    reads = list(in_list(node.fields, "foreach", before, context.text, node.span))
    matched = _matched(node.fields, before)
    templates: dict[str, tree.Eval] = {}
    for name, pattern in matched.items():
        template = _template(node.template, name, pattern)
        if template is None or any(option != ("mode", "multifield") for option in node.options):
            return before.opened(), tuple(reads)
        templates[name] = template
    seen = before
    for _ in range(_ROUNDS):
        reached = reduce(FieldSet.merged, (_made(each, seen, context) for each in templates.values()), seen)
        if reached == seen:
            break
        seen = reached
    else:
        return before.opened(), tuple(reads)
    assigned: dict[str, Trait] = {}
    certain: set[str] = set()
    for name, template in templates.items():
        made, uses = commands.change(template, seen, context)
        reads.extend(FieldUse(use.name, node.template_span, use.where, use.exists) for use in uses)
        sure = "*" not in name and name in before.fields and before.fields[name].null == "no"
        for target in {step.field for step in template.assignments}:
            trait = made.fields[target]
            assigned[target] = assigned[target].or_else(trait) if target in assigned else trait
            if sure and "*" not in target:
                certain.add(target)
    after = {name: trait if name in certain else trait.or_else(before.trait(name)) for name, trait in assigned.items()}
    return before.with_fields(after), tuple(dict.fromkeys(reads))


def _made(template: tree.Eval, fields: FieldSet, context: FlowContext) -> FieldSet:
    return commands.change(template, fields, context)[0]


def _matched(patterns: tuple[str, ...], fields: FieldSet) -> dict[str, str]:
    """Return the fields and families that the names of a foreach stand for, each with the name that matches."""
    matched: dict[str, str] = {}
    for name in sorted(fields.fields):
        pattern = next((each for each in patterns if matches(name, each)), None)
        if pattern is not None:
            matched[name] = pattern
        elif "*" in name:
            matched.update({each: each for each in patterns if overlap(name, each)})
    for pattern in patterns:
        if fields.open and fields.produces(pattern):
            matched.setdefault(pattern, pattern)
    return matched


def _template(text: str, name: str, pattern: str) -> tree.Eval | None:
    """Return the template filled in for a field; None when it is not one eval."""
    parts = stars(name, pattern) or ()
    values = {"FIELD": name, "MATCHSTR": "".join(parts)}
    values |= {f"MATCHSEG{number}": part for number, part in enumerate(parts, start=1)}
    filled = _PLACEHOLDER.sub(lambda placeholder: values.get(placeholder[1], "").replace("*", _STAR), text)
    try:
        commands = parse_subsearch(filled).commands
    except SplSyntaxError:
        return None
    if "<<" in filled or len(commands) != 1 or not isinstance(commands[0], tree.Eval):
        return None
    return _with_stars(commands[0])


def _with_stars(node: Node) -> Node:
    """Return the tree with ``*`` in all its texts where it stood for one while it was read."""
    made: Any = node
    if isinstance(node, str):
        made = node.replace(_STAR, "*")
    elif isinstance(node, tuple) and not isinstance(node, Span):
        made = tuple(map(_with_stars, node))
    elif is_dataclass(node) and not isinstance(node, type):
        made = replace(node, **{each.name: _with_stars(getattr(node, each.name)) for each in fields(node)})
    return made  # type: ignore[no-any-return]
