"""The rows of the table of profiles: read from what an earlier run wrote, and written for the next one.

A row that npmlearn cannot have written ends the search. Nothing is written then, so the table stays as it is until
somebody has looked at it.
"""

import csv
import io
import os
import re
from math import exp, floor
from typing import Dict, List, Mapping, NamedTuple, Optional, Sequence, Tuple

from npmlib.errors import SearchError
from npmlib.learn.backtest import NOTES, recent
from npmlib.learn.hourrows import SECONDS_PER_HOUR, epoch_hour
from npmlib.learn.options import CHANNELS, FIGURES, KIND_HOUR, KIND_PROFILE, RARITY, RESULT_FIELDS, LearnOptions
from npmlib.lookupfile import LookupOption, lookup_path
from npmlib.numbers import parse_number
from npmlib.profile.learning import Scores
from npmlib.profile.points import POINTS, channels, rarity, state_name
from npmlib.profile.state import (
    HOURS_SEEN,
    LAST_HOUR,
    LAST_SENT,
    LEVEL,
    SLOW_LEVEL,
    VOLUME,
    ProfileError,
    State,
    pack,
    unpack,
)
from npmlib.rows import Series

TABLE = LookupOption(option="table", when_missing="", again="run the search again")
NUMBERS_OF_AN_HOUR = ("age_days", *FIGURES, "excess", *RARITY[1:], "accepted_at", "learned_at", "intervals")
LARGEST_EXPONENT = 690.0  # exp of it is finite, and so is the product with any unit and number of intervals

Record = Mapping[str, object]

_NUMBERS_OR_EMPTY = re.compile(r"(?:(?:-?[0-9]+(?:\.[0-9]+)?)?,)*\Z")


class Profile:
    """The profile of one series and metric: a large installation has 65,000 of them, so they are kept small.

    state: what is learned, see npmlib.profile.state. figures: cells of the columns FIGURES, with commas between.
    backtest: see npmlib.learn.backtest.
    """

    __slots__ = ("backtest", "figures", "state")

    def __init__(self, state: State, figures: str, backtest: str) -> None:
        self.state = state
        self.figures = figures
        self.backtest = backtest


