"""The options: whatever is typed after the command gives options that can be used, or an error that says what is wrong.

An input is UTF-8 text, one ``name=value`` a line.
"""

from __future__ import annotations

import math
import re

from npmlib.anomaly.options import OPTION_NAMES, RESULT_FIELDS, parse_options
from npmlib.errors import SearchError

from fuzz.finding import require


def check(data: bytes) -> None:
    """Hold one input against the promises."""
    typed = dict(line.partition("=")[::2] for line in data.decode("utf-8", "replace").split("\n") if line)
    try:
        options = parse_options(typed)
    except SearchError as error:
        require(str(error).strip(), "an error says something")
        return
    require(set(typed) <= set(OPTION_NAMES), "an unknown option is refused")
    require(re.fullmatch(r"[A-Za-z0-9_-]+", options.baseline), "a baseline is a bare name")
    require(math.isfinite(options.threshold) and options.threshold >= 0, "a threshold is a number from 0 up")
    require(math.isfinite(options.minspread) and options.minspread >= 0, "a spread is a number from 0 up")
    require(options.minsamples >= 0, "a number of samples is from 0 up")
    names = (*options.by, *options.metrics)
    require(options.by and options.metrics and all(names), "there is a field and a metric, and none is empty")
    require(len(set(names)) == len(names), "no column has two meanings")
    require(not set(names) & set(RESULT_FIELDS), "no column of the answer is one of the question")
