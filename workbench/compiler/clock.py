"""Cron schedules and relative times, as Splunk reads them in a schedule. All clocks run in UTC."""

from __future__ import annotations

import calendar
import datetime
import re
from collections.abc import Iterator

from cronsim import CronSim, CronSimError

_UNITS = {
    "s": "s|secs?|seconds?",
    "m": "m|mins?|minutes?",
    "h": "h|hrs?|hours?",
    "d": "d|days?",
    "w": "w[0-7]?|weeks?",
    "mon": "mon|months?",
    "q": "q|qtrs?|quarters?",
    "y": "y|yrs?|years?",
}
_UNIT = f"(?:{'|'.join(_UNITS.values())})(?![a-z])"
_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 604_800}
_MONTHS = {"mon": 1, "q": 3, "y": 12}
_STEP = re.compile(rf"([+-])(\d*)({_UNIT})|@({_UNIT})")

TIME_MODIFIER = rf"now|0|(?=.)(?:[+-]\d*{_UNIT})*(?:@{_UNIT})?(?:[+-]\d*{_UNIT})*"
"""The form of a time in a schedule: now, 0 (all time), or steps such as -70m@m."""

# A Monday on which a month, a quarter and a year begin, so that all kinds of schedules are met soon after it.
START = datetime.datetime(2024, 1, 1, tzinfo=datetime.timezone.utc)


def cron_runs(schedule: str) -> Iterator[float]:
    """The times (epoch seconds) at which a cron schedule runs, from START on, without end.

    Raises CronSimError at once if it is no schedule of five fields without names, as Splunk takes them.
    """
    if not re.fullmatch(r"[0-9*/,-]+(?: [0-9*/,-]+){4}", schedule):
        raise CronSimError("not five fields of digits and * / , -")
    return (moment.timestamp() for moment in CronSim(schedule, START))


def moment(now: float, modifier: str) -> float | None:
    """What a time modifier means at ``now``, in epoch seconds; None if it means nothing."""
    if not re.fullmatch(TIME_MODIFIER, modifier):
        return None
    if modifier in ("now", "0"):
        return now if modifier == "now" else 0.0
    here = now
    for sign, count, unit, snap in _STEP.findall(modifier):
        steps = int(count or 1) * (1 if sign == "+" else -1)
        here = _snapped(here, snap) if snap else _moved(here, steps, unit)
    return here


def _kind(word: str) -> str:
    return next(unit for unit, words in _UNITS.items() if re.fullmatch(words, word))


def _moved(here: float, count: int, word: str) -> float:
    unit = _kind(word)
    if unit in _SECONDS:
        return here + count * _SECONDS[unit]
    day = _date(here)
    year, month = divmod(day.year * 12 + day.month - 1 + count * _MONTHS[unit], 12)
    if not 1970 <= year <= 9998:
        return 0.0
    last = calendar.monthrange(year, month + 1)[1]
    return day.replace(year=year, month=month + 1, day=min(day.day, last)).timestamp()


def _snapped(here: float, word: str) -> float:
    unit = _kind(word)
    if unit in ("s", "m", "h", "d"):
        return here // _SECONDS[unit] * _SECONDS[unit]
    day = _date(here).replace(hour=0, minute=0, second=0, microsecond=0)
    if unit == "w":  # weekday 0 and 7 are Sunday; datetime counts Monday as 0
        weekday = int(word[1:]) if word[1:].isdigit() else 0
        return (day - datetime.timedelta(days=(day.weekday() + 1 - weekday % 7) % 7)).timestamp()
    month = {"mon": day.month, "q": (day.month - 1) // 3 * 3 + 1, "y": 1}[unit]
    return day.replace(month=month, day=1).timestamp()


def _date(here: float) -> datetime.datetime:
    return datetime.datetime.fromtimestamp(here, datetime.timezone.utc)
