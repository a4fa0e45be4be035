"""What Enterprise Security calls a field of a result in the finding or risk event that it makes of it.

Its actions write the result into an index as an event of its own, so fields that every event has would be those of the
new event; the ones of the result get a prefix (cim_actions.py of the Common Information Model add-on, default_mapexp of
result2stash). Risk objects, messages and throttling are worked out from the result before, and keep the plain names.
"""

from __future__ import annotations

PREFIX = "orig_"
RENAMED = frozenset(
    (
        "_raw",
        "_time",
        "event_hash",
        "event_id",
        "eventtype",
        "host",
        "index",
        "linecount",
        "search_name",
        "source",
        "sourcetype",
        "splunk_server",
        "tag",
    )
)


def name_in_finding(name: str) -> str:
    """Return the name that the field ``name`` of a result has in the finding."""
    return PREFIX + name.removeprefix("_") if name in RENAMED else name
