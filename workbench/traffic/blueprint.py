"""The estate that the demo simulates: a web shop with its platform, running in several clusters at once.

The clusters share workload names, as clusters made from the same manifests do; the last one is a small staging
cluster. All rates are those of the largest cluster.
"""

from __future__ import annotations

import math
from dataclasses import replace

from workbench.traffic.clusters import Cluster, Controller, Edge, Estate, PlanError, Process, ProcessKind, Workload
from workbench.traffic.loadcurves import DAY, HOUR, Recurring, Rhythm

INTERNET = "(unknown)"  # how NPM names an end that it cannot resolve
STAGING = "staging"

KINDS = {
    "frontend": ProcessKind(Rhythm(0.5, 15, 0.75, 0.12, 0.97, 0.6)),
    "api": ProcessKind(Rhythm(0.45, 15, 0.75, 0.13, 0.97, 0.5)),
    "database": ProcessKind(Rhythm(0.35, 14, 0.8, 0.12, 0.95, 0.3)),
    "cache": ProcessKind(Rhythm()),  # only its health check starts anything: the same bytes for ever
    "queue": ProcessKind(Rhythm(0.3, 14, 0.8, 0.13)),
    "worker": ProcessKind(
        Rhythm(0.35, 16, 0.6, 0.14, 0.95),
        burst=Recurring(1.5 * DAY, 240, jitter=1.4 * DAY, size=1.8, spread=0.2),
    ),
    "export": ProcessKind(
        Rhythm(0, 14, 1, 0.15, 0.8), job=Recurring(HOUR, 300, offset=1200, jitter=60, size=1, spread=0.2)
    ),
    "cleanup": ProcessKind(
        Rhythm(0, 14, 1, 0.2, 0.8), job=Recurring(900, 120, offset=120, jitter=30, size=1, spread=0.15)
    ),
    "backup": ProcessKind(
        Rhythm(0, 14, 1, 0.1, 0.9),
        job=Recurring(DAY, 2400, offset=2 * HOUR, jitter=600, size=1, spread=0.1),
    ),
    "idle": ProcessKind(Rhythm(), job=Recurring(300, 30, offset=7)),
    "dns": ProcessKind(Rhythm(0.15, 15, 0.95, 0.08, 0.9)),
    "agent": ProcessKind(Rhythm(0.2, 15, 0.9, 0.07, 0.95, 0.3)),
    "node": ProcessKind(Rhythm(0.05, 15, 1.0, 0.1, 0.8)),
}


# What is not a Deployment.
CONTROLLERS: dict[str, Controller] = {
    **dict.fromkeys(("session-cache", "orders-db", "orders-replica", "users-db", "event-queue"), "StatefulSet"),
    **dict.fromkeys(("prometheus", "log-store", "backup-store", "kube-apiserver"), "StatefulSet"),
    **dict.fromkeys(("log-collector", "node-agent"), "DaemonSet"),
    **dict.fromkeys(("report-export", "invoice-cleanup"), "CronJob"),
}
HOST_NETWORK = {"node-agent", "kube-apiserver"}


def _workload(name: str, namespace: str, **processes: str) -> Workload:
    return Workload(
        name,
        namespace,
        tuple(Process(key.replace("_", "-"), kind) for key, kind in processes.items()),
        image=f"{len(name) % 4 + 1}.{len(namespace)}.{len(processes)}",
        controller=CONTROLLERS.get(name, "Deployment"),
        host_network=name in HOST_NETWORK,
    )


