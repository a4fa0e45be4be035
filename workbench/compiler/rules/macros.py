"""The rules of macros: calls are calls, macros exist, take that many arguments, end, and are used."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise

from workbench.compiler.check import on_content
from workbench.compiler.content import Content
from workbench.compiler.finding import Finding
from workbench.compiler.macros import FROM_TO, own_times
from workbench.compiler.project import filter_macro
from workbench.compiler.rule import CONTENTCTL, MACROS, Rule, rule
from workbench.compiler.rules.known import OTHER_MACROS
from workbench.compiler.valuechecks import did_you_mean
from workbench.compiler.yamlfile import Document, KeyPath
from workbench.spl.macros import Macro, MacroUse, comment_spans, macro_uses


@on_content(
    rule(
        "NPM207",
        "not-a-macro-call",
        what="Backticks hold something else than a macro call, or are not closed.",
        why="Splunk refuses the search, or reads the rest of it as the name of a macro.",
        see=MACROS,
    )
)
def _not_calls(rule: Rule, content: Content) -> Iterator[Finding]:
    for document, key_path in content.project.texts_of_spl():
        for wrong in macro_uses(document.text(*key_path))[1]:
            yield document.finding(rule, key_path, wrong.message, wrong.fix, (wrong.start, wrong.end))


@on_content(
    rule(
        "NPM208",
        "unknown-macro",
        what="A search or macro calls a macro that is not defined.",
        why="Splunk refuses the search.",
        see=MACROS,
        waivable=True,
    )
)
def _unknown_macros(rule: Rule, content: Content) -> Iterator[Finding]:
    for document, key_path, use, others in _undefined_calls(content):
        if not others:
            message = f"calls the unknown macro `{use.name}`{did_you_mean(use.name, sorted(content.macros))}"
            fix = f"correct the name or add macros/{use.name}.yml"
            yield document.finding(rule, key_path, message, fix, (use.start, use.end))


@on_content(
    rule(
        "NPM209",
        "wrong-number-of-arguments",
        what="A macro is called with another number of arguments than it is defined with.",
        why="To Splunk a macro of another number of arguments is another macro: it refuses the search.",
        see=MACROS,
    )
)
def _wrong_numbers_of_arguments(rule: Rule, content: Content) -> Iterator[Finding]:
    for document, key_path, use, others in _undefined_calls(content):
        if others:
            message = f"calls `{use.name}` with {use.arity} arguments, defined is {others[0]}"
            yield document.finding(rule, key_path, message, "give as many", (use.start, use.end))


def _undefined_calls(content: Content) -> Iterator[tuple[Document, KeyPath, MacroUse, list[str]]]:
    """Yield calls of stanzas that are not there, each with the stanzas of the same name that are."""
    for document, key_path in content.project.texts_of_spl():
        for use in macro_uses(document.text(*key_path))[0]:
            unread = f"macros/{use.name}" in content.project.unreadable
            if use.stanza not in content.macros and use.name not in OTHER_MACROS and not unread:
                yield (
                    document,
                    key_path,
                    use,
                    [name for name in sorted(content.macros) if name.split("(")[0] == use.name],
                )


@on_content(
    rule(
        "NPM213",
        "touching-macros",
        what="Two macro calls stand side by side without a blank between them.",
        why="Some tools read the two backticks between them as one sign, and both calls as one.",
        see=MACROS,
    )
)
def _touching_calls(rule: Rule, content: Content) -> Iterator[Finding]:
    for document, key_path in content.project.texts_of_spl():
        for one, other in pairwise(macro_uses(document.text(*key_path))[0]):
            if one.end == other.start:
                message = f"`{one.name}` and `{other.name}` stand side by side without a blank"
                yield document.finding(rule, key_path, message, "put a blank between them", (one.start, other.end))


@on_content(
    rule(
        "NPM210",
        "recursive-macro",
        what="A macro calls itself, directly or through others.",
        why="Its expansion never ends: Splunk refuses the search.",
        see=MACROS,
    )
)
def _recursion(rule: Rule, content: Content) -> Iterator[Finding]:
    macros = content.project.named("macros")
    calls = {
        name: {use.name for use in macro_uses(document.text("definition"))[0]} for name, document in macros.items()
    }
    for name, document in macros.items():
        reached: set[str] = set()
        waiting = set(calls[name])
        while waiting:
            reached |= waiting
            waiting = {inner for outer in waiting for inner in calls.get(outer, set())} - reached
        if name in reached:
            message = f"`{name}` calls itself"
            yield document.finding(rule, ("definition",), message, "take one of the calls out")


@on_content(
    rule(
        "NPM211",
        "unused-macro",
        what="A macro is never called, nor named as a choice in the description of another, or its definition never"
        " uses one of its arguments.",
        why="Whoever changes it to tune a search changes nothing.",
        see=MACROS,
        severity="warning",
    )
)
def _unused(rule: Rule, content: Content) -> Iterator[Finding]:
    used = {
        use.name
        for document, key_path in content.project.texts_of_spl()
        for use in macro_uses(document.text(*key_path))[0]
    }
    used |= set(re.findall(r"`(\w+)", content.app_text))
    used |= {filter_macro(document.text("name")) for document in content.project.kind("detections")}
    macros = content.project.kind("macros")
    # A macro that a site sets to another one names those in its description.
    used |= {
        word
        for document in macros
        for word in re.findall(r"\w+", document.text("description"))
        if word != document.text("name")
    }
    for document in macros:
        name = document.text("name")
        if name and name not in used:
            yield document.finding(rule, ("name",), f"`{name}` is never called", "remove the file")
        for index, argument in enumerate(document.items("arguments")):
            if f"${argument}$" not in document.text("definition"):
                message, fix = f"the definition never uses ${argument}$", "use it or remove the argument"
                yield document.finding(rule, ("arguments", index), message, fix)


@on_content(
    rule(
        "NPM212",
        "unknown-argument",
        what="The definition of a macro uses an argument that the macro does not have.",
        why="The $name$ stays in the search as it is.",
        see=MACROS,
    )
)
def _unknown_arguments(rule: Rule, content: Content) -> Iterator[Finding]:
    for document in content.project.kind("macros"):
        arguments = [str(argument) for argument in document.items("arguments")]
        for token in re.finditer(r"\$(\w+)\$", document.text("definition")):
            if arguments and token[1] not in arguments:
                message = f"${token[1]}$ is not an argument{did_you_mean(token[1], arguments)}"
                fix = "add it to the arguments or correct it"
                yield document.finding(rule, ("definition",), message, fix, token.span())


@on_content(
    rule(
        "NPM214",
        "no-filter",
        what="A detection never calls its filter macro.",
        why="A site cannot exclude its known results, short of changing the search.",
        see=CONTENTCTL,
    )
)
def _no_filter(rule: Rule, content: Content) -> Iterator[Finding]:
    for document, wanted, calls in _filter_calls(content):
        if not calls:
            text = document.text("search")
            commented = any(f"`{wanted}`" in text[start:end] for start, end in comment_spans(text))
            message = "calls its filter only inside a comment" if commented else "never calls its filter"
            end = len(text.rstrip())
            last = (max(text.rfind("|", 0, end), 0), end)
            yield document.finding(rule, ("search",), message, f"end it with | `{wanted}`", last)


@on_content(
    rule(
        "NPM215",
        "filter-inside-command",
        what="A detection calls its filter macro inside another command, such as `search`.",
        why="The filter is a command of its own, `search *` as shipped; inside another command it is read as text.",
        see=CONTENTCTL,
    )
)
def _filter_inside_command(rule: Rule, content: Content) -> Iterator[Finding]:
    for document, call, before, _ in _last_filter_calls(content):
        if not before.rstrip().endswith("|"):
            message, fix = "calls its filter inside another command", f"write | `{call.stanza}`"
            yield document.finding(rule, ("search",), message, fix, (call.start, call.end))


@on_content(
    rule(
        "NPM230",
        "filter-not-last",
        what="Commands follow the filter macro of a detection.",
        why="The filter cannot use the fields that these commands make. Some detections filter early on purpose.",
        see=CONTENTCTL,
        severity="warning",
    )
)
def _filter_not_last(rule: Rule, content: Content) -> Iterator[Finding]:
    for document, call, before, after in _last_filter_calls(content):
        if after.strip() and before.rstrip().endswith("|"):
            message, fix = "does not end with its filter", f"end it with | `{call.stanza}`"
            yield document.finding(rule, ("search",), message, fix, (call.start, call.end))


def _last_filter_calls(content: Content) -> Iterator[tuple[Document, MacroUse, str, str]]:
    """Yield each detection that calls its filter, the last call, and what stands before and behind it."""
    for document, _, calls in _filter_calls(content):
        if calls:
            yield document, calls[-1], *_without_comments(document.text("search"), calls[-1].start, calls[-1].end)


def _filter_calls(content: Content) -> Iterator[tuple[Document, str, list[MacroUse]]]:
    """Yield each detection that has a search, the name of its filter macro, and the calls of it."""
    for document in content.project.kind("detections"):
        name, text = document.text("name"), document.text("search")
        if name and text.strip():
            wanted = filter_macro(name)
            yield document, wanted, [use for use in macro_uses(text)[0] if use.stanza == wanted]


def _without_comments(text: str, start: int, end: int) -> tuple[str, str]:
    """Return what stands before and behind a span, with blanks for comments."""
    clean = list(text)
    for first, last in comment_spans(text):
        clean[first:last] = " " * (last - first)
    return "".join(clean[:start]), "".join(clean[end:])


@on_content(
    rule(
        "NPM232",
        "two-times",
        what="A macro that a search reads day by day with has times of its own: earliest= or latest= in an"
        " mstats, or an argument from or to.",
        why="The form over given times that is made of it would have two of each, and Splunk refuses it.",
        see=MACROS,
    )
)
def _two_times(rule: Rule, content: Content) -> Iterator[Finding]:
    macros = [
        (document, Macro(document.text("name"), tuple(map(str, document.items("arguments"))), ""))
        for document in content.project.kind("macros")
    ]
    written = {macro.stanza for _, macro in macros}
    for document, macro in macros:
        derived = replace(macro, arguments=(*macro.arguments, *FROM_TO)).stanza
        if derived in written or derived not in content.macros:
            continue
        for index, argument in enumerate(macro.arguments):
            if argument in FROM_TO:
                message = (
                    f"a search that reads day by day adds the argument {argument}, which `{macro.name}` has already"
                )
                yield document.finding(rule, ("arguments", index), message, "give it another name")
        for span in own_times(document.text("definition")):
            message = "mstats has times of its own, and is called by a search that reads day by day"
            yield document.finding(
                rule, ("definition",), message, "leave them out: the search around it has times", span
            )
