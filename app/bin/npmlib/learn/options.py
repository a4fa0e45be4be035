"""The options of npmlearn, checked all at once, and the names of the columns that it reads and writes."""

from dataclasses import dataclass
from typing import Mapping, Tuple

from npmlib.anomaly.options import DEFAULT_BY, DEFAULT_METRICS
from npmlib.optiontexts import amounts, field_names, lookup_name, option, read_options
from npmlib.profile.points import POINTS

UNIT_OF_BYTES = 1000.0  # in an interval of 30 s: about what keeps a connection open

# A row to learn from has the by fields, hour, and for each metric the columns n_<metric>, sum_<metric>, ...
PARTS = ("n", "sum", "log", "p95")

# When the rows were read, and over which time, in epoch seconds, as the macro npm_hours writes it into each of them.
RANGE = ("read_from", "read_until", "read_at")

# A row of the table is about the profile of a series and metric, or about one hour of it that stands out. The column
# ``kind`` says which.
KIND_PROFILE, KIND_HOUR = "profile", "hour"

# What people read of an hour: of the hour itself in a row of kind hour, of the last one learned in a row of kind
# profile.
FIGURES = (
    "expected",
    "actual",
    "ratio",
    "low",
    "high",
    "level",
    "scale",
    "score_volume",
    "score_floor",
    "score_slow",
    "score_day",
    "score_peak",
    "score_burst",
)
CHANNELS = tuple([f"channels_{point}" for point in POINTS])
RARITY = ("channel", "score", "times_limit", "highest", "third", "record_days")  # see npmlib.profile.points.Rarity
RESULT_FIELDS: Tuple[str, ...] = (  # all columns of the table after the by fields
    *("metric", "kind", "hour", "state", "age_days"),
    *FIGURES,
    "excess",
    *CHANNELS,
    *RARITY,
    "accepted_at",
    "learned_at",
    "intervals",
    *("backtest", "last_hour", "last_sent", "profile"),
)


@dataclass(frozen=True)
class LearnOptions:
    """What is learned. The command has an option for each field; searchbnf.conf shows the same meanings.

    by: the first field names the cluster, whose hours are observed for all its series or for none. metrics: read from
    the columns n_, sum_, log_ and p95_ of that name. accept, deploys: a lookup of the default name need not exist.
    table: all rows of this lookup must arrive; empty for no check. floors: of metrics that are not named, 0.
    """

    by: Tuple[str, ...] = option(
        DEFAULT_BY, "fields that name a series, the cluster first", field_names("npmlearn", RESULT_FIELDS)
    )
    metrics: Tuple[str, ...] = option(DEFAULT_METRICS, "what is learned of each series", field_names("npmlearn", ()))
    accept: str = option(
        "npm_accepted_levels", "lookup of levels that were accepted", lookup_name("npm_accepted_levels")
    )
    deploys: str = option("npm_deploys", "lookup of levels that go with deploys", lookup_name("npm_deploys"))
    table: str = option(
        "", "lookup that the table comes from, to check that all of it arrives", lookup_name("npm_profile")
    )
    floors: Tuple[Tuple[str, float], ...] = option(
        (),
        "smallest excess over the expected sum of an hour that counts in backtest, by metric",
        amounts("tcp.bytes=5000000"),
    )


def parse_options(typed: Mapping[str, str]) -> LearnOptions:
    """Turn option texts, by name, into LearnOptions; SearchError that lists everything wrong with them."""
    return read_options(LearnOptions, typed)


def unit(metric: str) -> float:
    """Return the amount in an interval below which differences mean little: 1 kB for bytes, 1 for counts."""
    return UNIT_OF_BYTES if metric.endswith(".bytes") else 1.0
