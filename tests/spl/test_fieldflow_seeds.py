"""The fields of the two seed searches, command by command."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

from tests.spl.followed import maybe_null, multivalued
from workbench.spl.fields.flow import Step, field_flow
from workbench.spl.macros import Macro, expand
from workbench.spl.parser import parse

pytestmark = pytest.mark.shared
SERIES = {"k8s.cluster.name", "source.workload.name", "source.process.name"}
POOLED = SERIES - {"k8s.cluster.name"}
NOW = {"tcp.*", "udp.*"}
LONG = {"avg_tcp.*", "avg_udp.*", "stdev_tcp.*", "stdev_udp.*"}


def steps_of(shared: Path, seed: str) -> list[Step]:
    text = yaml.safe_load((shared / "seeds" / f"{seed}.yml").read_text("utf-8"))["search"]
    metrics = Macro("kubernetes_metrics", (), "index=m")
    filters = [Macro(name, (), "search *") for name in re.findall(r"`(\w+_filter)`", text)]
    return field_flow(parse(expand(text, {macro.stanza: macro for macro in [metrics, *filters]}).text), {}, {})


def lines(steps: list[Step]) -> list[tuple[int, str, set[str], set[str], set[str]]]:
    return [
        (step.depth, type(step.command).__name__, set(step.after.names), set(maybe_null(step.after)),
         set(multivalued(step.after)))
        for step in steps
    ]  # fmt: skip


def test_outbound(shared: Path) -> None:
    steps = steps_of(shared, "kubernetes_anomalous_outbound_network_activity_from_process")
    keyed = {"_time", "key"} | SERIES | NOW
    wide = {"anomalies"} | keyed | LONG
    hour_fields = {"count", "anomalies", *SERIES}
    hosts = hour_fields - {"k8s.cluster.name"} | {"host"}
    many = {"anomalies"}
    assert lines(steps) == [
        (0, "Mstats", keyed - {"key"}, NOW, set()),
        (0, "Eval", keyed, NOW, set()),
        (1, "Mstats", POOLED | LONG, LONG, set()),
        (1, "Eval", POOLED | LONG | {"key"}, LONG, set()),
        (0, "Join", keyed | LONG, NOW | LONG, set()),
        (0, "Eval", wide, NOW | LONG, set()),
        (0, "Foreach", wide, NOW | LONG | {"anomalies"}, set()),
        (0, "Fillnull", wide, set(), set()),
        (0, "Eval", wide, set(), many),
        (0, "Where", wide, set(), many),
        (0, "Stats", hour_fields, set(), many),
        (0, "Where", hour_fields, set(), many),
        (0, "Rename", hosts, set(), many),
        (0, "SearchFilter", hosts, set(), many),
    ]
    assert not any(step.after.open or step.missing for step in steps)


def test_edge(shared: Path) -> None:
    steps = steps_of(shared, "kubernetes_newly_seen_tcp_edge")
    pair = {"source.workload.name", "dest.workload.name", "tcp.packets_count"}
    cluster, current = {"k8s.cluster.name"}, {"current"}
    assert lines(steps) == [
        (0, "Mstats", pair | cluster, set(), set()),
        (0, "Eval", pair | cluster | current, set(), set()),
        (1, "Mstats", pair, set(), set()),
        (1, "Eval", pair | current, set(), set()),
        (0, "Append", pair | cluster | current, cluster, set()),
        (0, "Stats", pair | cluster | current, cluster, current),
        (0, "SearchFilter", pair | cluster | current, cluster, current),
        (0, "Rename", pair | {"host"} | current, {"host"}, current),
        (0, "SearchFilter", pair | {"host"} | current, {"host"}, current),
    ]
    assert not any(step.after.open or step.missing for step in steps)
    choice = next(step for step in steps if type(step.command).__name__ == "SearchFilter")
    assert [use.name for use in choice.reads] == ["current", "current"]
    assert multivalued(choice.before) == {"current"}
