"""The rules of risk: what Enterprise Security names of a result is in the result."""

from __future__ import annotations

import re
from collections.abc import Iterator

from workbench.compiler.check import on_content
from workbench.compiler.content import Content, Fault, SearchText
from workbench.compiler.deployments import deployment_of, makes_risk
from workbench.compiler.fieldchecks import EMPTY_MESSAGE, WRONG_SCORE
from workbench.compiler.finding import Finding
from workbench.compiler.rule import CONTENTCTL, RISK, SAVED_SEARCHES, Rule, rule
from workbench.compiler.valuechecks import did_you_mean
from workbench.compiler.yamlfile import Document, KeyPath
from workbench.spl.fields.flow import FieldSet
from workbench.spl.findings import RENAMED, name_in_finding
from workbench.spl.tree import Eval, Number, Unary

_TOKEN = re.compile(r"\$([^\s$|\"'()]+)(?:\|\w)?\$")  # $field$, or $field|s$ with a filter
# What Splunk and Enterprise Security fill in besides the fields of the result.
_RENAMED_TO = frozenset(map(name_in_finding, RENAMED))
_GIVEN = re.compile(r"info_(?:min|max|search)_time|trigger_time|result\..*")


@on_content(
    rule(
        "NPM406",
        "risk-unused",
        what="rba and the deployment disagree on whether the detection makes risk events.",
        why="Either the deployment asks for risk that nothing describes, or rba is never used.",
        see=CONTENTCTL,
    )
)
def _risk_unused(rule: Rule, content: Content) -> Iterator[Finding]:
    for document in content.project.kind("detections"):
        deployment = deployment_of(content.project, document)
        if deployment and makes_risk(deployment) and document.get("rba") is None:
            message = f"is missing, but {deployment[0].shown} enables rba"
            yield document.finding(rule, ("rba",), message, "add message, risk_objects, threat_objects")
        elif deployment and not makes_risk(deployment) and document.get("rba") is not None:
            message = f"is never used: {deployment[0].shown} does not enable rba"
            yield document.finding(rule, ("rba",), message, "enable it there or remove this", key=True)


@on_content(
    rule(
        "NPM401",
        "no-risk-field",
        what="A risk or threat object is a field that the results do not have.",
        why="Enterprise Security makes a risk event without an object, which no risk rule counts.",
        see=RISK,
    )
)
def _risk_fields(rule: Rule, content: Content) -> Iterator[Finding]:
    for document, search in _detections(content):
        for key_path in _objects(document):
            yield from _not_returned(rule, search, key_path)


@on_content(
    rule(
        "NPM405",
        "no-throttle-field",
        what="Throttling groups by a field that the results do not have.",
        why="All results fall into one group: after the first, nothing is reported for the whole period.",
        see=SAVED_SEARCHES,
    )
)
def _throttle_fields(rule: Rule, content: Content) -> Iterator[Finding]:
    key_path: KeyPath = ("tags", "throttling", "fields")
    for document, search in _detections(content):
        for index, _ in enumerate(document.items(*key_path)):
            yield from _not_returned(rule, search, (*key_path, index))


def _objects(document: Document) -> Iterator[KeyPath]:
    """Yield where the fields of risk and threat objects are named."""
    for kind in ("risk_objects", "threat_objects"):
        for index, _ in enumerate(document.items("rba", kind)):
            yield ("rba", kind, index, "field")


def _not_returned(rule: Rule, search: SearchText, key_path: KeyPath) -> Iterator[Finding]:
    name = search.document.text(*key_path)
    if name and not search.results.produces(name):
        hint = did_you_mean(name, sorted(search.results.names))
        message = f"{name!r} is not a field of the results{hint}"
        yield search.document.finding(rule, key_path, message, f"use one of: {_some(search.results)}")


