"""The options of npmanomaly: what may be typed after the command, checked all at once."""

import re
from dataclasses import dataclass
from typing import Callable, Dict, List, Mapping, Tuple

from npmlib.errors import SearchError
from npmlib.numbers import parse_number
from npmlib.typed import field_names, lookup_name

DEFAULT_BY = ("cluster", "namespace", "workload", "process")
DEFAULT_METRICS = ("tcp.bytes", "tcp.new_sockets", "tcp.packets", "udp.bytes", "udp.packets")
RESULT_FIELDS = ("_time", "metric", "value", "expected", "stdev", "score")
OPTION_NAMES = ("baseline", "by", "metrics", "threshold", "minsamples", "minspread", "unseen")


@dataclass(frozen=True)
class Options:
    """How rows are scored.

    baseline: name of the lookup, without folder and without .csv.
    by: fields that together name a series. metrics: columns that are scored.
    threshold: limit above the average, in standard deviations.
    minsamples: data points a baseline must rest on to be used; 0 uses all.
    minspread: smallest spread believed, as a fraction of the average; 0 believes the standard deviation as it is.
    flag_unseen: whether a series or metric without a baseline gives rows too.
    """

    baseline: str = "npm_baseline"
    by: Tuple[str, ...] = DEFAULT_BY
    metrics: Tuple[str, ...] = DEFAULT_METRICS
    threshold: float = 3.0
    minsamples: int = 100
    minspread: float = 0.05
    flag_unseen: bool = False


def parse_options(typed: Mapping[str, str]) -> Options:
    """Turn option texts, by name, into Options; names that are left out keep their default.

    Raises SearchError that lists everything wrong with them.
    """
    wrong: List[str] = []
    unknown = sorted(set(typed) - set(OPTION_NAMES))
    wrong.extend(f"there is no option '{name}' (there are: {', '.join(OPTION_NAMES)})" for name in unknown)
    read: Dict[str, Callable[[str], object]] = {
        "baseline": lambda text: lookup_name("baseline", text, "npm_baseline", wrong),
        "by": lambda text: field_names("by", text, "npmanomaly", RESULT_FIELDS, wrong),
        "metrics": lambda text: field_names("metrics", text, "npmanomaly", RESULT_FIELDS, wrong),
        "threshold": lambda text: _number("threshold", text, "a number from 0 up, such as 3", wrong),
        "minsamples": lambda text: _whole_number("minsamples", text, wrong),
        "minspread": lambda text: _number("minspread", text, "a fraction from 0 up, such as 0.05", wrong),
    }
    values: Dict[str, object] = {name: read[name](text) for name, text in typed.items() if name in read}
    if "unseen" in typed:
        if typed["unseen"] not in ("ignore", "flag"):
            wrong.append(f"unseen='{typed['unseen']}' must be ignore or flag")
        values["flag_unseen"] = typed["unseen"] == "flag"
    if wrong:
        raise SearchError("; ".join(wrong))
    options = Options(**values)  # type: ignore[arg-type]  # each value was made by the reader of its name
    both = sorted(set(options.by) & set(options.metrics))
    if both:
        raise SearchError(f"'{both[0]}' stands in both by and metrics; a column is either a name or a measure")
    return options


def _number(option: str, text: str, wanted: str, wrong: List[str]) -> float:
    number = parse_number(text)
    if number is None or number < 0:
        wrong.append(f"{option}='{text}' must be {wanted}")
        return 0.0
    return number


def _whole_number(option: str, text: str, wrong: List[str]) -> int:
    if not re.match(r"[0-9]{1,15}\Z", text):
        wrong.append(f"{option}='{text}' must be a whole number from 0 up, such as 100")
        return 0
    return int(text)
