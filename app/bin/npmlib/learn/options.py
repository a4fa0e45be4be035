"""The options of npmlearn: what may be typed after the command, checked all at once."""

from dataclasses import dataclass
from typing import Callable, Dict, List, Mapping, Tuple

from npmlib.anomaly.options import DEFAULT_BY, DEFAULT_METRICS
from npmlib.errors import SearchError
from npmlib.learn.columns import RESULT_FIELDS
from npmlib.typed import field_names, lookup_name

OPTION_NAMES = ("by", "metrics", "accept", "table")
UNIT_OF_BYTES = 1000.0  # in an interval of 30 s: about what keeps a connection open


@dataclass(frozen=True)
class LearnOptions:
    """What is learned.

    by: fields that together name a series; the first tells the cluster, which is observed or not as a whole.
    metrics: what is learned of each series, from the columns n_, sum_, log_ and p95_ of that name.
    accept: lookup of levels that were accepted, without folder and without .csv; the default may be absent.
    table: lookup that the rows of the table come from; all its rows must arrive. Nothing is checked without.
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
    """Below which differences of ``metric`` within an interval mean little: 1 kB for bytes, 1 for counts."""
    return UNIT_OF_BYTES if metric.endswith(".bytes") else 1.0
