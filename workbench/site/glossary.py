"""What the fields of findings and the columns of the tables mean: one sentence for each."""

from __future__ import annotations

from workbench.site.content import SiteError

FIELDS = {
    "host": "The Kubernetes cluster. The name is that of the field Enterprise Security knows systems by.",
    "entity": "Cluster and workload as one text, `<cluster>/<workload>`: the workload as a risk object of its own.",
    "workload": "The workload (Deployment, StatefulSet, DaemonSet, Job) whose process sent.",
    "process": "The process that sent.",
    "source_workload": "The workload that sent. It need not be the one that connected: answers are sent as well.",
    "dest_workload": "The workload that received. One outside the cluster can appear as an address or a name.",
    "level": "How far over the baseline the strongest metric was: `moderate`, `high` from 10 and `extreme` from 30"
    " deviations, `unmeasured` when the baseline never varied.",
    "protocol": "`tcp`, `udp` or `tcp+udp`, by the metrics that stood out.",
    "count": "Intervals over the limit, summed over the metrics.",
    "metrics": "The metrics that stood out, as a multivalue field.",
    "score": "The largest distance from the average, in standard deviations. Empty when the baseline never varied.",
    "anomalies": "One sentence for each metric: peak, expectation, spread, number of intervals. A multivalue field.",
    "reason": "Why the edge is reported: never seen before, or seen again after so many days.",
    "packets": "Packets sent over the edge in the searched window.",
    "bytes": "Bytes sent over the edge in the searched window.",
    "risk_score": "The points of this finding; takes the place of the scores under Risk.",
    "outside": "Which end of the edge looks like an address or a name from outside the cluster: `source`, `destination`"
    " or `neither`.",
    "learning": "Whether the tables the comparison rests on are still young.",
    "first_time": "Beginning of the first interval that counted, with its time zone.",
    "last_time": "Beginning of the last interval that counted, with its time zone.",
}
EDGE_TIMES = {
    "first_time": "First data point of the edge in the searched window, with its time zone.",
    "last_time": "Last data point of the edge in the searched window, with its time zone.",
}

COLUMNS = {
    "k8s.cluster.name": "Kubernetes cluster.",
    "source.workload.name": "Workload that sends.",
    "source.process.name": "Process that sends.",
    "dest.workload.name": "Workload that receives.",
    "first_seen": "When the edge was first seen, epoch seconds; after a long silence, when it came back.",
    "last_seen": "When it was last seen, epoch seconds.",
    "silent_since": "When the last long silence began, epoch seconds. Empty if there was none.",
    "watched_since": "First data point of the first edge of the cluster, epoch seconds.",
    "learning_until": "End of the learning period, epoch seconds.",
    "state": "`learning` until then, `ready` afterwards, as of the last run.",
    "cluster": "Cluster the line is for; `*` stands for any text.",
    "workload": "Workload the line is for; `*` stands for any text.",
    "process": "Process the line is for; `*` stands for any text.",
    "destination": "Destination the line is for; `*` stands for any text.",
    "reason": "Why this is normal.",
    "owner": "Who said so.",
    "expires": "Last day on which the line works, as YYYY-MM-DD, or `never`.",
}
ON_THE_WAY = {
    "info_min_time": "the beginning of the searched time range",
    "info_max_time": "its end",
    "seen_from": "the first data point of the edge in the searched time",
    "seen_to": "the last one",
    "first_seen": "when the edge was first seen",
    "silent_since": "when the last long silence began, empty if there was none",
    "watched_since": "the first data point of the cluster",
    "learning_until": "the end of the learning period of the cluster",
    "forget": "the longest silence, in seconds, that does not make an edge new",
    "count": "the number of intervals over the limit",
}
_STATISTICS = {
    "count_": "Data points of {metric}.",
    "avg_": "Their average.",
    "stdev_": "Their sample standard deviation.",
}


def field_meaning(name: str, edge: bool) -> str:
    """What a field of a finding means; ``edge`` is whether the finding is about an edge. SiteError when unknown."""
    found = (EDGE_TIMES if edge else {}).get(name) or FIELDS.get(name)
    if not found:
        raise SiteError(f"the field {name} of a finding has no explanation; add one to FIELDS in {_here()}")
    return found


def column_meaning(name: str) -> str:
    """What a column of a lookup means; SiteError when unknown."""
    for prefix, meaning in _STATISTICS.items():
        if name.startswith(prefix):
            return meaning.format(metric=f"`{name.removeprefix(prefix)}`")
    if name not in COLUMNS:
        raise SiteError(f"the column {name} of a lookup has no explanation; add one to COLUMNS in {_here()}")
    return COLUMNS[name]


def _here() -> str:
    return "workbench/site/glossary.py"