SHOP = (
    _workload("web-frontend", "shop", nginx="frontend", envoy="frontend"),
    _workload("catalog-api", "shop", java="api"),
    _workload("cart-api", "shop", node="api"),
    _workload("orders-api", "shop", java="api"),
    _workload("payments-api", "shop", gunicorn="api"),
    _workload("search-api", "shop", java="api"),
    _workload("session-cache", "shop", redis_server="cache", sentinel="cache"),
    _workload("orders-db", "shop", postgres="database", pgbackrest="backup"),
    _workload("orders-replica", "shop", postgres="database"),
    _workload("users-db", "shop", mysqld="database"),
    _workload("event-queue", "shop", beam="queue"),
    _workload("order-worker", "shop", celery="worker"),
    _workload("mail-worker", "shop", python="worker"),
    _workload("report-export", "shop", python="export"),
    _workload("invoice-cleanup", "shop", python="cleanup"),
    _workload("legacy-ftp", "shop", vsftpd="idle"),
)
PLATFORM = (
    _workload("prometheus", "monitoring", prometheus="agent"),
    _workload("log-collector", "monitoring", fluentd="agent"),
    _workload("log-store", "monitoring", java="database"),
    _workload("backup-store", "platform", minio="database"),
    _workload("node-agent", "kube-system", kubelet="node", otelcol="node"),
    _workload("coredns", "kube-system", coredns="dns"),
    _workload("kube-apiserver", "kube-system", kube_apiserver="node"),
    Workload(INTERNET),
    Workload("api.bank.example"),
    Workload("smtp.mail.example"),
    Workload("resolver.isp.example"),
)

SHOP_NAMES = {workload.name for workload in SHOP}

NGINX, OTELCOL = ("web-frontend", "nginx"), ("node-agent", "otelcol")
CATALOG, CART, ORDERS = ("catalog-api", "java"), ("cart-api", "node"), ("orders-api", "java")
PAYMENTS, SEARCH, CACHE = ("payments-api", "gunicorn"), ("search-api", "java"), ("session-cache", "redis-server")
ORDERS_DB, USERS_DB, QUEUE = ("orders-db", "postgres"), ("users-db", "mysqld"), ("event-queue", "beam")
WORKER, MAILER, EXPORT = ("order-worker", "celery"), ("mail-worker", "python"), ("report-export", "python")
COLLECTOR, PROMETHEUS = ("log-collector", "fluentd"), ("prometheus", "prometheus")
STOCK_SYNC = ("stock-sync", "python")  # a CronJob that comes on the last day
LOGS, BACKUPS, DNS = ("log-store", "java"), ("backup-store", "minio"), ("coredns", "coredns")

EDGES = (
    Edge((INTERNET, None), NGINX, 4000, 9, 700, 3, kind="frontend"),
    Edge(NGINX, CATALOG, 6000, 6, 800, 0.5),
    Edge(NGINX, CART, 3000, 1.5, 600, 0.5),
    Edge(NGINX, ORDERS, 2500, 1.2, 700, 0.4),
    Edge(NGINX, SEARCH, 2000, 5, 800, 0.4),
    Edge(("web-frontend", "envoy"), OTELCOL, 500, 0, 400, protocol="udp"),
    Edge(CATALOG, CACHE, 5000, 3, 500, 0.1),
    Edge(CATALOG, DNS, 400, 1.8, 90, protocol="udp", kind="dns"),
    Edge(CART, CACHE, 3500, 1.2, 500, 0.1),
    Edge(ORDERS, ORDERS_DB, 7000, 2.2, 900, 0.2),
    Edge(ORDERS, PAYMENTS, 1500, 0.8, 600, 0.3),
    Edge(ORDERS, QUEUE, 2500, 0.2, 600, 0.05),
    Edge(PAYMENTS, USERS_DB, 1800, 2.5, 700, 0.1),
    Edge(PAYMENTS, ("api.bank.example", None), 1200, 1.1, 600, 0.2),
    Edge(SEARCH, CATALOG, 2200, 4, 800, 0.2),
    Edge(WORKER, QUEUE, 1000, 3, 600, 0.05),
    Edge(WORKER, ORDERS_DB, 3500, 0.6, 800, 0.1),
    Edge(MAILER, QUEUE, 1500, 1.5, 600, 0.05),
    Edge(MAILER, ("smtp.mail.example", None), 2600, 0.15, 1100, 0.1),
    Edge(MAILER, DNS, 350, 1.8, 90, protocol="udp", kind="dns"),
    Edge(EXPORT, ORDERS_DB, 9000, 4, 1000, 0.1),
    Edge(EXPORT, BACKUPS, 20000, 0.03, 1400, 0.05),
    Edge(("invoice-cleanup", "python"), ORDERS_DB, 1500, 0.8, 600, 0.2),
    Edge(("orders-db", "pgbackrest"), BACKUPS, 300_000, 0.02, 1400, 0.1),
    Edge(ORDERS_DB, ("orders-replica", "postgres"), 5000, 0.05, 1200),
    Edge(("session-cache", "sentinel"), CACHE, 24, 1, 60),
    Edge(("legacy-ftp", "vsftpd"), USERS_DB, 4, 1, 60),
    Edge(PROMETHEUS, ("node-agent", "kubelet"), 300, 60, 1200, 0.1),
    Edge(COLLECTOR, LOGS, 9000, 0.03, 1200, 0.05),
    Edge(OTELCOL, LOGS, 3000, 0.03, 1000, 0.05),
    Edge(("node-agent", "kubelet"), ("kube-apiserver", "kube-apiserver"), 1200, 1.5, 600, 0.05),
    Edge(DNS, ("resolver.isp.example", None), 450, 1.6, 100, protocol="udp"),
)
# Only staging has this shortcut from the catalogue to the table of users; anywhere else it is an attack.
STAGING_EDGES = (Edge(CATALOG, USERS_DB, 1500, 2, 700, 0.1),)
NOT_IN_STAGING = {"api.bank.example", "smtp.mail.example", "orders-replica"}

