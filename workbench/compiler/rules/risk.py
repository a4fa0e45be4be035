"""The rules of risk: what Enterprise Security is told of a result is in the result."""

from __future__ import annotations

import re
from collections.abc import Iterator

from workbench.compiler import catalogue
from workbench.compiler.deployments import deployment_of, makes_risk
from workbench.compiler.finding import Finding, Rule
from workbench.compiler.rules.content import Content, SearchText
from workbench.compiler.shapes import did_you_mean
from workbench.compiler.yamlfile import Document, Place
from workbench.spl.fields.flow import FieldSet
from workbench.spl.tree import Eval, Number, Unary

_TOKEN = re.compile(r"\$([^\s$|\"'()]+)\$")
# What Splunk and Enterprise Security fill in besides the fields of the result.
_GIVEN = re.compile(r"info_(?:min|max|search)_time|trigger_time|result\..*")


def check_risk_is_used(content: Content) -> Iterator[Finding]:
    """``rba`` is there exactly if the deployment makes risk events."""
    rule = catalogue.RISK_UNUSED
    for document in content.project.kind("detections"):
        deployment = deployment_of(content.project, document)
        if deployment and makes_risk(deployment) and document.get("rba") is None:
            message = f"is missing, but {deployment[0].shown} enables rba"
            yield document.finding(rule, ("rba",), message, "add message, risk_objects, threat_objects")
        elif deployment and not makes_risk(deployment) and document.get("rba") is not None:
            message = f"is never used: {deployment[0].shown} does not enable rba"
            yield document.finding(rule, ("rba",), message, "enable it there or remove this", key=True)


def check_objects(content: Content) -> Iterator[Finding]:
    """Risk and threat objects, and the fields of throttling, are fields of the results."""
    for document, search in _detections(content):
        for kind in ("risk_objects", "threat_objects"):
            for index, _ in enumerate(document.items("rba", kind)):
                place: Place = ("rba", kind, index, "field")
                yield from _not_returned(search, place, document.text(*place), catalogue.NO_RISK_FIELD)
        throttled: Place = ("tags", "throttling", "fields")
        for index, name in enumerate(document.items(*throttled)):
            if isinstance(name, str):
                yield from _not_returned(search, (*throttled, index), name, catalogue.NO_THROTTLE_FIELD)


def check_message(content: Content) -> Iterator[Finding]:
    """The tokens of a message are fields of the results, and something of it is always left."""
    for document, search in _detections(content):
        place: Place = ("rba", "message")
        message = document.text(*place)
        tokens = list(_TOKEN.finditer(message))
        for token in tokens:
            yield from _unknown_token(search, document, place, token)
        traits = [search.results.trait(token[1]) for token in tokens]
        words = re.search(r"\w", _TOKEN.sub("", message))
        if message.strip() and not words and all(trait.null == "yes" for trait in traits):
            text = "comes out empty for rows in which " + ", ".join(token[1] for token in tokens) + " is null"
            fix = "write words around the tokens"
            yield document.finding(catalogue.EMPTY_MESSAGE, place, text, fix)


def check_drilldowns(content: Content) -> Iterator[Finding]:
    """The tokens of drilldowns are fields of the results, or times that Enterprise Security gives."""
    for document, search in _detections(content):
        for index, _ in enumerate(document.items("drilldown_searches")):
            for field in ("name", "search", "earliest_offset", "latest_offset"):
                place: Place = ("drilldown_searches", index, field)
                for token in _TOKEN.finditer(document.text(*place)):
                    if not _GIVEN.fullmatch(token[1]):
                        yield from _unknown_token(search, document, place, token)


def check_score_field(content: Content) -> Iterator[Finding]:
    """A field risk_score, which takes the place of the score in YAML, is not set to a number out of range."""
    for _, search in _detections(content):
        for step in search.pipeline():
            for assignment in step.command.assignments if isinstance(step.command, Eval) else ():
                value = assignment.expression
                sign = -1 if isinstance(value, Unary) and value.operator == "-" else 1
                value = value.operand if isinstance(value, Unary) else value
                if assignment.field == "risk_score" and isinstance(value, Number):
                    score = sign * value.value
                    if not (1 <= score <= 100 and score == int(score)):
                        message = f"sets risk_score to {score}, in place of the score in rba"
                        fix = "write a whole number from 1 to 100"
                        yield search.finding(catalogue.WRONG_SCORE, message, fix, assignment.span)


def _detections(content: Content) -> Iterator[tuple[Document, SearchText]]:
    for document in content.project.kind("detections"):
        search = content.search_of(document)
        if search is not None and search.tree is not None:
            yield document, search


def _not_returned(search: SearchText, place: Place, name: str, rule: Rule) -> Iterator[Finding]:
    if name and not search.results.produces(name):
        hint = did_you_mean(name, sorted(search.results.names))
        message = f"{name!r} is no field of the results{hint}"
        yield search.document.finding(rule, place, message, f"use one of: {_some(search.results)}")
    elif "." in name and rule is catalogue.NO_RISK_FIELD:
        message, fix = f"{name!r} has dots", "rename it in the search to a name without dots"
        yield search.document.finding(catalogue.DOTTED_TOKEN, place, message, fix)


def _unknown_token(search: SearchText, document: Document, place: Place, token: re.Match[str]) -> Iterator[Finding]:
    name = token[1]
    if not search.results.produces(name):
        hint = did_you_mean(name, sorted(search.results.names))
        message = f"${name}$ is no field of the results{hint}"
        fix = f"use one of: {_some(search.results)}"
        yield document.finding(catalogue.UNKNOWN_TOKEN, place, message, fix, token.span())
    elif "." in name:
        fix = "rename it in the search to a name without dots"
        yield document.finding(catalogue.DOTTED_TOKEN, place, f"${name}$ has dots", fix, token.span())


def _some(fields: FieldSet, most: int = 20) -> str:
    names = sorted(name for name in fields.names if "*" not in name)
    return ", ".join(names[:most]) + (", ..." if len(names) > most else "") if names else "(the results have none)"
