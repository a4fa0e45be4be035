"""Tokens of a dashboard, ``$name$``: which a text uses, which the dashboard sets, and texts with them filled in.

Dashboard Studio fills tokens before it starts a search, so mstats never sees one. ``$name|s$`` puts the value in
double quotes, with quotes and backslashes in it escaped; ``$name$`` puts it as it is.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from workbench.dashboards.view import DashboardError, View

_TOKEN = re.compile(r"\$(?P<name>[A-Za-z_][\w.:-]*)(?:\|(?P<filter>\w+))?\$")
_SET_BY_SPLUNK = ("row.", "click.", "env:", "name", "value", "trellis.")
RANGE_ENDS = ("earliest", "latest")

Tokens = Mapping[str, str]


def tokens_in(part: Any) -> Iterator[str]:
    """Yield the name of each token used in a text, or anywhere inside lists and objects."""
    if isinstance(part, str):
        yield from (found["name"] for found in _TOKEN.finditer(part))
    elif isinstance(part, list):
        for each in part:
            yield from tokens_in(each)
    elif isinstance(part, dict):
        for each in part.values():
            yield from tokens_in(each)


def tokens_set(view: View) -> set[str]:
    """Names of the tokens that the inputs and drilldowns of the dashboard set; a time range sets two."""
    names: set[str] = set()
    for one in view.part("inputs").values():
        token = one.get("options", {}).get("token")
        if token and one.get("type") == "input.timerange":
            names |= {f"{token}.{end}" for end in RANGE_ENDS}
        elif token:
            names.add(token)
    for one in view.part("visualizations").values():
        for handler in one.get("eventHandlers", []):
            if handler.get("type") == "drilldown.setToken":
                names |= {each["token"] for each in handler["options"].get("tokens", [])}
    return names


def default_tokens(view: View) -> dict[str, str]:
    """Values that tokens have before anybody touched an input."""
    values: dict[str, str] = {}
    for one in view.part("inputs").values():
        options = one.get("options", {})
        token, value = options.get("token"), options.get("defaultValue")
        if not token or value is None:
            continue
        if one["type"] == "input.timerange":
            values |= dict(zip((f"{token}.{end}" for end in RANGE_ENDS), str(value).split(","), strict=True))
        else:
            values[token] = str(value)
    return values


def filled(text: str, tokens: Tokens) -> str:
    """Fill in the tokens of a text; DashboardError names one that has no value, or a filter that is not known."""

    def value(token: re.Match[str]) -> str:
        if token["name"] not in tokens:
            raise DashboardError(
                f"token ${token['name']}$ has no value; there are: {', '.join(sorted(tokens)) or 'none'}"
            )
        plain = tokens[token["name"]]
        if token["filter"] is None:
            return plain
        if token["filter"] != "s":
            raise DashboardError(f"token filter |{token['filter']} of ${token['name']}$ is not known here; there is |s")
        escaped = plain.replace("\\", "\\\\").replace('"', '\\"')
        return f'"{escaped}"'

    return _TOKEN.sub(value, text)


def given_by_splunk(name: str) -> bool:
    """Whether Splunk itself gives the token its value, for example that of the row clicked on."""
    return name.startswith(_SET_BY_SPLUNK)
