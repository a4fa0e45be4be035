"""What is known of the fields of rows: which can exist, which can be null, which can hold several values."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import reduce
from typing import Literal

from workbench.spl.wildcards import matches, overlap

Known = Literal["no", "unsure", "yes"]
_ORDER: tuple[Known, ...] = ("no", "unsure", "yes")


def worst(*known: Known) -> Known:
    """Return "yes" if one is, else "unsure" if one is, else "no"."""
    return max(known, key=_ORDER.index, default="no")


def best(*known: Known) -> Known:
    """Return "no" if one is, else "unsure" if one is, else "yes"."""
    return min(known, key=_ORDER.index, default="yes")


@dataclass(frozen=True)
class Trait:
    """What is known of one field: "no" is a promise, "yes" a known way to happen, "unsure" neither.

    ``null``: a row has no value. ``many``: a row has several values. ``nonzero`` promises that it is not 0.
    Fields with the same ``source`` are null in the same rows.
    """

    null: Known = "no"
    many: Known = "no"
    nonzero: bool = False
    source: str = ""

    def or_else(self, other: Trait) -> Trait:
        """Return what is known of a value that has this trait or the other."""
        null, many = worst(self.null, other.null), worst(self.many, other.many)
        return Trait(null, many, self.nonzero and other.nonzero, self.source if self.source == other.source else "")

    @property
    def filled(self) -> Trait:
        """What is known where the field is not null."""
        return Trait("no", self.many, self.nonzero)


ONE = Trait()
NULL = Trait(null="yes")
UNSURE = Trait("unsure", "unsure")


@dataclass(frozen=True)
class FieldSet:
    """The fields that rows can have at one place of a search.

    ``fields`` holds names and families with their traits; a family promises no member. With ``open`` there can be
    others, of which nothing is known. What ``absent`` names exists only if ``fields`` has it by name, as after
    ``fields - x`` on unknown rows.
    """

    fields: Mapping[str, Trait] = field(default_factory=dict)
    open: bool = False
    absent: frozenset[str] = frozenset()

    @classmethod
    def of(
        cls,
        names: Iterable[str] = (),
        *,
        open: bool = False,  # noqa: A002  (the attribute's name)
        null: Iterable[str] = (),
        many: Iterable[str] = (),
    ) -> FieldSet:
        """Make a set from names; those in ``null`` can be null, those in ``many`` can hold several values."""
        nulls, manies = set(null), set(many)
        every = dict.fromkeys([*names, *nulls, *manies])
        return cls(
            {name: Trait("yes" if name in nulls else "no", "yes" if name in manies else "no") for name in every}, open
        )

    @property
    def names(self) -> frozenset[str]:
        """All names and families."""
        return frozenset(self.fields)

    def produces(self, name: str) -> bool:
        """Return whether the field (with ``*``: one of the family) can exist."""
        return name in self.fields or bool(self._relatives(name)) or (self.open and not self._gone(name))

    def trait(self, name: str) -> Trait:
        """Return what is known of a field. ``null``: it cannot exist. ``unsure``: it may exist."""
        if name in self.fields:
            return self.fields[name]
        found = [self.fields[relative] for relative in self._relatives(name)]
        if self.open and not self._gone(name):
            found.append(UNSURE)
        return reduce(Trait.or_else, found, Trait("unsure")) if found else NULL

    def _gone(self, name: str) -> bool:
        return any(matches(name, each) for each in self.absent)

    def _relatives(self, name: str) -> list[str]:
        """Return the families that the field belongs to; for a family all that it overlaps with."""
        if "*" in name:
            return [each for each in self.fields if overlap(each, name)]
        if self._gone(name):
            return []
        return [each for each in self.fields if "*" in each and matches(name, each)]

    def opened(self) -> FieldSet:
        """Return what is left to know after something unknown was done: the names only."""
        return FieldSet(dict.fromkeys(self.fields, UNSURE), open=True)

    def with_fields(self, added: Mapping[str, Trait]) -> FieldSet:
        """Return the set with fields added or replaced."""
        again = [name for name in added if "*" in name]
        absent = {
            gone for gone in self.absent if gone not in added and not any(overlap(gone, family) for family in again)
        }
        return FieldSet({**self.fields, **added}, self.open, frozenset(absent))

    def filled(self, names: Iterable[str]) -> FieldSet:
        """Return the set of the rows that are not null in these fields."""
        known = {name: self.trait(name) for name in names if self.produces(name)}
        sources = {trait.source for trait in known.values()} - {""}
        known.update((name, trait) for name, trait in self.fields.items() if trait.source in sources)
        return self.with_fields({name: trait.filled for name, trait in known.items()})

    def merged(self, other: FieldSet) -> FieldSet:
        """Return the set of rows of which each is of one kind or of the other."""
        fields = {name: self.trait(name).or_else(other.trait(name)) for name in (*self.fields, *other.fields)}
        return FieldSet(fields, self.open or other.open, gone_in_both(self, other))


def gone_in_both(left: FieldSet, right: FieldSet) -> frozenset[str]:
    """Return what is absent from both sets."""
    return frozenset(name for a, b in ((left, right), (right, left)) for name in a.absent if not b.produces(name))
