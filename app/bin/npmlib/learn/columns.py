"""Names of the columns that npmlearn reads and writes, beside the by fields.

A row of the table is of kind "profile", one for each series and metric, or "hour", one for each hour that stands out.
"""

from typing import Tuple

PROFILE, HOUR = "profile", "hour"  # kinds

PARTS = ("n", "sum", "log", "p95")  # of an hour row, each followed by _<metric>

# Numbers that an hour leaves behind: of the hour itself in a row of kind hour, of the last one in a profile.
TOLD = (
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
CHANNELS = ("channels_A", "channels_B", "channels_C", "channels_D")
RESULT_FIELDS: Tuple[str, ...] = (
    *("metric", "kind", "hour", "state", "age_days"),
    *TOLD,
    "excess",
    *CHANNELS,
    "accepted_at",
    *("last_hour", "last_sent", "profile"),
)