# Deployed in the first cluster while the simulation runs, long before the attacks: learned by then.
MIDWAY = _workload("recommend-api", "shop", python="api")
MIDWAY_EDGES = (
    Edge(NGINX, ("recommend-api", "python"), 1500, 4, 800, 0.3),
    Edge(("recommend-api", "python"), CACHE, 900, 5, 500, 0.1),
)

PLACES = (("prod-eu", 1.0, 1.0), ("prod-us", -5.0, 0.6), ("prod-ap", 9.0, 0.4), ("prod-sa", -3.0, 0.25))
STAGING_SIZE = 0.05


def shop_estate(start: float, end: float, clusters: int = 3, scale: int = 1) -> Estate:
    """Plan the shop in ``clusters`` clusters, with ``scale`` copies of the shop in each, over [start, end).

    With two clusters or more the last is the staging cluster. PlanError for a number below 1.
    """
    if clusters < 1 or scale < 1:
        raise PlanError(f"clusters = {clusters}, scale = {scale}: both must be 1 or more")
    planned = []
    for number in range(clusters):
        if number and number == clusters - 1:
            planned.append(_cluster(STAGING, 1.0, STAGING_SIZE, scale))
            continue
        name, utc_offset, size = PLACES[number % len(PLACES)]
        round_ = number // len(PLACES)
        planned.append(_cluster(f"{name}-{round_ + 1}" if round_ else name, utc_offset, size, scale))
    midway = replace(MIDWAY, since=start + (end - start) * 0.6)
    planned[0] = replace(
        planned[0],
        workloads=(*planned[0].workloads, midway),
        edges=(*planned[0].edges, *MIDWAY_EDGES),
    )
    return Estate(tuple(planned), KINDS)


def _cluster(name: str, utc_offset: float, size: float, copies: int) -> Cluster:
    left_out = NOT_IN_STAGING if name == STAGING else set()
    workloads = [workload for workload in SHOP + PLATFORM if workload.name not in left_out]
    edges = [edge for edge in EDGES if not left_out & {edge.source[0], edge.dest[0]}]
    if name == STAGING:
        edges.extend(STAGING_EDGES)
    copied_workloads, copied_edges = list(workloads), list(edges)
    for copy in range(2, copies + 1):
        copied_workloads += [_copy(workload, copy) for workload in workloads if workload.name in SHOP_NAMES]
        copied_edges += [
            replace(edge, source=_copied(edge.source, copy), dest=_copied(edge.dest, copy))
            for edge in edges
            if SHOP_NAMES & {edge.source[0], edge.dest[0]}
        ]
    # A small cluster has fewer users, not as many fewer connections: pools and health checks open them too.
    scaled = (replace(edge, rate=edge.rate * size, sockets=edge.sockets * math.sqrt(size)) for edge in copied_edges)
    return Cluster(name, utc_offset, tuple(copied_workloads), tuple(scaled))


def _copy(workload: Workload, number: int) -> Workload:
    return replace(workload, name=f"shop{number}-{workload.name}", namespace=f"shop-{number}")


def _copied(end: tuple[str, str | None], number: int) -> tuple[str, str | None]:
    return (f"shop{number}-{end[0]}", end[1]) if end[0] in SHOP_NAMES else end
