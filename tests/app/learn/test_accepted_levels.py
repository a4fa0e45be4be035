"""A new level is accepted by hand or by a lookup of deploys: the hour itself and those after it raise nothing."""

from __future__ import annotations

import re
from fnmatch import fnmatchcase
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from npmlib.errors import SearchError
from npmlib.learn.accepted import AcceptedLevels
from npmlib.profile.acceptance import Level

from tests.app.learn.learning import BY, START, WEB, Answer, days, learn, sent
from workbench.replay.rows import Row

TABLE = learn(days(9)).rows
JUMP = 216
RAISED = days(0.5, start=JUMP, each=60_000)
SECONDS = (START + JUMP) * 3600


@pytest.fixture
def app(tmp_path: Path) -> Path:
    (tmp_path / "lookups").mkdir()
    return tmp_path


def accept(app: Path, *lines: str, header: str = "cluster,process,accepted_at,reason") -> Path:
    (app / "lookups" / "npm_accepted_levels.csv").write_text("\n".join([header, *lines, ""]))
    return app


def alerting(answer: Answer) -> set[int]:
    """Hours that stand out, counted from the jump."""
    return {int(str(row["hour"])) // 3600 - START - JUMP for row in answer.hours}


def test_without_it_the_new_level_stands_out() -> None:
    assert 0 in alerting(learn(RAISED[:1], TABLE))
    assert alerting(learn(RAISED, TABLE))


@pytest.mark.parametrize(
    "line",
    [
        f"prod,web,{SECONDS},release 7",
        f"prod,web,{SECONDS + 3599},",
        "prod,web,2024-10-13T00:00,",
        "prod,web,2024-10-13,",
        "prod,web,2024-10-13 00:00:30,",
        f"prod,*,{SECONDS},",
        f"p*d,w*b,{SECONDS},",
        f"*,*,{SECONDS},all",
    ],
)
def test_an_accepted_level_is_the_new_one_at_once(app: Path, line: str) -> None:
    answer = learn(RAISED, TABLE, app=accept(app, line))
    assert not alerting(answer)
    assert not answer.messages_of("WARN")
    profile = answer.profile(WEB)
    assert float(str(profile["expected"])) == pytest.approx(60_000 * 120, rel=0.3)


@pytest.mark.parametrize(
    "line",
    [
        f"prod,we,{SECONDS},",
        f"prod,*eb2,{SECONDS},",
        f"PROD,web,{SECONDS},",
        f"prod,.*,{SECONDS},",
        f"prod,web ,{SECONDS},",
    ],
)
def test_a_level_accepted_for_another_series_is_not(app: Path, line: str) -> None:
    assert 0 in alerting(learn(RAISED[:1], TABLE, app=accept(app, line)))


def test_it_is_accepted_once_however_often_the_lookup_is_read(app: Path) -> None:
    accept(app, f"prod,web,{SECONDS},")
    table = TABLE
    for row in RAISED:
        table = learn([row], table, app=app).rows
    assert table == learn(RAISED, TABLE, app=app).rows


def test_a_second_level_may_follow(app: Path) -> None:
    more = [*RAISED, sent(JUMP + 12, each=600_000)]
    assert alerting(learn(more, TABLE, app=accept(app, f"prod,web,{SECONDS},"))) == {12}
    assert not alerting(learn(more, TABLE, app=accept(app, f"prod,web,{SECONDS},", f"prod,web,{SECONDS + 12 * 3600},")))


def test_one_hour_later_than_the_jump_the_first_hour_stands_out(app: Path) -> None:
    assert alerting(learn(RAISED[:6], TABLE, app=accept(app, f"prod,web,{SECONDS + 3600},"))) == {0}


@pytest.mark.parametrize("at", [START * 3600, (START - 5) * 3600, SECONDS + 90 * 86400])
def test_a_time_before_the_first_hour_or_to_come_changes_nothing(app: Path, at: int) -> None:
    accept(app, f"prod,web,{at},")
    assert learn(days(9), app=app).rows == TABLE


def test_a_time_more_than_30_days_ago_changes_nothing(app: Path) -> None:
    table = learn(days(40)).rows
    accept(app, f"prod,web,{(START + 24) * 3600},")
    assert learn(days(1, start=960), table, app=app).rows == learn(days(1, start=960), table).rows


@pytest.mark.parametrize("time", ["soon", "", "46081.958", "1.77E+09", f"{SECONDS}000"])
def test_an_invalid_time_is_reported_and_the_other_rows_work(app: Path, time: str) -> None:
    """tests/detections/edited_cells.py has what is a time and what is none."""
    answer = learn(RAISED, TABLE, app=accept(app, f"prod,db,{time},", f"prod,web,{SECONDS},"))
    assert answer.messages_of("WARN") == [
        f"accept 'npm_accepted_levels', row 2: accepted_at='{time}' is not a time; write epoch seconds of ten digits,"
        " or YYYY-MM-DD or YYYY-MM-DDTHH:MM in UTC. The row is not used"
    ]
    assert not alerting(answer)


@pytest.mark.parametrize(
    ("line", "message"),
    [
        (f",web,{SECONDS},", "cluster is empty; write a name, or * for any"),
        (f"*,,{SECONDS},all", "process is empty; write a name, or * for any"),
        (f"prod,web,{SECONDS}", "it has 3 cells under 4 columns; put a text with a comma in quotes, and leave no cell"),
        (
            f"prod,web,{SECONDS},release 4, the second",
            "it has 5 cells under 4 columns; put a text with a comma in quot",
        ),
    ],
)
def test_a_row_that_is_not_clear_accepts_nothing_and_is_told(app: Path, line: str, message: str) -> None:
    answer = learn(RAISED[:1], TABLE, app=accept(app, line))
    [warning] = answer.messages_of("WARN")
    assert warning.startswith(f"accept 'npm_accepted_levels', row 2: {message}")
    assert 0 in alerting(answer)


def test_many_such_times_are_counted(app: Path) -> None:
    warnings = learn(RAISED, TABLE, app=accept(app, *["prod,db,soon,"] * 9)).messages_of("WARN")
    assert len(warnings) == 6
    assert warnings[-1] == "4 more rows of the lookup are not used either"


@pytest.mark.parametrize(
    "header", ["cluster,accepted_at", "cluster;process;accepted_at;reason", "cluster,process,process,accepted_at"]
)
def test_a_lookup_of_another_shape_accepts_nothing(app: Path, header: str) -> None:
    answer = learn(RAISED[:1], TABLE, app=accept(app, f"prod,web,web,{SECONDS}", header=header))
    assert alerting(answer) == {0}
    [warning] = answer.messages_of("WARN")
    assert re.match(r"accept 'npm_accepted_levels' has no column .*process", warning)
    assert warning.endswith(f"none of its levels is accepted. Its first line names: {header.replace(',', ', ')}")


@pytest.mark.parametrize("content", [b"", b"cluster,process,accepted_at\n", b"cluster,process,accepted_at\n,,\n\n"])
def test_an_empty_lookup_accepts_nothing(app: Path, content: bytes) -> None:
    (app / "lookups" / "npm_accepted_levels.csv").write_bytes(content)
    assert learn(RAISED, TABLE, app=app) == learn(RAISED, TABLE)


LINES = f"cluster,process,accepted_at\nprod,w*,{SECONDS}\n"


@pytest.mark.parametrize(
    "content",
    [
        b"\xef\xbb\xbf" + LINES.encode(),
        LINES.replace("\n", "\r\n").encode(),
        LINES.replace("\n", "\r").encode(),
        LINES.rstrip().encode(),
        LINES.replace("w*", '"w*"').encode(),
        LINES.replace("\n", ",ticket\n", 1).replace("\n", ",4711\n").replace("ticket,4711", "ticket").encode(),
        LINES.encode() + b"prod,d\xf6,2026\n",
        LINES.encode() + b"prod,d\0,2026\n",
        LINES.encode() + b'prod,"db,2026\nprod,x,2026\n',
    ],
    ids=["bom", "crlf", "cr", "no last line end", "quotes", "another column", "latin-1", "nul", "quote never closed"],
)
def test_what_editors_do_to_a_file_does_not_undo_its_valid_rows(
    app: Path, content: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("npmlib.lookupfile.PAUSE", 0)
    (app / "lookups" / "npm_accepted_levels.csv").write_bytes(content)
    answer = learn(RAISED[:1], TABLE, app=app)
    assert not alerting(answer)
    assert len(answer.messages_of("WARN")) == (content.count(b"\n") > 2)


def test_another_lookup_may_be_named(app: Path) -> None:
    (app / "lookups" / "deploys.csv").write_text(f"accepted_at,process,cluster\n{SECONDS},web,prod\n")
    named = [f"by={','.join(BY)}", "metrics=tx.bytes,tx.conns", "accept=deploys"]
    assert not alerting(learn(RAISED, TABLE, args=named, app=app))


def test_by_hand_is_the_same_as_by_lookup(app: Path) -> None:
    """Somebody adds a row of one series: from the next run on its level is accepted."""
    first = learn(RAISED[:3], TABLE)
    later: list[Row] = RAISED[3:6]
    assert alerting(learn(later, first.rows)) >= {3, 4, 5}
    accept(app, f"prod,web,{(START + JUMP + 3) * 3600},by hand")
    assert not alerting(learn(later, first.rows, app=app)) & {3, 4, 5}


def test_a_lookup_that_leads_out_of_the_app_is_not_read(app: Path) -> None:
    (app / "lookups" / "npm_accepted_levels.csv").symlink_to("/etc/hostname")
    with pytest.raises(SearchError, match=r"accept 'npm_accepted_levels': lookups/.* is a link out of the lookups"):
        learn(RAISED, TABLE, app=app)


names = st.text("ab*", min_size=1, max_size=3)
limits = st.sampled_from([0.0, 1.0])


@given(st.lists(st.tuples(names, names, st.integers(0, 9), limits), max_size=8), st.text("ab", min_size=1, max_size=3))
def test_patterns_fit_as_those_of_files(rows: list[tuple[str, str, int, float]], name: str) -> None:
    accepted = AcceptedLevels()
    for first, second, hour, limit in rows:
        accepted.add([first, second], Level(hour, limit))
    expected = [
        (limit, hour)
        for first, second, hour, limit in rows
        if fnmatchcase(name, first) and fnmatchcase(name[::-1], second)
    ]
    assert [(limit, hour) for hour, limit in accepted.levels((name, name[::-1]))] == sorted(expected)
