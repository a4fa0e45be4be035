"""The shipped conf files: no typing error that Splunk would pass over in silence."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from cronsim import CronSim

from workbench import conf
from workbench.spl.times import relative_time

Stanzas = dict[str, dict[str, str]]

# Conf files whose keys are named after conf files.
OTHER_KEYS = {"server": "conf_replication_include.analyticstories"}
# In savedsearches.conf any action.<name>.<param> would do, so a misspelt one goes unnoticed: these are all we use.
ACTIONS = (
    "correlationsearch.enabled correlationsearch.detection_type correlationsearch.label "
    "correlationsearch.annotations correlationsearch.metadata "
    "risk risk.param._risk risk.param._risk_message risk.param._risk_score risk.param.verbose "
    "notable.param.drilldown_searches "
    "escu escu.enabled escu.search_type escu.analytic_story escu.creation_date escu.modification_date "
    "escu.data_models escu.eli5 escu.how_to_implement escu.confidence escu.mappings escu.known_false_positives "
    "escu.product escu.providing_technologies"
)
ENDS = ("earliest", "latest")
JSON_KEYS = re.compile(
    r"annotations|action\.correlationsearch\.(annotations|metadata)|action\.risk\.param\._risk|.*\.drilldown_searches"
    r"|action\.escu\.(analytic_story|data_models|mappings|product|providing_technologies)|providing_technologies"
    r"|references|maintainers|searches"
)


def test_no_conf_is_missing_or_new(confs: dict[str, Stanzas]) -> None:
    assert sorted(confs) == (
        ["analyticstories", "app", "commands", "macros", "savedsearches", "searchbnf", "server", "transforms"]
    )


def test_no_stanza_is_called_default_and_none_is_without_settings(confs: dict[str, Stanzas]) -> None:
    for name, stanzas in confs.items():
        assert "default" not in stanzas, name
        assert all(stanzas.values()), name


def test_nothing_follows_a_continuation_sign(app: Path) -> None:
    for path in (app / "default").glob("*.conf"):
        assert not re.search(r"\\[ \t]+$", path.read_text(), re.MULTILINE), path.name


def test_every_key_is_one_that_splunk_knows(confs: dict[str, Stanzas], shared: Path) -> None:
    known = json.loads((shared / "splunk" / "conf-keys.json").read_text())["confs"]
    for name, stanzas in confs.items():
        if name == "analyticstories":  # Enterprise Security's own, see below
            continue
        keys = {key for settings in stanzas.values() for key in settings}
        allowed = OTHER_KEYS[name].split() if name in OTHER_KEYS else known[name]
        unknown = {key for key in keys if not any(_is(key, one) for one in allowed)}
        assert unknown == set(), name


def test_the_spec_of_our_own_conf_names_the_settings_of_each_kind_of_stanza(
    confs: dict[str, Stanzas], app: Path
) -> None:
    spec = conf.read(app / "README" / "analyticstories.conf.spec").settings
    described = {stanza.partition("://")[0]: set(settings) for stanza, settings in spec.items()}
    for stanza, settings in confs["analyticstories"].items():
        assert described[stanza.partition("://")[0]] == set(settings), stanza


def test_tables_stay_on_the_search_head_and_are_checked_for_permission(confs: dict[str, Stanzas]) -> None:
    for name, settings in confs["transforms"].items():
        assert (settings["replicate"], settings["check_permission"]) == ("false", "true"), name


def test_only_analysts_read_where_nobody_looks(app: Path) -> None:
    access = conf.read(app / "metadata" / "default.meta").stanzas
    for table in ("npm_allowlist", "npm_accepted_levels"):
        for stanza in (f"lookups/{table}.csv", f"transforms/{table}"):
            readers, writers = re.findall(r"\[ (.*?) \]", access[stanza]["access"])
            assert set(writers.split(", ")) < set(readers.split(", "))
            assert not {"*", "user"} & set(readers.split(", ")), stanza


def _is(key: str, documented: str) -> bool:
    """Whether a key is a documented one; <parts> of that stand for any text without a dot at the end."""
    pattern = "".join(".+" if part.startswith("<") else re.escape(part) for part in re.split(r"(<[^>]*>)", documented))
    return re.fullmatch(pattern, key) is not None


def test_every_action_key_is_one_that_enterprise_security_or_the_escu_app_knows(confs: dict[str, Stanzas]) -> None:
    used = {key for settings in confs["savedsearches"].values() for key in settings if key.startswith("action.")}
    assert used == {f"action.{name}" for name in ACTIONS.split()}


def test_every_json_value_parses(confs: dict[str, Stanzas], app: Path) -> None:
    parsed = [
        json.loads(value)
        for stanzas in confs.values()
        for settings in stanzas.values()
        for key, value in settings.items()
        if JSON_KEYS.fullmatch(key)
    ]
    assert len(parsed) > 20
    json.loads((app / "app.manifest").read_text())


def test_searches_are_disabled_but_two_and_have_a_sound_schedule(confs: dict[str, Stanzas]) -> None:
    import datetime

    starts = []
    for name, settings in confs["savedsearches"].items():
        runs = name in ("K8S NPM - Tables", "K8S NPM - Learn History")  # the second has no schedule
        assert settings["disabled"] == ("false" if runs else "true"), name
        first = CronSim(settings["cron_schedule"], datetime.datetime(2026, 1, 1, tzinfo=datetime.timezone.utc))
        start, second = next(first), next(first)
        earliest, latest = (relative_time(start.timestamp(), settings[f"dispatch.{end}_time"]) for end in ENDS)
        assert earliest is not None, name
        assert latest is not None, name
        # A point that arrives ten minutes late is read by this run, or by the next one, which reads the time again.
        read_again = max(0, latest - earliest - (second - start).total_seconds())
        assert start.timestamp() - latest + read_again >= 600, f"{name}: late data points need a lag"
        if name != "K8S NPM - Learn History":
            starts += settings["cron_schedule"].split()[0].split(",")
    assert len(set(starts)) == len(starts), "two searches start in the same minute"
    assert "0" not in starts, "with allow_skew, an hourly search on the full hour may start anywhere in it"


@pytest.mark.parametrize("stanza", ["commands", "searchbnf", "lookups", "transforms", "macros", "savedsearches"])
def test_what_searches_in_other_apps_use_is_exported_and_nothing_else_is(app: Path, stanza: str) -> None:
    text = (app / "metadata" / "default.meta").read_text()
    sections = dict(re.findall(r"^\[(.*?)\]\n(.*?)(?=^\[|\Z)", text, re.MULTILINE | re.DOTALL))
    assert "export = none" in sections[""]
    assert "export = system" in sections[stanza]
    assert "write : [ admin, sc_admin ]" in sections[""]


def test_our_own_conf_is_reloaded_and_replicated(confs: dict[str, Stanzas]) -> None:
    assert confs["app"]["triggers"] == {"reload.analyticstories": "simple"}
    assert confs["server"]["shclustering"] == {"conf_replication_include.analyticstories": "true"}
