"""Saved searches as read from their stanza, and the app they belong to."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.replay.conftest import MakeApp
from workbench.replay.app import App
from workbench.replay.errors import ReplayError
from workbench.replay.savedsearch import RiskObject, ThreatObject, Throttling, Trigger, from_stanza

DETECTION = {
    "search": "| makeresults",
    "cron_schedule": "0 * * * *",
    "enableSched": "1",
    "disabled": "true",
    "dispatch.earliest_time": "-70m@m",
    "dispatch.latest_time": "-10m@m",
    "counttype": "number of events",
    "relation": "greater than",
    "quantity": "0",
    "alert.suppress": "true",
    "alert.suppress.fields": "host,workload",
    "alert.suppress.period": "86400s",
    "action.risk": "1",
    "action.risk.param._risk_message": "Something in $host$",
    "action.risk.param._risk": '[{"risk_object_field": "host", "risk_object_type": "system", "risk_score": 20},'
    ' {"threat_object_field": "process", "threat_object_type": "process_name"}]',
    "action.correlationsearch.annotations": '{"mitre_attack": ["T1041"]}',
}


def test_a_detection_stanza() -> None:
    read = from_stanza("NPM - X - Rule", DETECTION)
    assert (read.cron, read.earliest, read.latest, read.enabled) == ("0 * * * *", "-70m@m", "-10m@m", False)
    assert read.trigger == Trigger("greater than", 0)
    assert read.throttling == Throttling(("host", "workload"), 86400)
    assert read.risk is not None
    assert read.risk.message == "Something in $host$"
    assert read.risk.risk_objects == (RiskObject("host", "system", 20.0),)
    assert read.risk.threat_objects == (ThreatObject("process", "process_name"),)
    assert read.annotations == {"mitre_attack": ["T1041"]}


def test_a_baseline_stanza_has_no_trigger_no_throttling_and_no_risk() -> None:
    read = from_stanza("baseline", {"search": "| makeresults", "cron_schedule": "5 * * * *"})
    assert (read.trigger, read.throttling, read.risk, read.cron) == (None, None, None, None)


@pytest.mark.parametrize(
    ("relation", "quantity", "fires"),
    [("greater than", 0, [1, 5]), ("less than", 1, [0]), ("equal to", 5, [5]), ("not equal to", 5, [0, 1])],
)
def test_triggers(relation: str, quantity: int, fires: list[int]) -> None:
    assert [rows for rows in (0, 1, 5) if Trigger(relation, quantity).fires(rows)] == fires


@pytest.mark.parametrize(
    ("key", "value", "said"),
    [
        ("search", "", "is missing or empty"),
        ("action.risk.param._risk", "[{]", "is not valid JSON"),
        ("action.risk.param._risk", "{}", "must be a JSON list of objects"),
        ("action.risk.param._risk", '[{"risk_object_field": "host"}]', "lacks or misstates 'risk_score'"),
        ("action.correlationsearch.annotations", "[]", "must be a JSON object"),
        ("alert.suppress.period", "a day", "must be a number with s, m, h or d"),
        ("alert.suppress.period", "", "is missing or empty"),
        ("counttype", "number of hosts", "is not replayed"),
        ("relation", "drops by", "is not replayed"),
        ("quantity", "many", "is not a whole number"),
    ],
)
def test_a_wrong_setting_is_an_error_that_names_stanza_and_key(key: str, value: str, said: str) -> None:
    with pytest.raises(ReplayError) as error:
        from_stanza("NPM - X - Rule", DETECTION | {key: value})
    assert f"[NPM - X - Rule] {key}: " in str(error.value)
    assert said in str(error.value)


def test_an_app_is_read_from_its_confs(make_app: MakeApp) -> None:
    app = make_app(
        {
            "default/savedsearches.conf": "[b]\nsearch = x\n[a]\nsearch = y\n",
            "default/macros.conf": "[m(1)]\nargs = x\ndefinition = $x$\n",
            "local/macros.conf": "[m(1)]\ndefinition = <$x$>\n",
            "default/commands.conf": "[c]\nchunked = true\n",
        }
    )
    assert list(app.saved_searches) == ["b", "a"]
    assert app.macros["m(1)"].definition == "<$x$>"
    assert app.commands == {"c": {"chunked": "true"}}


def test_a_folder_that_is_no_app_says_how_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(ReplayError, match=r"no app here .*python build\.py"):
        App.load(tmp_path)


def test_lookups_are_written_to_a_copy_that_keeps_them(make_app: MakeApp, tmp_path: Path) -> None:
    original = make_app({"lookups/t.csv": "a\n1\n", "default/app.conf": "[id]\n"})
    copy = App.scratch_copy(original.root, tmp_path / "scratch")
    assert copy.root.name == original.root.name
    copy.lookups.write("t.csv", ("a",), [{"a": "2"}])
    (original.root / "default" / "macros.conf").write_text("[new]\ndefinition = x\n")
    again = App.scratch_copy(original.root, tmp_path / "scratch")
    assert again.lookups.read("t.csv")[1] == [{"a": "2"}]
    assert "new" in again.macros
    assert original.lookups.read("t.csv")[1] == [{"a": "1"}]
