"""Commands on rows that a test writes down: no store, no app, one small context."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from workbench.replay import engine
from workbench.replay.context import Limits, SearchContext, Window
from workbench.replay.lookups import LookupFolder
from workbench.replay.rows import Row, Value
from workbench.spl.parser import parse_subsearch

NOW = 1_772_337_600.0  # 2026-03-01 04:00:00 UTC


def context(app_root: Path | None = None, **given: Any) -> SearchContext:
    """The context of a search without metrics; ``app_root`` is where its lookups are."""
    app: Any = SimpleNamespace(expand=str, macros={}, commands={}, lookups=LookupFolder(app_root or Path("nowhere")))
    store: Any = None
    limits = Limits(**{key: given.pop(key) for key in list(given) if key.endswith("_rows")})
    return SearchContext(app, store, Window(0.0, 3600.0), NOW, limits, **given)


def run_on(rows: Iterable[Any], text: str, running: SearchContext | None = None) -> list[Row]:
    """What the commands in ``text`` make of the rows."""
    copies = (dict(row) for row in rows)
    return list(engine.run(parse_subsearch(text), running or context(), copies))


def value_of(expression: str, row: Mapping[str, Any] | None = None, running: SearchContext | None = None) -> Value:
    """What eval makes of an expression."""
    return run_on([row or {}], f"eval result={expression}", running)[0]["result"]


def truth_of(condition: str, row: Mapping[str, Any] | None = None, running: SearchContext | None = None) -> str:
    """Whether a condition is "true", "false" or "null"."""
    text = f'if({condition}, "true", if(NOT ({condition}), "false", "null"))'
    return str(value_of(text, row, running))


def table(app_root: Path, name: str) -> str | None:
    """Text of a lookup file of an app; None if there is no such file."""
    path = app_root / "lookups" / f"{name}.csv"
    return path.read_text() if path.exists() else None
