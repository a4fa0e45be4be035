"""Which schedule and actions a search gets, and what its stanza is called."""

from __future__ import annotations

from workbench.compiler.project import Project
from workbench.compiler.valuechecks import as_flag
from workbench.compiler.yamlfile import Document, KeyPath

LONGEST_STANZA = 81  # Enterprise Security takes 99, and puts "endpoint - " and " - Rule" around it when it clones


def stanza_name(label: str, kind: str, name: str) -> str:
    """Return the stanza of a detection or baseline in savedsearches.conf; kind is the folder it comes from."""
    return f"{label} - {name} - Rule" if kind == "detections" else f"{label} - {name}"


def deployment_of(project: Project, document: Document) -> tuple[Document, KeyPath] | None:
    """Return the file and place that hold the schedule and actions of a search: its own, or those of its type."""
    if isinstance(document.get("deployment"), dict):
        return document, ("deployment",)
    found = project.named("deployments").get(deployment_name(document.text("type")))
    return (found, ()) if found else None


def deployment_name(kind: str) -> str:
    """Return the name under which contentctl looks up the deployment of a type."""
    return f"ESCU Default Configuration {kind}"


def makes_risk(deployment: tuple[Document, KeyPath]) -> bool:
    """Return whether a deployment turns results into risk events."""
    document, key_path = deployment
    return as_flag(document.get(*key_path, "alert_action", "rba", "enabled")) is True
