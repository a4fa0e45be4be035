"""Nodes of the commands that are read by their options only, or not at all."""

from __future__ import annotations

from dataclasses import dataclass

from workbench.spl.terms import Options, Span


@dataclass(frozen=True)
class Plain:
    """A command of names and options, without a node of its own: what stands between the options, and these."""

    command: str
    names: tuple[str, ...]
    options: Options
    span: Span


@dataclass(frozen=True)
class CustomCommand:
    """A command that is not read by this front end: its name and the raw text of its arguments, stripped."""

    name: str
    arguments: str
    span: Span
