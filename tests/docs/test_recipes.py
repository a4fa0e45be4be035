"""What the documents tell a person to type can be typed: searches parse, names exist, filters see their fields."""

from __future__ import annotations

import re
import textwrap
from pathlib import Path

import pytest

from workbench import conf
from workbench.compiler.macros import macros_of
from workbench.site.content import ScheduledSearch, read_content
from workbench.spl.macros import macro_uses
from workbench.spl.parser import parse
from workbench.spl.terms import FieldName
from workbench.spl.tree import Comparison, InList

CHECKOUT = Path(__file__).parents[2]
DOCS = CHECKOUT / "docs"
CONTENT = read_content(CHECKOUT / "contentctl")
BLOCK = re.compile(r"^( *)```([\w-]+)[^\n]*\n(.*?)\n\1```$", re.MULTILINE | re.DOTALL)


def blocks(kind: str) -> list[str]:
    recipes = [
        textwrap.dedent(block[3])
        for page in sorted(DOCS.rglob("*.md"))
        for block in BLOCK.finditer(page.read_text(encoding="utf-8"))
        if block[2] == kind
    ]
    assert recipes
    return recipes


SEARCHES = [text for text in blocks("text") if text.startswith(("| ", "index="))]


def detection(word: str) -> ScheduledSearch:
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
    own = {node.field} if isinstance(node, Comparison | InList) else set()
    return own.union(*(fields_in(getattr(node, name)) for name in node.__dataclass_fields__))


@pytest.mark.parametrize("text", SEARCHES)
def test_each_search_in_the_documents_parses_and_its_macros_exist(text: str) -> None:
    parse(text)
    uses, wrong = macro_uses(text)
    assert not wrong
    assert {use.name for use in uses} <= set(CONTENT.macros())


@pytest.mark.parametrize(("kind", "word"), [("filter-outbound", "Anomalous Outbound"), ("filter-edge", "TCP edge")])
def test_the_filters_that_are_shown_read_fields_of_the_finding(kind: str, word: str) -> None:
    for text in blocks(kind):
        read = fields_in(parse(f"| makeresults | {text}"))
        assert read, text
        assert read <= set(detection(word).columns), text


@pytest.mark.parametrize("text", blocks("ini"))
def test_each_setting_that_is_shown_is_for_a_macro_or_lookup(text: str) -> None:
    """A new macro brings its arguments; one that ships has a number of arguments it ships with."""
    shipped = {stanza.partition("(")[0]: set[int]() for stanza in macros_of(CONTENT.project)}
    for macro, _ in macros_of(CONTENT.project).values():
        shipped[macro.name].add(len(macro.arguments))
    for stanza, settings in conf.parse(text).require_clean().stanzas.items():
        name, _, arity = stanza.rstrip(")").partition("(")
        if stanza == "lookup":  # of limits.conf
            assert settings == {"outputlookup_check_permission": "true"}
        elif "definition" not in settings:
            assert settings["filename"] == f"{stanza}.csv"
        elif name in CONTENT.macros():
            assert int(arity or 0) in shipped[name]
        else:
            assert int(arity or 0) == len([part for part in settings.get("args", "").split(",") if part])


def names_in_first_cells(page: str) -> set[str]:
    """The names in inline code in the first cells of all tables of a page."""
    cells = re.findall(r"^\|([^|]*)\|", (DOCS / page).read_text(encoding="utf-8"), re.MULTILINE)
    return {name for cell in cells for name in re.findall(r"`([^`]+)`", cell)}


def test_each_field_of_a_finding_is_explained_for_its_detection() -> None:
    section = (DOCS / "detections.md").read_text(encoding="utf-8").split("## Fields of a finding\n", 1)[1]
    rows = re.findall(r"^\| (`[^|]*) \| ([^|]*) \| \S", section.split("\n## ", 1)[0], re.MULTILINE)
    for word, column in (
        ("Anomalous Outbound", "outbound"),
        ("TCP edge", "edge"),
        ("UDP edge", "edge"),
        ("Sustained", "sustained"),
    ):
        mine = " ".join(names for names, of in rows if of == "all" or column in of.split(", "))
        explained = set(re.findall("`(.+?)`", mine))
        assert explained == set(detection(word).columns), word


def test_each_column_of_a_table_is_explained() -> None:
    explained = names_in_first_cells("baseline.md") | names_in_first_cells("learn.md")
    assert "score_slow" in explained
    for name in CONTENT.project.named("lookups"):
        for column in CONTENT.lookup_columns(name):
            general = re.sub(r"^(count|avg|stdev|p85|p95)_.*", r"\1_<metric>", column)
            assert general in explained, f"{name}: {column}"


def test_lookups_that_the_documents_name_exist() -> None:
    there = set(CONTENT.project.named("lookups"))
    text = "\n".join(page.read_text(encoding="utf-8") for page in DOCS.rglob("*.md"))
    named = set(re.findall(r"\b(?:input)?lookup (?:append=t )?(npm_\w+)", text))
    assert named
    assert named <= there


def test_configure_lists_each_macro_that_is_a_number_or_a_choice_and_each_that_a_recipe_sets() -> None:
    """A number of npm_edge_..., one macro that names another; npm_sent only calls npm_sent_in."""
    set_by_recipes = {
        stanza.partition("(")[0] for text in blocks("ini") for stanza in conf.parse(text).require_clean().stanzas
    }
    constants = {
        name for name, text in CONTENT.macros().items() if re.fullmatch(r"[\w.]+|index=\w+|search \*|`\w+`", text)
    }
    listed = set(re.findall(r"^- `(\w+)", (DOCS / "configure.md").read_text(), re.MULTILINE))
    assert (set_by_recipes & set(CONTENT.macros())) | constants <= listed
    assert "npm_who_began" not in listed, "a part of a search"
