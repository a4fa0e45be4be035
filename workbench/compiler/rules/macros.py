"""The rules of macros: calls are calls, macros exist, take that many arguments, end, and are used."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise

from workbench.compiler import catalogue
from workbench.compiler.finding import Finding
from workbench.compiler.macrocalls import comment_spans, macro_uses
from workbench.compiler.project import filter_macro
from workbench.compiler.rules.content import Content
from workbench.compiler.rules.files import texts_of_spl
from workbench.compiler.shapes import did_you_mean
from workbench.compiler.words import FOREIGN_MACROS


def check_calls(content: Content) -> Iterator[Finding]:
    """Backticks hold calls, of macros that are defined, with that number of arguments."""
    known = sorted(content.macros)
    for document, place in texts_of_spl(content.project):
        uses, wrong = macro_uses(document.text(*place))
        for one in wrong:
            yield document.finding(catalogue.NO_MACRO_CALL, place, one.message, one.fix, (one.start, one.end))
        for use in uses:
            unread = f"macros/{use.name}" in content.project.unreadable
            if use.stanza in content.macros or use.name in FOREIGN_MACROS or unread:
                continue
            others = [stanza for stanza in known if stanza.split("(")[0] == use.name]
            if others:
                rule, fix = catalogue.WRONG_ARITY, "give as many"
                message = f"calls `{use.name}` with {use.arity} arguments, defined is {others[0]}"
            else:
                rule, fix = catalogue.UNKNOWN_MACRO, f"correct the name or add macros/{use.name}.yml"
                message = f"calls the unknown macro `{use.name}`{did_you_mean(use.name, known)}"
            yield document.finding(rule, place, message, fix, (use.start, use.end))


def check_touching_calls(content: Content) -> Iterator[Finding]:
    """Between two calls there is something."""
    for document, place in texts_of_spl(content.project):
        uses = macro_uses(document.text(*place))[0]
        for one, other in pairwise(uses):
            if one.end == other.start:
                message = f"`{one.name}` and `{other.name}` stand side by side without a blank"
                span = (one.start, other.end)
                yield document.finding(catalogue.TOUCHING_MACROS, place, message, "put a blank between them", span)


def check_recursion(content: Content) -> Iterator[Finding]:
    """No macro calls itself, directly or through others."""
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
            yield document.finding(catalogue.RECURSIVE_MACRO, ("definition",), message, "take one of the calls out")


def check_unused(content: Content) -> Iterator[Finding]:
    """Every macro is called, every argument is filled in, and nothing else is."""
    used = {
        use.name for document, place in texts_of_spl(content.project) for use in macro_uses(document.text(*place))[0]
    }
    used |= set(re.findall(r"`(\w+)", content.app_text))
    used |= {filter_macro(document.text("name")) for document in content.project.kind("detections")}
    for document in content.project.kind("macros"):
        name = document.text("name")
        if name and name not in used:
            yield document.finding(catalogue.UNUSED_MACRO, ("name",), f"`{name}` is never called", "remove the file")
        arguments = [str(one) for one in document.items("arguments")]
        definition = document.text("definition")
        for index, argument in enumerate(arguments):
            if f"${argument}$" not in definition:
                message, fix = f"the definition never uses ${argument}$", "use it or remove the argument"
                yield document.finding(catalogue.UNUSED_MACRO, ("arguments", index), message, fix)
        for token in re.finditer(r"\$(\w+)\$", definition):
            if arguments and token[1] not in arguments:
                message = f"${token[1]}$ is no argument{did_you_mean(token[1], arguments)}"
                fix = "add it to the arguments or correct it"
                yield document.finding(catalogue.UNKNOWN_ARGUMENT, ("definition",), message, fix, token.span())


def check_filter(content: Content) -> Iterator[Finding]:
    """A detection ends in its own filter macro, outside comments, as a command of its own."""
    for document in content.project.kind("detections"):
        name, text = document.text("name"), document.text("search")
        wanted = filter_macro(name)
        if not name or not text.strip():
            continue
        calls = [use for use in macro_uses(text)[0] if use.stanza == wanted]
        fix = f"end it with | `{wanted}`"
        if not calls:
            commented = any(f"`{wanted}`" in text[start:end] for start, end in comment_spans(text))
            message = "calls its filter only inside a comment" if commented else "never calls its filter"
            end = len(text.rstrip())
            last = (max(text.rfind("|", 0, end), 0), end)
            yield document.finding(catalogue.NO_FILTER, ("search",), message, fix, last)
            continue
        before, after = _without_comments(text, calls[-1].start, calls[-1].end)
        if after.strip() or not before.rstrip().endswith("|"):
            span = (calls[-1].start, calls[-1].end)
            message = "does not end with its filter" if after.strip() else "calls its filter inside another command"
            yield document.finding(catalogue.FILTER_NOT_LAST, ("search",), message, fix, span)


def _without_comments(text: str, start: int, end: int) -> tuple[str, str]:
    """What stands before and behind a span, comments made blank."""
    clean = list(text)
    for first, last in comment_spans(text):
        clean[first:last] = " " * (last - first)
    return "".join(clean[:start]), "".join(clean[end:])
