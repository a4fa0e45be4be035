"""The options of npmanomaly, and the columns that it writes."""

from dataclasses import dataclass
from typing import Mapping, Tuple

from npmlib.errors import SearchError
from npmlib.optiontexts import choice, field_names, lookup_name, number, option, read_options, whole_number

DEFAULT_BY = ("cluster", "namespace", "workload", "process")
DEFAULT_METRICS = ("tcp.bytes", "tcp.new_sockets", "tcp.packets", "udp.bytes", "udp.packets")
RESULT_FIELDS = ("_time", "metric", "value", "expected", "stdev", "score", "p95", "limit")

_names = field_names("npmanomaly", RESULT_FIELDS)


@dataclass(frozen=True)
class Options:
    """How rows are scored. The command has an option for each field; searchbnf.conf shows the same meanings."""

    baseline: str = option("npm_baseline", "lookup to compare with", lookup_name("npm_baseline"))
    by: Tuple[str, ...] = option(DEFAULT_BY, "fields that name a series", _names)
    metrics: Tuple[str, ...] = option(DEFAULT_METRICS, "columns to score", _names)
    threshold: float = option(3.0, "standard deviations above the average", number("a number from 0 up, such as 3"))
    minsamples: int = option(100, "data points a baseline must rest on", whole_number(100))
    minspread: float = option(
        0.05, "smallest spread believed, as a fraction of the average", number("a fraction from 0 up, such as 0.05")
    )
    peaks: str = option(
        "use",
        "whether a value must be a third over the usual peak of its time of day, where known, and a third of threshold"
        " is then enough",
        choice("use", "ignore"),
    )
    unseen: str = option("ignore", "whether a series without a baseline is reported", choice("ignore", "flag"))

    action: str = option(
        "filter",
        "whether values over their limit give a row, or all values with what they are compared with",
        choice("filter", "annotate"),
    )

    @property
    def annotate(self) -> bool:
        """Whether every value gives a row."""
        return self.action == "annotate"

    @property
    def use_peaks(self) -> bool:
        """Whether usual peaks are a second limit."""
        return self.peaks == "use"

    @property
    def flag_unseen(self) -> bool:
        """Whether a series or metric without a baseline gives findings."""
        return self.unseen == "flag"


def parse_options(typed: Mapping[str, str]) -> Options:
    """Turn option texts, by name, into Options; SearchError that lists everything wrong with them."""
    options = read_options(Options, typed)
    both = sorted(set(options.by) & set(options.metrics))
    if both:
        raise SearchError(f"'{both[0]}' stands in both by and metrics; a column is either a name or a measure")
    return options
