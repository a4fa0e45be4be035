"""The baseline: whatever bytes a lookup file has, it gives limits that can be compared with, or an error.

An input is the file. It is read twice: with the options' defaults, and with one field and one metric.
"""

from __future__ import annotations

import math
import os
import tempfile
from functools import cache
from pathlib import Path

from npmlib import lookupfile
from npmlib.anomaly.baseline import Baseline, load_baseline
from npmlib.anomaly.options import Options
from npmlib.errors import SearchError

from fuzz.finding import require

SMALL = Options(baseline="fuzzed", by=("host",), metrics=("m",), minsamples=2, minspread=0.0)
LARGE = Options(baseline="fuzzed")


@cache
def folder() -> Path:
    """An app folder for one process; in memory where the system has a place for that."""
    shm = Path("/dev/shm")  # noqa: S108  # a scratch folder below it, made by tempfile
    made = Path(tempfile.mkdtemp(prefix="fuzz-", dir=shm if os.access(shm, os.W_OK) else None))
    (made / "lookups").mkdir()
    return made


def check(data: bytes) -> None:
    """Hold one input against the promises."""
    (folder() / "lookups" / "fuzzed.csv").write_bytes(data)
    for options in (SMALL, LARGE):
        try:
            baseline = _loaded(options)
        except SearchError as error:
            require("'fuzzed'" in str(error), "an error names the baseline")
            continue
        require(baseline, "an empty baseline is an error")
        require(_is_text(data), "a file that is no UTF-8 is an error")
        for series, limits in baseline.items():
            require(len(series) == len(options.by), "a series has a name for each field")
            require(len(limits) == len(options.metrics), "a series has a limit for each metric")
            for limit in filter(None, limits):
                require(not math.isnan(limit.upper), "a limit can be compared with")
                require(math.isfinite(limit.expected), "an average is a number")
                require(limit.spread >= 0, "a spread is from 0 up")


def _loaded(options: Options) -> Baseline:
    """Load without the pauses in which a half-written file is given time to be finished: nobody writes it here."""
    pause, lookupfile.PAUSE = lookupfile.PAUSE, 0.0
    try:
        return load_baseline(str(folder()), options)
    finally:
        lookupfile.PAUSE = pause


def _is_text(data: bytes) -> bool:
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True