@on_content(
    rule(
        "NPM402",
        "unknown-token",
        what="A message or drilldown has a $token$ that is neither a field of the results nor given by Splunk.",
        why="It stays as it is: the analyst reads $user$, the drilldown searches for it.",
        see=RISK,
    )
)
def _unknown_tokens(rule: Rule, content: Content) -> Iterator[Finding]:
    for document, search, key_path, token in _tokens(content):
        if not search.results.produces(token[1]):
            hint = did_you_mean(token[1], sorted(search.results.names))
            message = f"${token[1]}$ is not a field of the results{hint}"
            yield document.finding(rule, key_path, message, f"use one of: {_some(search.results)}", token.span())


@on_content(
    rule(
        "NPM407",
        "dotted-token",
        what="A risk object, message or drilldown uses a field with dots in its name.",
        why="Whether Enterprise Security fills in a name with dots is not documented.",
        see=RISK,
        severity="warning",
    )
)
def _dotted_names(rule: Rule, content: Content) -> Iterator[Finding]:
    fix = "rename it in the search to a name without dots"
    for document, search in _detections(content):
        for key_path in _objects(document):
            name = document.text(*key_path)
            if "." in name and search.results.produces(name):
                yield document.finding(rule, key_path, f"{name!r} has dots", fix)
    for document, search, key_path, token in _tokens(content):
        if "." in token[1] and search.results.produces(token[1]):
            yield document.finding(rule, key_path, f"${token[1]}$ has dots", fix, token.span())


@on_content(
    rule(
        "NPM408",
        "renamed-token",
        what="A drilldown uses a field that has another name in the finding.",
        why="Fields such as host or source are there those of the finding itself: $host$ is the search head.",
        see=RISK,
        waivable=True,
    )
)
def _renamed_tokens(rule: Rule, content: Content) -> Iterator[Finding]:
    for document, search, key_path, token in _tokens(content):
        if key_path[0] == "drilldown_searches" and token[1] in RENAMED and search.results.produces(token[1]):
            message = f"${token[1]}$ is {name_in_finding(token[1])} in the finding"
            fix = f"rename the field in the search, or write ${name_in_finding(token[1])}$"
            yield document.finding(rule, key_path, message, fix, token.span())


def _tokens(content: Content) -> Iterator[tuple[Document, SearchText, KeyPath, re.Match[str]]]:
    """Yield the tokens of messages and drilldowns that must be fields of the results, and where they are written."""
    for document, search in _detections(content):
        for token in _TOKEN.finditer(document.text("rba", "message")):
            yield document, search, ("rba", "message"), token
        for index, _ in enumerate(document.items("drilldown_searches")):
            for name in ("name", "search", "earliest_offset", "latest_offset"):
                key_path: KeyPath = ("drilldown_searches", index, name)
                for token in _TOKEN.finditer(document.text(*key_path)):
                    if not _GIVEN.fullmatch(token[1]) and token[1] not in _RENAMED_TO:
                        yield document, search, key_path, token


@on_content(EMPTY_MESSAGE)
def _empty_messages(rule: Rule, content: Content) -> Iterator[Finding]:
    for document, search in _detections(content):
        message = document.text("rba", "message")
        names = [token[1] for token in _TOKEN.finditer(message)]
        words = re.search(r"\w", _TOKEN.sub("", message))
        if message.strip() and not words and all(search.results.trait(name).null == "yes" for name in names):
            text = f"comes out empty for rows in which {', '.join(names)} is null"
            yield document.finding(rule, ("rba", "message"), text, "write words around the tokens")


@on_content(WRONG_SCORE)
def _wrong_scores(rule: Rule, content: Content) -> Iterator[Finding]:
    """Check a field risk_score set in the search: it takes the place of the score in YAML."""
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
                        fault = Fault(message, "write a whole number from 1 to 100", assignment.span)
                        yield search.finding(rule, fault)


def _detections(content: Content) -> Iterator[tuple[Document, SearchText]]:
    for document in content.project.kind("detections"):
        search = content.search_of(document)
        if search is not None and search.tree is not None:
            yield document, search


def _some(fields: FieldSet, most: int = 20) -> str:
    names = sorted(name for name in fields.names if "*" not in name)
    return ", ".join(names[:most]) + (", ..." if len(names) > most else "") if names else "(the results have none)"
