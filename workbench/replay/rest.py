"""The rest command on the endpoints of splunkd that the app's dashboards ask for, answered from the staged app.

Rows have only the fields that are read here; what they mean is in Splunk's REST API Reference. Nothing is known of
other apps, and of when a search runs next.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from workbench.conf import is_true
from workbench.replay.context import SearchContext
from workbench.replay.errors import ReplayError
from workbench.replay.lookups import stanzas_of
from workbench.replay.rows import Row, multivalue

_CALL = re.compile(r"(?:\s*(?:splunk_server=local|count=0)\s)*\s*/servicesNS/-/(?P<app>[^/\s]+)/(?P<path>\S+)\s*\Z")
_ACCESS = re.compile(r"(read|write)\s*:\s*\[([^\]]*)\]")


def run_rest(arguments: str, context: SearchContext) -> Iterator[Row]:
    """Give the rows of an endpoint; ReplayError for another endpoint or app, and for options that are not known."""
    call = _CALL.match(arguments)
    if call is None or call["app"] != context.app.root.name:
        raise ReplayError(f"only splunk_server=local count=0 /servicesNS/-/{context.app.root.name}/... is replayed")
    path, name = call["path"], ""
    if path not in _ENDPOINTS:
        path, _, name = path.rpartition("/")
    if path not in _ENDPOINTS:
        raise ReplayError(f"the endpoint {call['path']} is not replayed (there are: {', '.join(_ENDPOINTS)})")
    found = _ENDPOINTS[path](context)
    return (row | {"eai:acl.app": context.app.root.name} for row in found if name in ("", row["title"]))


def _saved_searches(context: SearchContext) -> Iterator[Row]:
    for name, search in context.app.saved_searches.items():
        yield {
            "title": name,
            "disabled": "0" if search.enabled else "1",
            "is_scheduled": "1" if search.cron else "0",
            "next_scheduled_time": None,
        }


def _lookup_definitions(context: SearchContext) -> Iterator[Row]:
    for name in stanzas_of(context.app.root, "transforms.conf"):
        yield {"title": name, "filename": context.app.lookups.definition(name).filename}


def _lookup_files(context: SearchContext) -> Iterator[Row]:
    for path in sorted((context.app.root / "lookups").glob("*.csv")):
        access = _access(context, path.name)
        yield {"title": path.name, **{f"eai:acl.perms.{kind}": multivalue(access[kind]) for kind in access}}


def _access(context: SearchContext, file: str) -> dict[str, list[str]]:
    """Return who may read and write a lookup file, as default.meta says for it, for lookups, or for everything."""
    text = (context.app.root / "metadata" / "default.meta").read_text(encoding="utf-8")
    stanzas = re.split(r"^\[(.*)\]$", text, flags=re.MULTILINE)
    access: dict[str, list[str]] = {}
    for name, settings in zip(stanzas[1::2], stanzas[2::2], strict=True):
        if name in ("", "lookups", f"lookups/{file}"):  # from what holds for all to what holds for one, in this order
            access |= {kind: re.split(r"[\s,]+", roles.strip()) for kind, roles in _ACCESS.findall(settings)}
    return access


def _macros(context: SearchContext) -> Iterator[Row]:
    for name, settings in stanzas_of(context.app.root, "macros.conf").items():
        if not is_true(settings.get("disabled")):
            yield {"title": name, "definition": settings.get("definition")}


_ENDPOINTS: dict[str, Callable[[SearchContext], Iterator[Row]]] = {
    "saved/searches": _saved_searches,
    "data/transforms/lookups": _lookup_definitions,
    "data/lookup-table-files": _lookup_files,
    "configs/conf-macros": _macros,
}
