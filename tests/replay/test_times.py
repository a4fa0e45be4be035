"""Time modifiers, in UTC."""

from __future__ import annotations

import pytest

from workbench.replay.errors import ReplayError
from workbench.replay.times import instant, relative_time, span_seconds, utc_text

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
    "modifier", ["", "yesterdayish", "-1", "5m", "-5parsecs", "@", "-1h@", "@h3", "-1h ago", "-9999y"]
)
def test_nonsense_is_an_error_that_quotes_it(modifier: str) -> None:
    with pytest.raises(ReplayError, match="time modifier '"):
        relative_time(NOW, modifier)


@pytest.mark.parametrize(
    "text", ["2026-03-01T04:25:37", "2026-03-01T05:25:37+01:00", "2026-03-01 04:25:37Z", "1772339137"]
)
def test_instants_are_iso_or_epoch_and_utc_by_default(text: str) -> None:
    assert instant(text) == NOW


def test_an_instant_that_is_none_is_an_error() -> None:
    with pytest.raises(ReplayError, match="'tea time' is no point in time"):
        instant("tea time")


def test_spans_have_a_whole_fixed_length() -> None:
    assert [span_seconds(span) for span in ("10s", "1m", "1h", "1d", "1w")] == [10, 60, 3600, 86400, 604800]


@pytest.mark.parametrize("span", ["0s", "1mon", "100ms", "auto", "s", ""])
def test_other_spans_are_an_error(span: str) -> None:
    with pytest.raises(ReplayError, match="is not replayed"):
        span_seconds(span)