class TableRows:
    """Keeps the rows of the table.

    profiles: by series, then by metric. alerts: rows of kind hour, without the by fields, by series, metric and hour.
    """

    def __init__(self, options: LearnOptions) -> None:
        self.profiles: Dict[Series, Dict[str, Profile]] = {}
        self.alerts: Dict[Tuple[Series, str, int], List[str]] = {}
        self._by = options.by
        self._table = options.table
        self._count = 0

    def take(self, record: Record) -> None:
        """Keep a row; SearchError for one that is damaged or contradicts another."""
        self._count += 1
        kind = record.get("kind", "")
        series = tuple([self._filled(record, name) for name in self._by])
        metric = self._filled(record, "metric")
        if kind == KIND_PROFILE:
            self._take_profile(series, metric, record)
        elif kind == KIND_HOUR:
            self._take_hour(series, metric, record)
        else:
            raise self._damaged(record, "kind", f"holds '{kind}', and must hold {KIND_PROFILE} or {KIND_HOUR}")

    def drop_alerts(self, series: Series, metric: str) -> None:
        """Drop the rows of kind hour of a series and metric."""
        for key in [key for key in self.alerts if key[:2] == (series, metric)]:
            del self.alerts[key]

    def check_complete(self, app_folder: str) -> None:
        """Compare the number of rows taken with the lookup named by table=; SearchError where some did not arrive.

        Splunk may pass on no more rows than limits.conf allows (maxresultrows), without telling the command. A series
        whose profile did not arrive would be learned from the beginning, and its past would be lost. A lookup that
        does not exist yet has no rows.
        """
        name = self._table
        if not name or not os.path.lexists(os.path.join(app_folder, "lookups", name + ".csv")):
            return
        try:
            with io.open(lookup_path(app_folder, name, TABLE), encoding="utf-8-sig", newline="") as lines:
                rows = max(sum(1 for row in csv.reader(lines) if row) - 1, 0)
        except (OSError, UnicodeDecodeError, csv.Error) as error:
            raise SearchError(f"table '{name}' cannot be read ({error}); restore a backup of it") from error
        if self._count < rows:
            raise SearchError(
                f"only {self._count} of the {rows} rows of the table '{name}' arrived, so nothing was learned or"
                f" written. Place '| inputlookup append=t {name}' directly before npmlearn; if it is there, a limit of"
                " Splunk cuts the rows off: raise maxresultrows in limits.conf, or learn fewer metrics"
            )

    def _take_profile(self, series: Series, metric: str, record: Record) -> None:
        figures = ",".join(self._numbers(record, FIGURES))
        try:
            state = unpack(self._filled(record, "profile"))
        except ProfileError as error:
            raise self._damaged(record, "profile", f"cannot be read: {error}") from error
        backtest = self._text(record, "backtest")
        if not NOTES.match(backtest):
            raise self._damaged(record, "backtest", "does not hold notes such as 20512:1.3 with blanks between")
        known = self.profiles.setdefault(series, {}).setdefault(metric, Profile(state, figures, backtest))
        if (known.state, known.figures, known.backtest) != (state, figures, backtest):
            raise self._damaged(record, "profile", "differs from that of another row of the same series and metric")

    def _take_hour(self, series: Series, metric: str, record: Record) -> None:
        hour = epoch_hour(record.get("hour"))
        if hour is None:
            raise self._damaged(record, "hour", "is not the epoch second at which an hour begins")
        self._numbers(record, NUMBERS_OF_AN_HOUR)
        cells = [self._text(record, name) for name in RESULT_FIELDS]
        key = series, metric, hour
        self.alerts[key] = max(cells, self.alerts.get(key, cells))

    def _numbers(self, record: Record, columns: Sequence[str]) -> List[str]:
        """Return the cells of ``columns``, each a number or empty."""
        cells = [self._text(record, name) for name in columns]
        joined = ",".join(cells) + ","
        if joined.count(",") != len(cells) or not _NUMBERS_OR_EMPTY.match(joined):
            for name, cell in zip(columns, cells):
                if cell and parse_number(cell) is None:
                    raise self._damaged(record, name, f"holds '{cell[:80]}', which is not a number")
        return cells

    def _filled(self, record: Record, name: str) -> str:
        text = self._text(record, name)
        if not text:
            raise self._damaged(record, name, "is empty")
        return text

    def _text(self, record: Record, name: str) -> str:
        value = record.get(name, "")
        if not isinstance(value, str):
            raise self._damaged(record, name, "has several values")
        return value

    def _damaged(self, record: Record, column: str, what: str) -> SearchError:
        series = ", ".join(str(record.get(name) or "?") for name in (*self._by, "metric"))
        return SearchError(
            f"the table of profiles is damaged: in the row of {series} the column '{column}' {what}. Nothing was"
            " written; restore a backup of the table, or delete this row to learn the series from the beginning"
        )


class LearnedHour(NamedTuple):
    """An hour just learned: its ``scores``, the ``actual`` sum that was sent, and the ``intervals`` observed in it.

    ``unit`` is that of the metric, see npmlib.learn.options.unit.
    """

    scores: Scores
    actual: float
    unit: float
    intervals: float


def figure_cells(state: State, learned: LearnedHour) -> List[str]:
    """Write the columns FIGURES of the hour that ``state`` learned last.

    low and high are the sums at which the volume would leave its usual range. ratio is empty where nothing was
    expected.
    """
    scores, actual, unit, intervals = learned
    volume = scores.volume
    expected = sum_of(volume.expected, unit, intervals)
    reach = volume.scale * volume.limit
    return [
        integer_text(expected),
        integer_text(actual),
        decimal_text(actual / expected) if expected >= 0.5 else "",
        integer_text(sum_of(volume.expected - reach, unit, intervals)),
        integer_text(sum_of(volume.expected + reach, unit, intervals)),
        integer_text(sum_of(state[VOLUME + SLOW_LEVEL] + state[VOLUME + LEVEL], unit, intervals)),
        decimal_text(exp(min(volume.scale, LARGEST_EXPONENT))),
        decimal_text(volume.score),
        decimal_text(scores.floor.score),
        decimal_text(scores.slow),
        decimal_text(scores.day),
        decimal_text(scores.peak),
        decimal_text(scores.burst),
    ]


