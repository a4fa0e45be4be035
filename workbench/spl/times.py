"""Points of time as Splunk writes them: time modifiers (``-70m@m``), bin spans (``10s``), cron schedules.

All clocks run in UTC. Source: Search Reference, "Time modifiers" (offsets, snapping, ``@w0`` and ``@w7`` are Sunday,
``now``, epoch seconds); savedsearches.conf.spec, cron_schedule. Unverified without a live Splunk: ``now()``, capital
letters, blanks around a modifier, several offsets and snaps in a row, months and years clamped to the last day of a
short month. The searches of this project use none of these.
"""

from __future__ import annotations

import calendar
import math
import re
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from functools import lru_cache

from cronsim import CronSim, CronSimError

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
_STEP = re.compile(r"(?P<sign>[+-])(?P<count>\d*)(?P<unit>[a-z]+)|@(?P<snap>[a-z]+)(?P<weekday>[0-7])?", re.ASCII)
_EPOCH = re.compile(r"\d{1,11}(\.\d+)?", re.ASCII)


class TimeError(ValueError):
    """A text is not a time modifier, a point in time, a span or a cron schedule; the message says what to write."""


@lru_cache(maxsize=10_000)  # rows ask for the same times again and again
def relative_time(now: float, modifier: str) -> float:
    """Return the time (epoch seconds) that ``modifier`` means when it is ``now``; TimeError when it means nothing."""
    text = modifier.strip().lower()
    if text in ("now", "now()"):
        return now
    if _EPOCH.fullmatch(text):
        return float(text)
    moment = now
    position = 0
    while step := _STEP.match(text, position):
        moment = _apply(moment, step, modifier)
        position = step.end()
    if not text or position < len(text):
        example = "-70m@m, @h, -30d@d, now or epoch seconds"
        raise TimeError(f"time modifier {modifier!r} is not understood; write for example {example}")
    return moment


def instant(text: str) -> float:
    """Return epoch seconds of an ISO 8601 date or time (UTC when it names no zone) or of a number; TimeError otherwise.

    A time before 1970 is refused, as are names of times.
    """
    given = text.strip()
    if _EPOCH.fullmatch(given):
        return float(given)
    try:
        moment = datetime.fromisoformat(re.sub(r"[zZ]\Z", "+00:00", given))
    except ValueError:
        example = "2026-03-01T04:00:00Z or 1772337600"
        raise TimeError(f"{text!r} is not a point in time; write for example {example}") from None
    seconds = (moment if moment.tzinfo else moment.replace(tzinfo=timezone.utc)).timestamp()
    if seconds < 0:
        raise TimeError(f"{text!r} is not a point in time after 1970")
    return seconds


def utc_text(moment: float) -> str:
    """Return ``moment`` as ``2026-03-01 04:00:00``, UTC, whole seconds."""
    return datetime.fromtimestamp(math.floor(moment), timezone.utc).strftime("%Y-%m-%d %H:%M:%S")


def span_seconds(span: str) -> int:
    """Return the length in seconds of a bin span such as ``10s``; TimeError for one without a fixed whole length."""
    match = re.fullmatch(r"(\d+)([a-z]+)", span.strip().lower(), re.ASCII)
    unit = _UNIT_OF.get(match[2]) if match else None
    if match is None or unit not in _SECONDS or int(match[1]) == 0:
        raise TimeError(f"span={span} has no fixed length; write seconds, minutes, hours, days or weeks (10s, 1h)")
    return int(match[1]) * _SECONDS[unit]


def cron_runs(schedule: str, start: float) -> Iterator[float]:
    """Return the times (epoch seconds) at which a cron schedule runs, from ``start`` on, without end.

    TimeError at once for anything but five fields without names of days and months, as Splunk takes them.
    """
    if not re.fullmatch(r"[0-9*/,-]+(?: [0-9*/,-]+){4}", schedule):
        raise TimeError("not five fields of digits and * / , -")
    try:
        runs = CronSim(schedule, datetime.fromtimestamp(start, timezone.utc) - timedelta(microseconds=1))
    except CronSimError as error:
        raise TimeError(str(error)) from None
    return (moment.timestamp() for moment in runs)


def _apply(moment: float, step: re.Match[str], modifier: str) -> float:
    word = step["unit"] or step["snap"]
    unit = _UNIT_OF.get(word)
    if unit is None or (step["weekday"] is not None and unit != "w"):
        raise TimeError(f"time modifier {modifier!r}: unit {word!r} is unknown; use s, m, h, d, w, mon, q or y")
    try:
        if step["snap"]:
            return _snapped(moment, unit, int(step["weekday"] or 0))
        count = int(step["count"] or 1) * (1 if step["sign"] == "+" else -1)
        moved = moment + count * _SECONDS[unit] if unit in _SECONDS else _months_later(moment, count * _MONTHS[unit])
        datetime.fromtimestamp(moved, timezone.utc)
    except (ValueError, OverflowError, OSError):
        raise TimeError(f"time modifier {modifier!r} leaves the calendar") from None
    return moved


def _snapped(moment: float, unit: str, weekday: int) -> float:
    if unit in ("s", "m", "h", "d"):
        return math.floor(moment / _SECONDS[unit]) * _SECONDS[unit] * 1.0
    day = datetime.fromtimestamp(math.floor(moment), timezone.utc).replace(hour=0, minute=0, second=0)
    if unit == "w":  # weekday 0 and 7 are Sunday; datetime counts Monday as 0
        return (day - timedelta(days=(day.weekday() + 1 - weekday % 7) % 7)).timestamp()
    month = {"mon": day.month, "q": (day.month - 1) // 3 * 3 + 1, "y": 1}[unit]
    return day.replace(month=month, day=1).timestamp()


def _months_later(moment: float, months: int) -> float:
    second = math.floor(moment)
    start = datetime.fromtimestamp(second, timezone.utc)
    year, month = divmod(start.year * 12 + start.month - 1 + months, 12)
    day = min(start.day, calendar.monthrange(year, month + 1)[1])
    return start.replace(year=year, month=month + 1, day=day).timestamp() + (moment - second)
