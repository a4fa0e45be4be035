"""The edges of a cluster as a graph: who talks to whom, what is new, where the attacks went."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

from workbench.demo.verdict import DetectionFinding, Verdict
from workbench.replay.rows import Row, as_number
from workbench.traffic.attacks import EDGES

LinkKind: TypeAlias = Literal["known", "unreported", "unexplained", "benign", "attack on a known edge", "attack"]
# Later ones cover earlier ones when both directions of a pair differ, and are drawn on top.
KINDS: tuple[LinkKind, ...] = ("known", "unreported", "unexplained", "benign", "attack on a known edge", "attack")

Pair: TypeAlias = tuple[str, str]


@dataclass(frozen=True)
class Link:
    """A pair of workloads, in alphabetical order, what it is, and the directions seen (source, destination)."""

    pair: Pair
    kind: LinkKind
    directions: tuple[Pair, ...]
    note: str = ""


@dataclass(frozen=True)
class EdgeGraph:
    """The workloads of one cluster and the links between them; ``left_out`` counts known links that are not shown."""

    cluster: str
    workloads: tuple[str, ...]
    links: tuple[Link, ...]
    left_out: int = 0


def edge_graphs(table: Sequence[Row], verdict: Verdict, start: float, most: int = 150) -> list[EdgeGraph]:
    """One graph for each cluster in ``table``, the rows of npm_known_edges after the last run.

    An edge is known when it was first seen before ``start`` (epoch seconds). A cluster with more than ``most`` links
    shows the new ones, those at the same workloads, then others until there are ``most``.
    """
    clusters: dict[str, dict[Pair, list[tuple[LinkKind, Pair, str]]]] = {}
    for cluster, direction, kind, note in _all(table, verdict, start):
        links = clusters.setdefault(cluster, {})
        links.setdefault((min(direction), max(direction)), []).append((kind, direction, note))
    return [_graph(cluster, links, most) for cluster, links in sorted(clusters.items())]


def _all(table: Sequence[Row], verdict: Verdict, start: float) -> Iterable[tuple[str, Pair, LinkKind, str]]:
    known: set[tuple[str, Pair]] = set()
    for row in table:
        cluster, source, dest = (str(row.get(name)) for name in ("cluster", "workload", "dest_workload"))
        before = (as_number(row.get("first_seen")) or 0.0) < start
        if before:
            known.add((cluster, (source, dest)))
        yield cluster, (source, dest), "known" if before else "unreported", ""
    for attack, findings in verdict.caught:
        for finding in _of_edges(findings):
            for direction in _directions(finding):
                yield str(finding.row["cluster"]), direction, "attack", str(attack["kind"])
        there = (str(attack["workload"]), str(attack["dest"]))
        if (str(attack["cluster"]), there) in known and attack["dest"]:
            yield str(attack["cluster"]), there, "attack on a known edge", str(attack["kind"])
    for finding, cause in verdict.explained:
        if finding.detection in EDGES:
            for direction in _directions(finding):
                yield str(finding.row["cluster"]), direction, "benign", str(cause["kind"])
    for finding in _of_edges(verdict.unexplained):
        for direction in _directions(finding):
            yield str(finding.row["cluster"]), direction, "unexplained", ""


def _of_edges(findings: Iterable[DetectionFinding]) -> Iterable[DetectionFinding]:
    return (finding for finding in findings if finding.detection in EDGES)


def _directions(finding: DetectionFinding) -> list[Pair]:
    return [(str(finding.row["workload"]), peer) for peer in finding.peers]


def _graph(cluster: str, links: dict[Pair, list[tuple[LinkKind, Pair, Any]]], most: int) -> EdgeGraph:
    made = [_link(pair, seen) for pair, seen in sorted(links.items())]
    touched = {name for link in made if link.kind != "known" for name in link.pair}
    by_interest = sorted(made, key=lambda link: (-KINDS.index(link.kind), not touched & set(link.pair), link.pair))
    shown = sorted(by_interest[:most], key=lambda link: (KINDS.index(link.kind), link.pair))
    return EdgeGraph(cluster, _around(shown), tuple(shown), len(made) - len(shown))


def _link(pair: Pair, seen: Sequence[tuple[LinkKind, Pair, str]]) -> Link:
    kind = max((kind for kind, _, _ in seen), key=KINDS.index)
    notes = dict.fromkeys(note for seen_kind, _, note in seen if seen_kind == kind and note)
    return Link(pair, kind, tuple(sorted({direction for _, direction, _ in seen})), ", ".join(notes))


def _around(links: Sequence[Link]) -> tuple[str, ...]:
    """Order workloads around a circle so that those that talk to each other are near: a walk along the links."""
    degree = Counter(name for link in links for name in link.pair)
    beside: dict[str, set[str]] = {}
    for link in links:
        for one, other in (link.pair, link.pair[::-1]):
            beside.setdefault(one, set()).add(other)
    order: dict[str, None] = {}
    for first in sorted(degree, key=lambda name: (degree[name], name)):
        waiting = [first]
        while waiting:
            name = waiting.pop()
            if name in order:
                continue
            order[name] = None
            # The neighbour with the fewest links comes next: it has nowhere else to be.
            waiting += sorted(beside[name] - set(order), key=lambda near: (degree[near], near), reverse=True)
    return tuple(order)
