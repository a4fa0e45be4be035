"""Tokens: found, filled in, and quoted."""

from __future__ import annotations

from pathlib import Path

import pytest

from workbench.dashboards.sources import resolve
from workbench.dashboards.tokens import default_tokens, filled, tokens_in, tokens_set
from workbench.dashboards.view import DashboardError, View

VIEW = View(
    Path("small.xml"),
    "Small",
    "dark",
    {
        "inputs": {
            "when": {"type": "input.timerange", "options": {"token": "range", "defaultValue": "-4h@m,now"}},
            "who": {"type": "input.text", "options": {"token": "who", "defaultValue": "web"}},
            "free": {"type": "input.text", "options": {"token": "free"}},
        },
        "defaults": {
            "dataSources": {
                "ds.search": {
                    "options": {"queryParameters": {"earliest": "$range.earliest$", "latest": "$range.latest$"}}
                }
            }
        },
        "dataSources": {
            "base": {"type": "ds.search", "options": {"query": "index=risk workload=$who|s$ "}},
            "own": {
                "type": "ds.search",
                "options": {"query": "| makeresults", "queryParameters": {"earliest": "-7d@d", "latest": "now"}},
            },
            "last": {"type": "ds.chain", "options": {"extend": "base", "query": "| stats count"}},
            "lost": {"type": "ds.chain", "options": {"extend": "nowhere", "query": "| stats count"}},
            "needy": {"type": "ds.chain", "options": {"extend": "base", "query": "| where x=$free|s$"}},
            "empty": {"type": "ds.search", "options": {}},
        },
    },
)


@pytest.mark.parametrize(
    ("text", "value", "result"),
    [
        ("workload=$w$", "web", "workload=web"),
        ("workload=$w|s$", "web", 'workload="web"'),
        ("workload=$w|s$", 'a" OR "b\\', 'workload="a\\" OR \\"b\\\\"'),
        ("costs 5$ and $w$", "6", "costs 5$ and 6"),
    ],
)
def test_filled(text: str, value: str, result: str) -> None:
    assert filled(text, {"w": value}) == result


def test_a_token_without_value_and_an_unknown_filter_are_errors() -> None:
    with pytest.raises(DashboardError, match=r"\$gone\$ has no value; there are: w"):
        filled("x=$gone$", {"w": "1"})
    with pytest.raises(DashboardError, match=r"\|u of \$w\$ is not known"):
        filled("x=$w|u$", {"w": "1"})


def test_tokens_are_found_wherever_they_stand() -> None:
    part = {"a": ["$one$", {"b": "x $two|s$ $range.earliest$"}], "c": 3}
    assert set(tokens_in(part)) == {"one", "two", "range.earliest"}


def test_inputs_set_tokens_and_give_some_a_value() -> None:
    assert tokens_set(VIEW) == {"range.earliest", "range.latest", "who", "free"}
    assert default_tokens(VIEW) == {"range.earliest": "-4h@m", "range.latest": "now", "who": "web"}


def test_a_chain_becomes_one_search_over_the_range_of_its_base() -> None:
    source = resolve(VIEW, "last", default_tokens(VIEW))
    assert source.search == 'index=risk workload="web" | stats count'
    assert (source.earliest, source.latest) == ("-4h@m", "now")
    assert resolve(VIEW, "own", {}).earliest == "-7d@d"


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("lost", "there is no data source nowhere, which lost needs"),
        ("empty", "data source empty has no query"),
        ("needy", r"needy: token \$free\$ has no value"),
    ],
)
def test_what_is_missing_is_named(source: str, said: str) -> None:
    with pytest.raises(DashboardError, match=rf"small\.xml: {said}"):
        resolve(VIEW, source, default_tokens(VIEW))
