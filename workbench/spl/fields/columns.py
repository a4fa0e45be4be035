"""What fields, table, rename and join do to the set of fields: which there are and what they are called."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from workbench.spl.fields.sets import NULL, UNSURE, FieldSet, Trait, best, gone_in_both, worst
from workbench.spl.wildcards import family_renamed, matches, overlap


def kept(fields: FieldSet, names: Iterable[str]) -> FieldSet:
    """Return the set with only what the names, some with ``*``, stand for."""
    chosen: dict[str, Trait] = {}
    for name in names:
        if "*" not in name:
            if fields.produces(name):
                chosen[name] = fields.trait(name)
            continue
        for each, trait in fields.fields.items():
            if matches(each, name):
                chosen[each] = trait
            elif "*" in each and overlap(each, name):
                chosen[name] = chosen.get(name, trait).or_else(trait)
        if fields.open:
            chosen[name] = UNSURE
    families = [name for name in chosen if "*" in name]
    absent = {gone for gone in fields.absent if any(overlap(gone, family) for family in families)}
    return FieldSet(chosen, absent=frozenset(absent))


def removed(fields: FieldSet, names: Iterable[str]) -> FieldSet:
    """Return the set without what the names, some with ``*``, stand for."""
    wanted = tuple(names)
    left = {each: trait for each, trait in fields.fields.items() if not any(matches(each, name) for name in wanted)}
    loose = {name for name in wanted if fields.open or any("*" in each and overlap(each, name) for each in left)}
    return FieldSet(left, fields.open, fields.absent | loose)


def renamed(fields: FieldSet, old: str, new: str) -> FieldSet:
    """Return the set after ``rename old as new``; a field that has the new name already gives way."""
    moved: dict[str, Trait] = {}
    for each, trait in fields.fields.items():
        target = family_renamed(each, old, new)
        if target is not None:
            moved[target] = trait if target not in moved else moved[target].or_else(trait)
        elif "*" in each and overlap(each, old):
            part = Trait(worst(trait.null, "unsure"), trait.many)
            moved[new] = part if new not in moved else moved[new].or_else(part)
    if fields.open and (new not in moved or "*" in old) and fields.produces(old):
        moved[new] = UNSURE if new not in moved else moved[new].or_else(UNSURE)
    sure = {name: trait for name, trait in moved.items() if trait.null == "no" and "*" not in name}
    rest = removed(fields, [old])
    # Where the old field can be missing, a field of the new name may stay.
    return rest.with_fields(
        {
            name: trait if name in sure or not rest.produces(name) else trait.or_else(rest.trait(name))
            for name, trait in moved.items()
        }
    )


def joined(left: FieldSet, right: FieldSet, keys: tuple[str, ...], inner: bool) -> FieldSet:
    """Return the set of rows that were given the fields of their partners; without ``inner``, if they have one."""
    fields: dict[str, Trait] = {}
    for name in (*left.fields, *right.fields):
        # What was null together in the partner's row need not be so in this row.
        own, partner = left.trait(name), replace(right.trait(name), source="")
        many = worst(own.many, partner.many)
        if name in keys:
            fields[name] = Trait("no" if inner else own.null, many)
        elif not right.produces(name):
            fields[name] = own
        elif not left.produces(name):
            fields[name] = partner if inner else partner.or_else(NULL)
        else:
            fields[name] = Trait(best(own.null, partner.null) if inner else own.null, many)
    return FieldSet(fields, left.open or right.open, gone_in_both(left, right))


def beside(left: FieldSet, right: FieldSet) -> FieldSet:
    """Return the set of rows that were given the fields of others in the same order; there may be fewer of either."""
    fields = {name: left.trait(name).or_else(right.trait(name)) for name in (*left.fields, *right.fields)}
    loose = {name: Trait(worst(trait.null, "unsure"), trait.many) for name, trait in fields.items()}
    return FieldSet(loose, left.open or right.open, gone_in_both(left, right))
