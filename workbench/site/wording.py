"""YAML and conf text as Markdown: inline code, table cells, wrapped paragraphs, and schedules in words."""

from __future__ import annotations

import re
import textwrap

_RELATIVE = re.compile(r"-(\d+)([smhd])(@[smhd])?")
_PERIOD = re.compile(r"(\d+)([smhd])?")
_WEEK = ("Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday")
_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400}
_UNITS = {"s": "second", "m": "minute", "h": "hour", "d": "day"}


def code(text: str) -> str:
    """Return the text as inline code, fenced by enough backticks."""
    fence = "`" * (1 + max((len(run) for run in re.findall("`+", text)), default=0))
    return f"{fence} {text} {fence}" if "`" in text else f"{fence}{text}{fence}"


def cell(text: str) -> str:
    """Return the text as a table cell: on one line, pipes escaped."""
    return " ".join(text.split()).replace("|", "\\|")


def paragraph(text: str, indent: str = "") -> str:
    """Return the text wrapped at 120 columns, every line after the first indented."""
    return textwrap.fill(text, 120, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False)


def plain(text: str) -> str:
    """Return plain text with the characters escaped that Markdown would take for markup."""
    return re.sub(r"([*`]|(?<!\w)_)", r"\\\1", text.replace("&", "&amp;").replace("<", "&lt;"))


def schedule(cron: str) -> str:
    """Return a cron schedule in words: hourly, several times an hour, daily or weekly; any other as it stands."""
    minute, hour, day, month, weekday = [*cron.split(), *[""] * 5][:5]
    if (day, month) == ("*", "*") and re.fullmatch(r"\d+(,\d+)*", minute):
        times = [f":{int(each):02}" for each in minute.split(",")]
        if (hour, weekday) == ("*", "*"):
            return f"hourly, {' '.join(times)}" if len(times) == 1 else f"hourly at {' '.join(times)}"
        if hour.isdecimal() and len(times) == 1 and weekday in ("*", *"0123456"):
            when = "daily" if weekday == "*" else f"every {_WEEK[int(weekday)]}"
            return f"{when}, {int(hour):02}{times[0]}"
    return code(cron)


def window(earliest: str, latest: str) -> str:
    """Return a time range in words: ``-70m@m`` to ``-10m@m`` is "70 minutes to 10 minutes before".

    Whole hours and days that have just ended are "the last 3 whole hours"; what is neither stays as it stands.
    """
    whole = _RELATIVE.fullmatch(earliest)
    if whole and latest == f"@{whole[2]}" == whole[3]:
        number, unit = int(whole[1]), _UNITS[whole[2]]
        return f"the last whole {unit}" if number == 1 else f"the last {number} whole {unit}s"
    ends = [_RELATIVE.fullmatch(end) for end in (earliest, latest)]
    if ends[0] and ends[1]:
        return " to ".join(_count(int(end[1]), _UNITS[end[2]]) for end in ends if end) + " before"
    return f"{code(earliest)} to {code(latest)}"


def period(text: str) -> str:
    """Return a throttling period in words: ``86400s`` is "24 hours"."""
    parts = _PERIOD.fullmatch(text)
    if not parts:
        return text
    seconds = int(parts[1]) * _SECONDS[parts[2] or "s"]
    unit = next(unit for unit in ("h", "m", "s") if seconds % _SECONDS[unit] == 0)
    return _count(seconds // _SECONDS[unit], _UNITS[unit])


def _count(number: int, unit: str) -> str:
    return f"{number} {unit}{'' if number == 1 else 's'}"
