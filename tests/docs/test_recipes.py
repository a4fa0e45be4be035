"""What the documents tell a person to type can be typed: searches parse, names exist, filters see their fields."""

from __future__ import annotations

import re
import textwrap
from pathlib import Path

import pytest

from workbench.compiler.macrocalls import macro_uses
from workbench.site.content import PagedSearch, read_content
from workbench.site.glossary import column_meaning, field_meaning
from workbench.spl.parser import parse
from workbench.spl.terms import FieldName

CHECKOUT = Path(__file__).parents[2]
DOCS = CHECKOUT / "docs"
CONTENT = read_content(CHECKOUT / "contentctl")
BLOCK = re.compile(r"^( *)```([\w-]+)[^\n]*\n(.*?)\n\1```$", re.MULTILINE | re.DOTALL)


def blocks(kind: str) -> list[str]:
    found = [
        textwrap.dedent(block[3])
        for page in sorted(DOCS.rglob("*.md"))
        for block in BLOCK.finditer(page.read_text(encoding="utf-8"))
        if block[2] == kind
    ]
    assert found
    return found


SEARCHES = [text for text in blocks("text") if text.startswith(("| ", "index="))]


def detection(word: str) -> PagedSearch:
    (found,) = (search for search in CONTENT.searches if search.kind == "detections" and word in search.name)
    return found


def fields_in(node: object) -> set[str]:
    """The fields that a tree reads: names in expressions, and the left sides of a filter's comparisons."""
    if isinstance(node, FieldName):
        return {node.name}
    if isinstance(node, tuple):
        return set().union(*(fields_in(part) for part in node)) if node else set()
    if not hasattr(node, "__dataclass_fields__"):
        return set()
    own = {node.field} if type(node).__name__ in ("Comparison", "InList") else set()
    return own.union(*(fields_in(getattr(node, name)) for name in node.__dataclass_fields__))


@pytest.mark.parametrize("text", SEARCHES)
def test_each_search_in_the_documents_parses_and_its_macros_exist(text: str) -> None:
    parse(text)
    uses, wrong = macro_uses(text)
    assert not wrong
    for use in uses:
        CONTENT.macro(use.name)


@pytest.mark.parametrize(("kind", "word"), [("filter-outbound", "Anomalous Outbound"), ("filter-edge", "edge")])
def test_the_filters_that_are_shown_read_fields_of_the_finding(kind: str, word: str) -> None:
    for text in blocks(kind):
        read = fields_in(parse(f"| makeresults | {text}"))
        assert read, text
        assert read <= set(detection(word).columns), text


@pytest.mark.parametrize("text", blocks("ini"))
def test_each_setting_that_is_shown_is_for_a_macro_or_lookup(text: str) -> None:
    (stanza,) = re.findall(r"^\[(\w+)\]$", text, re.MULTILINE)
    if "definition =" in text:
        CONTENT.macro(stanza)
    else:
        assert f"filename = {stanza}.csv" in text


def test_the_settings_compared_in_the_tuning_page_are_options_of_the_command() -> None:
    from npmlib.anomaly.options import parse_options

    rows = re.findall(r"^\| `(threshold=[^`]+)`", (DOCS / "tuning.md").read_text(encoding="utf-8"), re.MULTILINE)
    shipped, _ = CONTENT.macro("npm_outbound_sensitivity")
    assert shipped in rows
    for row in rows:
        parse_options(dict(pair.split("=") for pair in row.split()))


def test_each_field_and_column_is_explained() -> None:
    for search in CONTENT.searches:
        if search.kind == "detections":
            assert search.columns
            for name in search.columns:
                assert field_meaning(name, edge="edge" in search.name)
    for name in CONTENT.project.named("lookups"):
        for column in CONTENT.lookup_columns(name):
            assert column_meaning(column)


def test_lookups_that_the_documents_name_exist() -> None:
    there = set(CONTENT.project.named("lookups"))
    text = "\n".join(page.read_text(encoding="utf-8") for page in DOCS.rglob("*.md"))
    named = set(re.findall(r"\b(?:input)?lookup (?:append=t )?(npm_\w+)", text))
    assert named
    assert named <= there
