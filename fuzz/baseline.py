"""The baseline: any lookup file gives limits that values can be compared with, or an error.

An input is the file. It is read with options for one field and metric, and for two.
"""

from __future__ import annotations

import math
import os
import tempfile
from functools import cache
from pathlib import Path
from unittest import mock

from npmlib import lookupfile
from npmlib.anomaly.baseline import load_baseline
from npmlib.anomaly.options import Options
from npmlib.errors import SearchError

SMALL = Options(baseline="fuzzed", by=("host",), metrics=("m",), minsamples=2, minspread=0.0)
LARGE = Options(baseline="fuzzed", by=("cluster", "process"), metrics=("tx", "rx"))
SMALL_TABLE = b"host,count_m,avg_m,stdev_m\na,1000,10,1\nb,1,5,\n"
LARGE_TABLE = (
    "cluster,process,count_tx,avg_tx,stdev_tx,count_rx,avg_rx,stdev_rx\n"
    'prod,nginx,1000,100,10,1000,1e2,10\nprod,"caf\u00e9, ""x""",1000,2.5,0,,,\nprod,cron,3,100,10,3,100,10\n'
).encode()
SEEDS = (SMALL_TABLE, LARGE_TABLE, b"\xef\xbb\xbf" + SMALL_TABLE.replace(b"\n", b"\r\n"))


@cache
def app_folder() -> Path:
    """Return an app folder for this process, in memory where the system has room for it there."""
    shm = Path("/dev/shm")  # noqa: S108  # a scratch folder below it, made by tempfile
    folder = Path(tempfile.mkdtemp(prefix="fuzz-", dir=shm if os.access(shm, os.W_OK) else None))
    (folder / "lookups").mkdir()
    return folder


def check(data: bytes) -> None:
    """Raise AssertionError if ``data`` breaks a promise."""
    (app_folder() / "lookups" / "fuzzed.csv").write_bytes(data)
    for options in (SMALL, LARGE):
        try:
            with mock.patch.object(lookupfile, "PAUSE", 0.0):  # nobody completes a file that is half written
                baseline = load_baseline(str(app_folder()), options)
        except SearchError as error:
            assert "'fuzzed'" in str(error), "an error names the baseline"
            continue
        assert baseline, "an empty baseline is an error"
        data.decode("utf-8")  # a file that is not UTF-8 is an error
        for series, limits in baseline.items():
            assert len(series) == len(options.by), "a series has a name for each field"
            assert len(limits) == len(options.metrics), "a series has a limit for each metric"
            for limit in filter(None, limits):
                assert not math.isnan(limit.upper), "a limit can be compared with"
                assert math.isfinite(limit.expected), "an average is a finite number"
                assert limit.spread >= 0, "a spread is not negative"
