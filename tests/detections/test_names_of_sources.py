"""The same ends of connections, named as each source names them: which are outside, and which workload each is.

What an end is in truth is known, as its names are made from it: by the rules of Kubernetes for generated names
(https://kubernetes.io/docs/concepts/overview/working-with-objects/names/, k8s.io/apimachinery/pkg/util/rand), those
for DNS (https://kubernetes.io/docs/concepts/services-networking/dns-pod-service/), and Python's module ipaddress.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from tests.detections.collected import START, choose, counter
from tests.detections.world import DAY, NOW, World, point
from tests.examples import GENERATE, examples

SAFE = "bcdfghjklmnpqrstvwxz2456789"  # of which Kubernetes makes generated names
OUTSIDE, UNKNOWN = ("(outside)", "-"), ("-", "-")
WITHOUT_PEERS = ("obi_stat", "kubelet")  # as senders they are named all the same
SOURCES = ("ebpf", "obi", "obi_o11y", "tetragon")


@dataclass(frozen=True)
class End:
    """An end as a source shows it: a name in a namespace, or one without; what it is, as namespace and workload."""

    name: str | None
    namespace: str | None
    truth: tuple[str, str]
    resolved: str | None = "K8S_CONTAINER"  # of the eBPF collector
    early: bool = False  # the name of a pod, of which metadata have not come yet

    def seen_by(self, source: str) -> tuple[str, str]:
        """Tetragon does not name what has no workload: all of that is one place outside."""
        nameless = self.namespace is None
        if source == "tetragon" and nameless:
            return OUTSIDE
        return OUTSIDE if source.startswith("obi") and nameless and self.truth == UNKNOWN else self.truth


def told_apart(name: str) -> bool:
    """Whether nobody would take a name for a generated one: a person does not write a hash, or x7k2p."""
    last = name.rpartition("-")[2]
    mixed = bool(re.search("[a-z]", last) and re.search("[0-9]", last))
    return not re.fullmatch("[4-9bcdf]{8,10}|[0-9]{8,}", last) and not (mixed and re.fullmatch(f"[{SAFE}]{{5}}", last))


TYPICAL = ("web", "frontend.v2", "api-https", "redis", "redis-6", "shard-2024", "kube-proxy", "ip-10-0-1-5.x", "0")
WORKLOAD = st.one_of(
    st.sampled_from(TYPICAL), st.from_regex(r"[a-z][a-z0-9]{0,9}([-.][a-z0-9]{1,8}){0,3}", fullmatch=True)
).filter(told_apart)
NAMESPACE = st.sampled_from(("shop", "kube-system", "a"))
RANDOM = st.text(SAFE, min_size=5, max_size=5)
HASH = st.text("456789bcdf", min_size=8, max_size=10)  # the decimal digits of a hash of 32 bits, encoded
RUN = st.integers(10_000_000, 99_999_999)  # the minute of a CronJob's run


@st.composite
def workloads(draw: Any) -> End:
    """A workload by its own name, by that of its ReplicaSet, Job or pod."""
    name, namespace = draw(WORKLOAD), draw(NAMESPACE)
    suffixes: dict[str, tuple[Any, bool]] = {
        "itself": (st.just(""), False),
        "ReplicaSet": (HASH.map("-{}".format), False),
        "pod of a Deployment": (st.builds("-{}-{}".format, HASH, RANDOM), False),
        "Job of a CronJob": (RUN.map("-{}".format), False),
        "pod of a CronJob": (st.builds("-{}-{}".format, RUN, RANDOM), False),
        "pod of an indexed Job": (st.builds("-{}-{}".format, st.integers(0, 99_999), RANDOM), False),
        "pod of an indexed CronJob": (st.builds("-{}-{}-{}".format, RUN, st.integers(0, 99), RANDOM), False),
        "generated Job": (RANDOM.filter(lambda text: not told_apart(text)).map("-{}".format), False),
        "pod of a StatefulSet": (st.integers(0, 9999).map("-{}".format), True),
        "pod of a DaemonSet": (RANDOM.map("-{}".format), True),
    }
    if re.search("-[0-9]{1,6}$", name):  # redis-6-x7k2p is a pod of an indexed Job redis, as far as the name says
        del suffixes["generated Job"], suffixes["pod of a DaemonSet"]
    suffix, early = suffixes[draw(st.sampled_from(sorted(suffixes)))]
    return End(name + draw(suffix), namespace, (namespace, name), early=early)


def address(text: object, truth: tuple[str, str]) -> End:
    return End(str(text), None, truth, "IP")


def network(private: Any, length: int) -> str:
    return str(ipaddress.ip_network((private, length), strict=False))


def spelled(name: str, upper: bool, dot: bool) -> str:
    return (name.upper() if upper else name) + ("." if dot else "")


def named(name: Any) -> Any:
    """DNS names, in any case and with the dot of the root or without."""
    return st.builds(spelled, name, st.booleans(), st.booleans())


LABEL = st.from_regex(r"[a-z]([a-z0-9-]{0,8}[a-z0-9])?", fullmatch=True)
PRIVATE = ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10")
GLOBAL = (st.ip_addresses(v=4) | st.ip_addresses(v=6)).filter(lambda at: at.is_global and not at.is_multicast)
ADDRESSES = st.one_of(
    GLOBAL.map(lambda at: address(at, ("(outside)", str(at)))),
    st.ip_addresses(v=6, network="2a00::/12").map(lambda at: address(str(at).upper(), ("(outside)", str(at)))),
    st.one_of(*(st.ip_addresses(network=each) for each in PRIVATE)).map(lambda at: address(at, ("-", network(at, 16)))),
    st.ip_addresses(network="10.0.0.0/8").map(lambda at: address(f"::ffff:{at}", ("-", network(at, 16)))),
    st.ip_addresses(network="fd00::/8").map(lambda at: address(at, ("-", network(at, 48)))),
    st.ip_addresses(network="169.254.0.0/16").map(lambda at: address(at, ("-", str(at)))),
    st.ip_addresses(network="fe80::/64").map(lambda at: address(f"{at}%eth0", ("-", str(at)))),
)
BOTH = {"resolved": st.just("DNS"), "namespace": st.none()}
DNS = st.one_of(
    st.builds("{}.{}.example.com".format, LABEL, LABEL).flatmap(
        lambda name: st.builds(End, named(st.just(name)), truth=st.just(("(outside)", name)), **BOTH)
    ),
    st.tuples(st.sampled_from(("", "db-0.", "10-244-1-5.")), LABEL, NAMESPACE, st.sampled_from(("", ".cluster.local")))
    .map(lambda given: (f"{given[0]}{given[1]}.{given[2]}.svc{given[3]}", (given[2], given[1])))
    .flatmap(lambda made: st.builds(End, named(st.just(made[0])), truth=st.just(made[1]), **BOTH)),
    st.builds("{}.{}".format, LABEL, st.sampled_from(("corp.internal", "lan.local", "home.arpa"))).flatmap(
        lambda name: st.builds(End, named(st.just(name)), truth=st.just(("-", name)), **BOTH)
    ),
    st.builds(
        lambda at, kind: End(f"{kind[0]}{at}".replace(".", "-") + kind[1], None, ("-", network(at, 16)), "DNS"),
        st.ip_addresses(network="10.0.0.0/8"),
        st.sampled_from((("ip-", ".ec2.internal"), ("ip-", ".eu.compute.internal"), ("", ".shop.pod.cluster.local"))),
    ),
)
NAMELESS = st.sampled_from((None, "", "-", "(unknown)")).map(lambda name: End(name, None, UNKNOWN, None))
ENDS = st.lists(st.one_of(workloads(), workloads(), ADDRESSES, DNS, NAMELESS), min_size=8, max_size=24)


def peers(source: str, end: End, *, typed: bool = True) -> Iterator[dict[str, Any]]:
    """Points of a connection of hub with an end, in the names of a source; the counter grows."""
    names: dict[str, str | None]
    values = [1000.0 * step for step in range(10)]
    if source == "ebpf":
        made = point(START, "prod", "hub", dest=end.name, tcp_packets=3, tcp_bytes=500)
        yield {**made, "dest.namespace.name": end.namespace, "dest.resolution_type": end.resolved if typed else None}
    elif source.startswith("obi"):
        inside = end.namespace is not None
        names = {"k8s.src.owner.name": "hub", "k8s.src.owner.type": "Deployment", "k8s.src.namespace": "shop"}
        names |= {"k8s.dst.owner.name": end.name if inside else None, "k8s.dst.namespace": end.namespace}
        names |= {"k8s.dst.owner.type": "Pod" if inside else None, "dst.name": end.name, "transport": "TCP"}
        yield from counter({"k8s.cluster.name": "prod", **names}, values)
    else:
        names = {"namespace": "shop", "workload": "hub", "binary": "/bin/hub"}
        names |= {"dstnamespace": end.namespace, "dstworkload": end.name if end.namespace else None}
        yield from counter({"k8s.cluster.name": "prod", **names}, values, "tetragon_socket_stats_txbytes_total")


def senders(source: str, end: End) -> Iterator[dict[str, Any]]:
    """Points of what an end inside sends."""
    values = [1000.0 * step for step in range(10)]
    if source == "ebpf":
        made = point(START, "prod", str(end.name), process="p", tcp_bytes=500)
        yield {**made, "source.namespace.name": end.namespace, "source.resolution_type": end.resolved}
    elif source == "kubelet":
        names = {"k8s.namespace.name": end.namespace, "k8s.pod.name": end.name, "direction": "transmit"}
        yield from counter({"k8s.cluster.name": "prod", **names}, values, "k8s.pod.network.io", step=10)
    elif source == "tetragon":
        names = {"namespace": end.namespace, "workload": end.name, "binary": "/bin/p"}
        yield from counter({"k8s.cluster.name": "prod", **names}, values, "tetragon_socket_stats_txbytes_total")
    else:
        names = {"k8s.src.owner.name": end.name, "k8s.src.namespace": end.namespace}
        more = {"network.io.direction": "transmit"} if source == "obi_stat" else {"transport": "TCP"}
        metric = "obi.stat.tcp.io" if source == "obi_stat" else "obi.network.flow.bytes"
        yield from counter({"k8s.cluster.name": "prod", **names, **more}, values, metric)


def know(world: World, ends: list[End]) -> None:
    """Let the workloads of the ends have been seen for weeks."""
    table = world.app.root / "lookups" / "npm_edge_workloads.csv"
    header = table.read_text().partition("\n")[0]
    columns = header.replace('"', "").split(",")
    rows = {end.truth for end in ends if end.namespace is not None}
    values = [{"cluster": "prod", "namespace": at, "workload": name} for at, name in sorted(rows)]
    lines = [",".join(row.get(column, f"{NOW - 20 * DAY:.0f}") for column in columns) for row in values]
    table.write_text("\n".join([header, *lines, ""]))


def consistent(ends: list[End]) -> bool:
    """Whether no name is that of a workload and, by chance, of another's pod."""
    own = {end.truth for end in ends if end.namespace is not None}
    return all((end.namespace, end.name) not in own or end.truth == (end.namespace, end.name) for end in ends)


