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
    "channels": "What stood out: `volume`, `floor`, `slow`, `peak`, `burst`; see [the learned profile](../profile.md)."
    " A multivalue field.",
    "confidence": "`low` while the profile is younger than a week or a new level is being measured, `high` when an hour"
    " is above its usual range and over the thresholds of the quiet point D, `medium` otherwise.",
    "hours": "Hours over the limit in the searched window, of the metric that has most of them.",
    "actual_bytes": "Bytes sent in those hours, TCP and UDP, if bytes stood out.",
    "expected_bytes": "What the profile expected of those hours.",
    "excess_bytes": "The difference.",
    "ratio": "The largest multiple of what was expected, of all metrics and hours. Empty where nothing was expected.",
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
    "metric": "Metric the row is of.",
    "kind": "`profile` for the profile of a metric, `hour` for an hour that stood out.",
    "hour": "When the hour began, epoch seconds; empty in a profile.",
    "age_days": "Hours learned, in days.",
    "expected": "Sum that was expected of the hour, the last one learned in a profile.",
    "actual": "Sum that was sent in it.",
    "ratio": "The second over the first; empty where nothing was expected.",
    "low": "Lower end of the usual range.",
    "high": "Upper end; a tenth of the hours are above it.",
    "level": "What is sent in an hour by now, without the time of day.",
    "scale": "Spread of the hours, as a factor.",
    "score_volume": "How odd the volume was; above 0 is in the upper tenth of the hours.",
    "score_floor": "The same of the floor.",
    "score_slow": "The same of the last six hours of the floor.",
    "score_peak": "Logarithm of the peak over the second highest daily peak of two weeks.",
    "score_burst": "How odd the peak was beside the mean.",
    "excess": "Actual less expected; empty in a profile.",
    "channels_A": "Channels over the thresholds of point A.",
    "channels_B": "Channels over those of point B.",
    "channels_C": "Channels over those of point C.",
    "channels_D": "Channels over those of point D.",
    "last_hour": "The last hour learned, epoch seconds; empty in an hour.",
    "last_sent": "The last hour with data, epoch seconds; empty in an hour.",
    "profile": "The profile itself, packed, with its version.",
    "accepted_at": "From when on the level is accepted: epoch seconds, YYYY-MM-DD or YYYY-MM-DDTHH:MM, UTC. In an hour:"
    " set while that level is being measured.",
    "up_to": "The largest ratio of the new level to the old one that is taken over; empty for any.",
    "source.image_version": "Version of the image that the process runs.",
    "running_since": "When the image was last seen again after a day without data, or first seen, epoch seconds.",
    "deployed_at": "The hour in which the image was deployed, epoch seconds; empty if it was there from the beginning.",
    "day": "Which day it was, as YYYY-MM-DD, in the time zone of the search's owner.",
    "k8s.cluster.name": "Kubernetes cluster.",
    "source.workload.name": "Workload that sends.",
    "source.process.name": "Process that sends.",
    "dest.workload.name": "Workload that receives.",
    "first_seen": "When the edge or image was first seen, epoch seconds; after a long silence, when it came back.",
    "last_seen": "When it was last seen, epoch seconds.",
    "silent_since": "When the last long silence began, epoch seconds. Empty if there was none.",
    "watched_since": "First data point of the first edge of the cluster, epoch seconds.",
    "learning_until": "End of the learning period, epoch seconds.",
    "state": "Of a cluster: `learning` until then, `ready` afterwards, as of the last run. Of a profile: `silent`,"
    " `provisional`, `ready` or `stale`.",
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
    "day": "the day the row is of, as YYYY-MM-DD",
    "slot": "a number of the day's own, so that days can be merged in pairs",
    "seen_from": "the first data point of the edge or image in the searched time",
    "seen_to": "the last one",
    "first_seen": "when the edge or image was first seen",
    "silent_since": "when the last long silence began, empty if there was none",
    "watched_since": "the first data point of the cluster",
    "learning_until": "the end of the learning period of the cluster",
    "forget": "the longest silence, in seconds, that does not make an edge new",
    "count": "the number of intervals over the limit",
    "away": "for how long the image was not seen, in seconds, empty if it is new",
    "running_since": "when the image was last seen again after a day without data, or first seen",
    "beside": "the earliest of these of the images that run now",
    "known": "the hour of the deploy that was found before, if there was one",
    "known_since": "when the first image of the process was first seen",
    "deployed_at": "the hour in which the image was deployed, empty if it was there from the beginning",
    "found": "1 in the rows of deploys that this run writes",
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
