"""The options of npmlearn, checked all at once, and the names of the columns that it reads and writes."""

from dataclasses import dataclass
from typing import Callable, Dict, List, Mapping, Tuple

from npmlib.anomaly.options import DEFAULT_BY, DEFAULT_METRICS
from npmlib.errors import SearchError
from npmlib.typed import field_names, lookup_name

OPTION_NAMES = ("by", "metrics", "accept", "table")
UNIT_OF_BYTES = 1000.0  # in an interval of 30 s: about what keeps a connection open

# A row to learn from has the by fields, hour, and for each metric the columns n_<metric>, sum_<metric>, ...
PARTS = ("n", "sum", "log", "p95")

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
    "score_peak",
    "score_burst",
)
CHANNELS = ("channels_A", "channels_B", "channels_C", "channels_D")  # one for each operating point
RESULT_FIELDS: Tuple[str, ...] = (  # all columns of the table after the by fields
    *("metric", "kind", "hour", "state", "age_days"),
    *FIGURES,
    "excess",
    *CHANNELS,
    "accepted_at",
    *("last_hour", "last_sent", "profile"),
)


@dataclass(frozen=True)
class LearnOptions:
    """What is learned.

    by: fields that together name a series. The first names the cluster, whose hours are observed for all its series
    or for none.
    metrics: what is learned of each series, from the columns n_, sum_, log_ and p95_ of that name.
    accept: lookup of accepted levels, without folder and without .csv; one of the default name need not exist.
    table: lookup that the rows of the table come from, to check that all of them arrived; empty for no check.
    """

    by: Tuple[str, ...] = DEFAULT_BY
    metrics: Tuple[str, ...] = DEFAULT_METRICS
    accept: str = "npm_accepted_levels"
    table: str = ""


def parse_options(typed: Mapping[str, str]) -> LearnOptions:
    """Turn option texts, by name, into LearnOptions; names that are left out keep their default.

    Raises SearchError that lists everything wrong with them.
    """
    wrong: List[str] = []
    read: Dict[str, Callable[[str], object]] = {
        "by": lambda text: field_names("by", text, "npmlearn", RESULT_FIELDS, wrong),
        "metrics": lambda text: field_names("metrics", text, "npmlearn", (), wrong),
        "accept": lambda text: lookup_name("accept", text, LearnOptions.accept, wrong),
        "table": lambda text: lookup_name("table", text, "npm_profile", wrong),
    }
    values = {name: read[name](text) for name, text in typed.items()}
    if wrong:
        raise SearchError("; ".join(wrong))
    return LearnOptions(**values)  # type: ignore[arg-type]  # each value was made by the reader of its name


def unit(metric: str) -> float:
    """Return the amount in an interval below which differences mean little: 1 kB for bytes, 1 for counts."""
    return UNIT_OF_BYTES if metric.endswith(".bytes") else 1.0