@pytest.mark.parametrize("source", SOURCES)
@settings(max_examples=examples(4, 200), phases=GENERATE)
@given(ends=ENDS)
def test_each_source_gives_the_same_ends(new_world: Callable[[], World], source: str, ends: list[End]) -> None:
    assume(consistent(ends))
    world = choose(new_world(), source)
    know(world, ends)
    for typed in (True, False) if source == "ebpf" else (True,):  # older collectors have no resolution_type
        world.points = [each for end in ends for each in peers(source, end, typed=typed)]
        world._written = -1
        rows = world.run_text("| `npm_edges`", START, NOW)
        assert {row["workload"] for row in rows} == {"hub"}
        assert {(row["dest_namespace"], row["dest_workload"]) for row in rows} == {end.seen_by(source) for end in ends}


@pytest.mark.parametrize("source", [*SOURCES, *WITHOUT_PEERS])
@settings(max_examples=examples(3, 200), phases=GENERATE)
@given(ends=st.lists(workloads(), min_size=8, max_size=24))
def test_what_a_workload_sends_is_under_its_name(new_world: Callable[[], World], source: str, ends: list[End]) -> None:
    """That a name is a pod's, though its owner is not known yet, only the macro of the kubelet can tell."""
    kept = [end for end in ends if end.early == (source == "kubelet")]
    assume(kept)
    world = choose(new_world(), source)
    world.add(each for end in kept for each in senders(source, end))
    rows = world.run_text("| `npm_sent`", START, NOW)
    assert {(row["namespace"], row["workload"]) for row in rows} == {end.truth for end in kept}
