"""Time modifiers, points in time, spans and cron schedules, in UTC."""

from __future__ import annotations

from itertools import islice

import pytest

from workbench.spl.times import TimeError, cron_runs, instant, relative_time, span_seconds, utc_text

NOW = instant("2026-03-01T04:25:37Z")  # a Sunday


@pytest.mark.parametrize(
    ("modifier", "expected"),
    [
        ("now", "2026-03-01 04:25:37"),
        ("now()", "2026-03-01 04:25:37"),
        ("-70m@m", "2026-03-01 03:15:00"),
        ("-10m@m", "2026-03-01 04:15:00"),
        ("@h", "2026-03-01 04:00:00"),
        ("-h", "2026-03-01 03:25:37"),
        ("+1h", "2026-03-01 05:25:37"),
        ("-30d@d", "2026-01-30 00:00:00"),
        ("-168h@h", "2026-02-22 04:00:00"),
        ("-90s", "2026-03-01 04:24:07"),
        ("@w0", "2026-03-01 00:00:00"),
        ("@w6", "2026-02-28 00:00:00"),
        ("-1w@w1", "2026-02-16 00:00:00"),
        ("@mon", "2026-03-01 00:00:00"),
        ("-1mon@mon", "2026-02-01 00:00:00"),
        ("@q", "2026-01-01 00:00:00"),
        ("-1y@y", "2025-01-01 00:00:00"),
        ("@d+8h", "2026-03-01 08:00:00"),
        ("-1D@D", "2026-02-28 00:00:00"),
        ("@W7", "2026-03-01 00:00:00"),
        ("@w7", "2026-03-01 00:00:00"),
        (" -1d@d ", "2026-02-28 00:00:00"),
        ("@d@w1", "2026-02-23 00:00:00"),
        ("-1d-1h", "2026-02-28 03:25:37"),
    ],
)
def test_a_modifier_counts_from_now_and_snaps_down(modifier: str, expected: str) -> None:
    assert utc_text(relative_time(NOW, modifier)) == expected


def test_a_number_is_an_epoch() -> None:
    assert relative_time(NOW, "1433261372.158") == 1433261372.158
    assert relative_time(NOW, "0") == 0.0


def test_a_month_back_from_its_31st_is_the_last_day_of_the_shorter_month() -> None:
    assert utc_text(relative_time(instant("2026-03-31T12:00:00"), "-1mon")) == "2026-02-28 12:00:00"


@pytest.mark.parametrize(
    "modifier",
    [
        "",
        "yesterdayish",
        "-1",
        "5m",
        "-5parsecs",
        "@",
        "-1h@",
        "@h3",
        "-1h ago",
        "-9999y",
        "-1w3",
        "9" * 12,
        "-" + "9" * 5000 + "d",
        "-\u0661d",
    ],
)
def test_nonsense_is_an_error_that_quotes_it(modifier: str) -> None:
    with pytest.raises(TimeError, match="time modifier '"):
        relative_time(NOW, modifier)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("2026-03-01T04:25:37", NOW),
        ("2026-03-01T05:25:37+01:00", NOW),
        ("2026-03-01 04:25:37Z", NOW),
        ("2026-03-01T04:25:37z", NOW),
        ("1772339137", NOW),
        ("1970-01-02", 86400.0),
        ("1970-01-01T02:00:00+02:00", 0.0),
        ("12.5", 12.5),
    ],
)
def test_instants_are_iso_or_epoch_and_utc_by_default(text: str, seconds: float) -> None:
    assert instant(text) == seconds


@pytest.mark.parametrize("text", ["", "tea time", "nan", "inf", "-1", "1e9", "1969-01-01"])
def test_an_instant_that_is_none_is_an_error(text: str) -> None:
    with pytest.raises(TimeError, match="is not a point in time"):
        instant(text)


def test_a_cron_schedule_runs_from_its_start_on() -> None:
    assert [utc_text(run)[5:16] for run in islice(cron_runs("5,35 4 * * *", NOW), 3)] == [
        "03-01 04:35", "03-02 04:05", "03-02 04:35",
    ]  # fmt: skip
    assert next(cron_runs("* * * * *", instant("2026-03-01T04:25"))) == instant("2026-03-01T04:25")


@pytest.mark.parametrize(
    "schedule", ["", "* * * *", "* * * * * *", "0 0 * jan *", "60 * * * *", "@daily", "* * * * * "]
)
def test_a_schedule_that_splunk_does_not_take_is_an_error_at_once(schedule: str) -> None:
    with pytest.raises(TimeError):
        cron_runs(schedule, NOW)


def test_spans_have_a_whole_fixed_length() -> None:
    assert [span_seconds(span) for span in ("10s", "1m", "1h", "1d", "1w")] == [10, 60, 3600, 86400, 604800]


@pytest.mark.parametrize("span", ["0s", "1mon", "100ms", "auto", "s", ""])
def test_other_spans_are_an_error(span: str) -> None:
    with pytest.raises(TimeError, match="has no fixed length"):
        span_seconds(span)
