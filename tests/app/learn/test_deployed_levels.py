"""The level after a deploy is accepted up to a ratio if the series was in its range before; its hours still alert."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.app.learn.learning import START, WEB, Answer, days, learn
from workbench.replay.rows import Row

TABLE = learn(days(9)).rows
JUMP = 216
SECONDS = (START + JUMP) * 3600
DOUBLED = days(1, start=JUMP, each=10_000)
TENFOLD = days(1, start=JUMP, each=50_000)


@pytest.fixture
def app(tmp_path: Path) -> Path:
    (tmp_path / "lookups").mkdir()
    return tmp_path


def accept(app: Path, *lines: str) -> Path:
    content = "\n".join(["cluster,process,accepted_at,up_to,reason", *lines, ""])
    (app / "lookups" / "npm_deploys.csv").write_text(content)
    return app


def deploy(hour: int, up_to: str = "3") -> str:
    return f"prod,web,{(START + JUMP + hour) * 3600},{up_to},image 7"


def alerting(answer: Answer) -> dict[int, str]:
    """Hours of tx.bytes that stand out, counted from the jump, with their accepted_at."""
    rows = [row for row in answer.hours if row["metric"] == "tx.bytes"]
    return {int(str(row["hour"])) // 3600 - START - JUMP: str(row["accepted_at"] or "") for row in rows}


def expected(answer: Answer) -> float:
    return float(str(answer.profile(WEB)["expected"])) / 120


def test_without_a_deploy_a_doubling_stands_out_all_day(app: Path) -> None:
    assert len(alerting(learn(DOUBLED, TABLE, app=app))) > 12


def test_with_one_its_first_hour_alerts_and_the_level_is_accepted(app: Path) -> None:
    answer = learn(DOUBLED, TABLE, app=accept(app, deploy(0)))
    assert alerting(answer) == {0: str(SECONDS)}
    assert expected(answer) == pytest.approx(10_000, rel=0.15)
    assert not answer.messages_of("WARN")


def test_a_rise_above_the_ratio_stays_what_it_is(app: Path) -> None:
    answer = learn(TENFOLD, TABLE, app=accept(app, deploy(0)))
    assert len(alerting(answer)) > 12
    assert expected(answer) < 15_000


def test_a_rise_that_follows_the_deploy_is_accepted_up_to_the_ratio(app: Path) -> None:
    answer = learn([*DOUBLED[:2], *TENFOLD[2:]], TABLE, app=accept(app, deploy(0)))
    alerts = alerting(answer)
    assert {2, 3, 10, 20} <= alerts.keys()
    assert alerts[2] == str(SECONDS)  # still being measured
    assert alerts[3] == ""
    assert expected(answer) < 25_000


def test_somebody_can_accept_what_the_deploy_did_not(app: Path) -> None:
    answer = learn(TENFOLD, TABLE, app=accept(app, deploy(0), deploy(0, up_to="")))
    assert not alerting(answer)
    later = learn(TENFOLD[:6], TABLE, app=accept(app, deploy(0))).rows
    answer = learn(TENFOLD[6:], later, app=accept(app, deploy(0), deploy(6, up_to="")))
    assert set(alerting(answer)) == set(range(6))
    answer = learn(TENFOLD[6:], later, app=accept(app, deploy(0), deploy(0, up_to="")))
    assert set(alerting(answer)) == set(range(6))


def test_a_deploy_amid_an_attack_does_not_make_it_normal(app: Path) -> None:
    alerts = alerting(learn(DOUBLED, TABLE, app=accept(app, deploy(3))))
    assert {3, 4, 9, 15} <= alerts.keys()
    assert set(alerts.values()) == {""}


@pytest.mark.parametrize("late", [1, 3])
def test_a_deploy_noticed_late_is_accepted_late(app: Path, late: int) -> None:
    before = learn(DOUBLED[:late], TABLE, app=app).rows
    alerts = alerting(learn(DOUBLED[late:], before, app=accept(app, deploy(0))))
    assert set(alerts) == set(range(late + 1))
    assert alerts[late] == str(SECONDS + late * 3600)


def test_one_found_later_than_a_level_is_measured_over_is_not(app: Path) -> None:
    before = learn(DOUBLED[:7], TABLE, app=app).rows
    alerts = alerting(learn(DOUBLED[7:], before, app=accept(app, deploy(0))))
    assert len(alerts) > 12
    assert set(alerts.values()) == {""}


def test_it_is_accepted_once_however_often_the_lookup_is_read(app: Path) -> None:
    accept(app, deploy(0))
    table: list[Row] = TABLE
    for row in DOUBLED:
        table = learn([row], table, app=app).rows
    assert table == learn(DOUBLED, TABLE, app=app).rows


def test_a_deploy_that_changes_nothing_hardly_changes_the_profile(app: Path) -> None:
    steady = days(1, start=JUMP)
    with_deploy, without = learn(steady, TABLE, app=accept(app, deploy(0))), learn(steady, TABLE)
    assert not alerting(with_deploy)
    assert expected(with_deploy) == pytest.approx(expected(without), rel=0.05)


def test_of_two_deploys_the_second_is_measured_anew(app: Path) -> None:
    rows = [*DOUBLED[:3], *days(0.5, start=JUMP + 3, each=20_000)]
    alerts = alerting(learn(rows, TABLE, app=accept(app, deploy(0), deploy(3))))
    assert alerts == {0: str(SECONDS), 3: str(SECONDS + 3 * 3600)}


@pytest.mark.parametrize("up_to", ["1", "many", "1e999", " ", "{0}"])
def test_an_invalid_ratio_is_reported_and_the_row_not_used(app: Path, up_to: str) -> None:
    answer = learn(DOUBLED, TABLE, app=accept(app, deploy(0, up_to)))
    assert answer.messages_of("WARN") == [
        f"deploys 'npm_deploys', row 2: up_to='{up_to}' is not a ratio above 1 and up to 1000; write one such"
        " as 3, or leave the cell empty for any. The row is not used"
    ]
    assert len(alerting(answer)) > 12
