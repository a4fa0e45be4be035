"""Who changed a table: what outputlookup, the lookup editor and an upload leave behind, and what is not a change."""

from __future__ import annotations

from tests.detections.world import DAY, HOUR, NOW, World
from workbench.replay.rows import Row

CHANGES = "K8S NPM - Table Changes Of Kubernetes NPM"
HIDE = '| makeresults | eval workload="web", expires="never" | outputlookup append=t npm_allowlist'


def searched(user: str, search: str, ago: float = HOUR, **more: str) -> Row:
    """What the audit index holds of a search that was started."""
    event: Row = {"_time": NOW - ago, "index": "_audit", "action": "search", "info": "granted"}
    return event | {"user": user, "search": search, **more}


def edited(user: str, file: str, said: str = "Lookup edited successfully") -> Row:
    raw = f"2026-03-01 03:00:00 INFO {said}, user={user}, namespace=SA-npmanomaly, lookup_file={file}"
    return {
        "_time": NOW - 2 * HOUR,
        "index": "_internal",
        "sourcetype": "lookup_editor_rest_handler",
        "_raw": raw,
        "user": user,
        "lookup_file": file,
    }


def called(user: str, method: str, file: str) -> Row:
    return {
        "_time": NOW - 3 * HOUR,
        "index": "_internal",
        "sourcetype": "splunkd_access",
        "user": user,
        "method": method,
        "uri_path": f"/servicesNS/nobody/SA-npmanomaly/data/lookup-table-files/{file}",
    }


def changes(world: World, *events: Row) -> list[tuple[str, str, str]]:
    text = world.app.saved_searches[CHANGES].search
    rows = world.run_text(text, NOW - DAY, NOW, events=events)
    return [(str(row["changed"]), str(row["user"]), str(row["how"])) for row in rows]


def test_every_way_to_change_a_table_is_shown_the_latest_first(world: World) -> None:
    assert changes(
        world,
        searched("mallory", HIDE),
        searched("mallory", "| inputlookup npm_profile\n| where 1=0 | outputlookup npm_profile", HOUR / 2),
        edited("ann", "npm_accepted_levels.csv"),
        called("bob", "DELETE", "npm_known_edges.csv"),
        called("bob", "POST", "npm_days.csv"),
    ) == [
        ("npm_profile", "mallory", "search"),
        ("npm_allowlist", "mallory", "search"),
        ("npm_accepted_levels", "ann", "editor"),
        ("npm_days", "bob", "upload"),
        ("npm_known_edges", "bob", "deletion"),
    ]


def test_a_search_of_this_app_that_a_person_runs_or_that_bears_its_name_is_shown(world: World) -> None:
    text = world.app.saved_searches["K8S NPM - Deploys Of Kubernetes NPM Processes"].search
    assert [user for _, user, _ in changes(world, searched("ann", text, savedsearch_name="K8S NPM - Copy"))] == ["ann"]


def test_what_changes_nothing_is_not_shown(world: World) -> None:
    events = (
        searched("splunk-system-user", HIDE, savedsearch_name="K8S NPM - Tables"),
        searched("nobody", HIDE, savedsearch_name="K8S NPM - Tables"),
        searched("ann", "| inputlookup npm_allowlist"),
        searched("ann", "| makeresults | outputlookup other"),
        edited("ann", "npm_allowlist.csv", "Lookup could not be saved"),
        edited("ann", "other.csv"),
        called("ann", "GET", "npm_allowlist.csv"),
    )
    assert changes(world, *events) == []
