"""Time modifiers of searches: ``-70m@m``, ``@h``, ``now``, ``-30d@d``, epoch numbers. All clocks run in UTC.

Unverified without a live Splunk: offsets after the snap (``@d+8h``), several offsets in a row, months and
years clamped to the last day of a short month, ``@w0`` meaning Sunday. The searches of this project use
none of these.
"""

from __future__ import annotations

import calendar
import math
import re
from datetime import datetime, timedelta, timezone

from workbench.replay.errors import ReplayError

_UNITS = {
    "s": ("s", "sec", "secs", "second", "seconds"),
    "m": ("m", "min", "mins", "minute", "minutes"),
    "h": ("h", "hr", "hrs", "hour", "hours"),
    "d": ("d", "day", "days"),
    "w": ("w", "week", "weeks"),
    "mon": ("mon", "month", "months"),
    "q": ("q", "qtr", "qtrs", "quarter", "quarters"),
    "y": ("y", "yr", "yrs", "year", "years"),
}
_UNIT_OF = {word: unit for unit, words in _UNITS.items() for word in words}
_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800}
_MONTHS = {"mon": 1, "q": 3, "y": 12}
_STEP = re.compile(r"(?P<sign>[+-])(?P<count>\d*)(?P<unit>[a-z]+)|@(?P<snap>[a-z]+)(?P<weekday>[0-7])?")
_SPAN = re.compile(r"(\d+)([a-z]+)\Z")
_EPOCH = re.compile(r"\d+(\.\d+)?\Z")


def relative_time(now: float, modifier: str) -> float:
    """The instant (epoch seconds) that ``modifier`` means when it is ``now``; ReplayError when it means nothing."""
    text = modifier.strip().lower()
    if text in ("now", "now()"):
        return now
    if _EPOCH.match(text):
        return float(text)
    moment = now
    position = 0
    while position < len(text):
        step = _STEP.match(text, position)
        if step is None:
            break
        moment = _apply(moment, step, modifier)
        position = step.end()
    if not text or position < len(text):
        raise ReplayError(
            f"time modifier {modifier!r} is not understood; write for example -70m@m, @h, -30d@d, now or epoch seconds"
        )
    return moment


def instant(text: str) -> float:
    """Epoch seconds of an ISO 8601 date or time (UTC when it names no zone) or of a number; ReplayError otherwise."""
    if _EPOCH.match(text.strip()):
        return float(text)
    try:
        moment = datetime.fromisoformat(re.sub(r"[zZ]\Z", "+00:00", text.strip()))
    except ValueError:
        raise ReplayError(
            f"{text!r} is no point in time; write for example 2026-03-01T04:00:00Z or 1772337600"
        ) from None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=timezone.utc)
    return moment.timestamp()


def utc_text(moment: float) -> str:
    """Write ``moment`` as ``2026-03-01 04:00:00``, UTC, whole seconds."""
    return datetime.fromtimestamp(math.floor(moment), timezone.utc).strftime("%Y-%m-%d %H:%M:%S")


def span_seconds(span: str) -> int:
    """Length in seconds of a bin span such as ``10s`` or ``1h``; ReplayError for one without a fixed whole length."""
    match = _SPAN.match(span.strip().lower())
    unit = _UNIT_OF.get(match.group(2)) if match else None
    if match is None or unit not in _SECONDS or int(match.group(1)) == 0:
        raise ReplayError(f"span={span} is not replayed; give whole seconds, minutes, hours, days or weeks (10s, 1h)")
    return int(match.group(1)) * _SECONDS[unit]


def _apply(moment: float, step: re.Match[str], modifier: str) -> float:
    word = step["unit"] or step["snap"]
    unit = _UNIT_OF.get(word)
    if unit is None or (step["weekday"] is not None and unit != "w"):
        raise ReplayError(f"time modifier {modifier!r}: unit {word!r} is unknown; use s, m, h, d, w, mon, q or y")
    if step["snap"]:
        return _snap(moment, unit, int(step["weekday"] or 0))
    count = int(step["count"] or 1) * (1 if step["sign"] == "+" else -1)
    if unit in _SECONDS:
        return moment + count * _SECONDS[unit]
    return _add_months(moment, count * _MONTHS[unit], modifier)


def _snap(moment: float, unit: str, weekday: int) -> float:
    if unit in ("s", "m", "h", "d"):
        return math.floor(moment / _SECONDS[unit]) * _SECONDS[unit] * 1.0
    day = datetime.fromtimestamp(math.floor(moment), timezone.utc).replace(hour=0, minute=0, second=0)
    if unit == "w":  # weekday 0 and 7 are Sunday; datetime counts Monday as 0
        return (day - timedelta(days=(day.weekday() + 1 - weekday % 7) % 7)).timestamp()
    month = {"mon": day.month, "q": (day.month - 1) // 3 * 3 + 1, "y": 1}[unit]
    return day.replace(month=month, day=1).timestamp()


def _add_months(moment: float, months: int, modifier: str) -> float:
    whole = math.floor(moment)
    start = datetime.fromtimestamp(whole, timezone.utc)
    year, month = divmod(start.year * 12 + start.month - 1 + months, 12)
    if not 1970 <= year <= 9999:
        raise ReplayError(f"time modifier {modifier!r} leaves the calendar")
    day = min(start.day, calendar.monthrange(year, month + 1)[1])
    return start.replace(year=year, month=month + 1, day=day).timestamp() + (moment - whole)
