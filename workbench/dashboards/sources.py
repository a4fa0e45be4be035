"""Data sources of a dashboard: the whole search of each, chains resolved, and the time range it runs over."""

from __future__ import annotations

from dataclasses import dataclass

from workbench.dashboards.tokens import Tokens, filled
from workbench.dashboards.view import DashboardError, View

_LONGEST_CHAIN = 10
DEFAULT_RANGE = ("-24h@h", "now")  # what Splunk's time picker shows when a dashboard says nothing


@dataclass(frozen=True)
class DataSource:
    """A search as it would be dispatched: id of the data source, the search, and its time modifiers."""

    id: str
    search: str
    earliest: str
    latest: str


def resolve(view: View, source_id: str, tokens: Tokens) -> DataSource:
    """Return the search of a data source, ready to run; DashboardError names what is missing."""
    base, parts = chain(view, source_id)
    try:
        defaults = view.part("defaults").get("dataSources", {}).get("ds.search", {}).get("options", {})
        own = view.part("dataSources")[base]["options"]
        given = {**defaults.get("queryParameters", {}), **own.get("queryParameters", {})}
        search = filled(" ".join(parts), tokens)
        return DataSource(
            source_id,
            search,
            filled(given.get("earliest", DEFAULT_RANGE[0]), tokens),
            filled(given.get("latest", DEFAULT_RANGE[1]), tokens),
        )
    except DashboardError as error:
        raise DashboardError(f"{view.path.name}: {source_id}: {error}") from None


def chain(view: View, source_id: str) -> tuple[str, list[str]]:
    """Return the id of the search that the chain begins with, and the queries from there on."""
    sources, parts, current = view.part("dataSources"), list[str](), source_id
    for _ in range(_LONGEST_CHAIN):
        source = sources.get(current)
        if source is None:
            raise DashboardError(f"{view.path.name}: there is no data source {current}, which {source_id} needs")
        options = source.get("options") or {}
        query = options.get("query", "")
        if not query.strip():
            raise DashboardError(f"{view.path.name}: data source {current} has no query")
        parts.insert(0, query.strip())
        if source.get("type") != "ds.chain":
            return current, parts
        current = options.get("extend", "")
    raise DashboardError(f"{view.path.name}: the chain of {source_id} has no end")
