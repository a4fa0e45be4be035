"""Patterns with ``*``: what matches, what each ``*`` stands for, and what two families have in common."""

from __future__ import annotations

import re
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.spl.wildcards import family_renamed, filled, matches, overlap, renamed, stars

texts = st.text("ab.", max_size=8)
patterns = st.text("ab.*", max_size=8)


@pytest.mark.parametrize(
    ("text", "pattern", "parts"),
    [
        ("tcp.bytes", "tcp.*", ("bytes",)),
        ("tcp.bytes", "*.bytes", ("tcp",)),
        ("tcp.bytes", "*.*", ("tcp", "bytes")),
        ("a.b.c", "*.*", ("a.b", "c")),
        ("tcp.", "tcp.*", ("",)),
        ("x", "**", ("x", "")),
        ("tcp.bytes", "tcp.bytes", ()),
        ("tcp\nbytes", "tcp*", ("\nbytes",)),
        ("tcp.bytes", "udp.*", None),
        ("aba", "ab*ba", None),
        ("tcp.bytes", "tcp", None),
    ],
)
def test_each_star_stands_for_a_part_of_the_name(text: str, pattern: str, parts: tuple[str, ...] | None) -> None:
    assert stars(text, pattern) == parts


@given(texts, patterns)
def test_the_parts_are_those_of_the_regular_expression(text: str, pattern: str) -> None:
    match = re.fullmatch("(.*)".join(map(re.escape, pattern.split("*"))), text)
    assert stars(text, pattern) == (match and match.groups())


@given(texts, patterns)
def test_the_parts_put_back_make_the_name(text: str, pattern: str) -> None:
    parts = stars(text, pattern)
    assert parts is None or filled(pattern, parts) == text


def test_many_stars_take_no_longer() -> None:
    assert not matches("a" * 200, "a*" * 100 + "b")


@pytest.mark.parametrize(
    ("name", "old", "new", "given"),
    [
        ("avg_tcp", "avg_*", "*_mean", "tcp_mean"),
        ("a.b", "*.*", "*_*", "a_b"),
        ("a", "a", "b", "b"),
        ("c", "a", "b", None),
    ],
)
def test_a_name_is_renamed_part_by_part(name: str, old: str, new: str, given: str | None) -> None:
    assert renamed(name, old, new) == given
    assert family_renamed(name, old, new) == given


def test_a_family_whose_stars_can_be_cut_in_several_ways_becomes_the_whole_new_family() -> None:
    assert family_renamed("tcp.*", "*", "x_*") == "x_tcp.*"
    assert family_renamed("a*b", "*.*", "*_*") is None
    assert family_renamed("a*.b", "*.*", "*_*") == "*_*"


@given(st.text("ab*", max_size=5), st.text("ab*", max_size=5))
def test_families_overlap_when_some_name_belongs_to_both(left: str, right: str) -> None:
    # A name that belongs to both need not be longer than both patterns together.
    names = ("".join(letters) for size in range(6) for letters in product("ab", repeat=size))
    if any(matches(name, left) and matches(name, right) for name in names):
        assert overlap(left, right)
    assert overlap(left, right) == overlap(right, left)
    assert overlap(left, left) or not left