def profile_cells(metric: str, profile: Profile, newest: int) -> List[str]:
    """Write a row of kind profile, without the by fields; ``newest`` is the newest hour observed anywhere."""
    state = profile.state
    hours_seen, last_hour, last_sent = state[HOURS_SEEN], int(state[LAST_HOUR]), int(state[LAST_SENT])
    return [
        metric,
        KIND_PROFILE,
        "",
        state_name(hours_seen, newest - last_sent),
        decimal_text(hours_seen / 24),
        *profile.figures.split(","),
        *[""] * (1 + len(CHANNELS) + len(RARITY) + 3),
        recent(profile.backtest, newest // 24),
        str(last_hour * SECONDS_PER_HOUR),
        str(last_sent * SECONDS_PER_HOUR),
        pack(state),
    ]


def hour_cells(
    metric: str,
    hour: int,
    hours_seen: float,
    figures: List[str],
    learned: LearnedHour,
    accepted: Optional[int],
    learned_at: float,
) -> List[str]:
    """Write a row of kind hour, without the by fields, about an hour that stands out.

    ``hours_seen`` is how many the profile had learned before. ``accepted`` is the hour from which a level was accepted
    that is still being measured, None where there is none. ``learned_at`` is now, in epoch seconds.
    """
    over = [" ".join(channels(learned.scores, hours_seen, point)) for point in POINTS.values()]
    rare = rarity(learned.scores, hours_seen)
    return [
        metric,
        KIND_HOUR,
        str(hour * SECONDS_PER_HOUR),
        state_name(hours_seen, 0),
        decimal_text(hours_seen / 24),
        *figures,
        excess_cell(figures),
        *over,
        rare.channel,
        decimal_text(rare.score),
        times_text(rare.times_limit),
        *[decimal_text(number) for number in rare[3:]],
        "" if accepted is None else str(accepted * SECONDS_PER_HOUR),
        integer_text(learned_at),
        integer_text(learned.intervals),
        *("", "", "", ""),
    ]


def excess_cell(figures: Sequence[str]) -> str:
    """Return by how much more was sent than expected, of the cells of the columns FIGURES."""
    by_name = dict(zip(FIGURES, figures))
    return integer_text(float(by_name["actual"]) - float(by_name["expected"]))


def times_text(times_limit: float) -> str:
    """Write how many times its limit an hour scored, rounded down: below 1 is not above the limit.

    >>> times_text(0.9999), times_text(1.0001)
    ('0.99', '1')
    """
    return decimal_text(floor(times_limit * 100) / 100)


def sum_of(volume: float, unit: float, intervals: float) -> float:
    """Turn a volume, the logarithm of 1 + a mean over ``unit``, into a sum over ``intervals``; never below 0."""
    return max(0.0, intervals * unit * (exp(min(volume, LARGEST_EXPONENT)) - 1))


def integer_text(number: float) -> str:
    """Write a sum as the nearest integer.

    >>> integer_text(0.4), integer_text(1234567.5), integer_text(1e20)
    ('0', '1234568', '100000000000000000000')
    """
    return format(number, ".0f")


def decimal_text(number: float) -> str:
    """Write a score or a ratio with as many decimals as it needs, two at most.

    >>> decimal_text(1.236), decimal_text(2.5), decimal_text(-0.001), decimal_text(100)
    ('1.24', '2.5', '0', '100')
    """
    text = format(number, ".2f").rstrip("0").rstrip(".")
    return "0" if text == "-0" else text
