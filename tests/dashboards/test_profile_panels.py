"""What an analyst sees of a learned profile: hours, odd hours, state, levels accepted, and images."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.detections.world import DAY, HOUR, NOW
from workbench.dashboards.running import Scene, run_source
from workbench.dashboards.tokens import default_tokens
from workbench.dashboards.view import View
from workbench.replay.rows import Row

Given = Callable[[str, str], None]
Shown = Callable[..., list[Row]]
CHOSEN = {"cluster": "prod", "namespace": "shop", "workload": "web", "process": "nginx"}
LEVELS = "cluster,namespace,workload,process,accepted_at,up_to,reason,owner"
IMAGES = "cluster,namespace,workload,process,image,first_seen,last_seen,running_since,deployed_at"
HOURS = (
    "cluster,namespace,workload,process,metric,kind,hour,state,age_days,"
    "expected,actual,ratio,low,high,excess,"
    "channels_hunting,channels_loud,channels_balanced,channels_quiet,accepted_at,last_hour"
)


@pytest.fixture
def given(scene: Scene) -> Iterator[Given]:
    """Writes a lookup of the scene; afterwards all is as before."""
    folder = scene.site.app.root / "lookups"
    before: dict[Path, bytes] = {}

    def write(name: str, text: str) -> None:
        path = folder / f"{name}.csv"
        before.setdefault(path, path.read_bytes())
        path.write_text(text)

    yield write
    for path, content in before.items():
        path.write_bytes(content)


@pytest.fixture
def shown(views: dict[str, View], scene: Scene) -> Shown:
    """Runs a data source of the dashboard Investigate for one process."""

    def run(source: str, **tokens: str) -> list[Row]:
        view = views["npm_investigate"]
        return run_source(view, source, default_tokens(view) | CHOSEN | tokens, scene)

    return run


def test_an_hour_stands_beside_the_same_hour_of_the_days_before_and_is_marked_when_odd(shown: Shown) -> None:
    hours = shown("hours")
    assert hours[-1] == {
        "_time": NOW - HOUR,
        "Usual up to": 12_000,
        "Odd hour": 5_000_000,
        "Sent": 5_000_000,
        "Usual at this hour": 12_000,
    }
    assert [row["Odd hour"] for row in hours[:-1]] == [0] * (len(hours) - 1)
    first = hours[0]
    assert (first.get("Usual at this hour"), first["Sent"]) == (None, 12_000), "nothing is known of the days before"


def test_the_metric_of_the_hours_can_be_chosen(shown: Shown) -> None:
    assert shown("hours", metric="tcp.packets")[-1]["Sent"] == 50_000
    assert shown("hours", metric="udp.bytes") == []


def test_the_hours_are_there_before_there_is_a_profile(shown: Shown, given: Given) -> None:
    given("npm_profile", "")
    hours = shown("hours")
    assert (hours[-1]["Sent"], hours[-1]["Odd hour"]) == (5_000_000, 0)


def test_the_state_of_each_metric_is_told_in_words(shown: Shown) -> None:
    states = {str(row["metric"]): row for row in shown("profile_state")}
    assert states.keys() == {"tcp.bytes", "tcp.new_sockets", "tcp.packets"}
    sent = states["tcp.bytes"]
    assert sent["meaning"] == "provisional: first week, thresholds are higher"
    assert (sent["learned"], sent["learned until"]) == ("47 hours", "03-01 04:00")
    assert (sent["sent"], sent["expected"]) == ("5.0 MB", "100.0 kB")


def hour_row(at: float, points: str, excess: int = 6_000_000, accepted_at: str = "") -> str:
    return f"prod,shop,web,nginx,tcp.bytes,hour,{at:.0f},ready,20,1000,4000,4,800,1200,{excess},{points},{accepted_at},"


def test_an_odd_hour_says_by_which_channels_up_to_which_point_and_whether_a_level_was_accepted(
    shown: Shown, given: Given
) -> None:
    quiet, loud = "floor,,,", "volume floor,volume,volume,"
    rows = (
        hour_row(NOW - 3 * HOUR, loud, excess=3000),
        hour_row(NOW - 2 * HOUR, quiet),
        hour_row(NOW - HOUR, loud, accepted_at=f"{NOW - HOUR:.0f}"),
    )
    given("npm_profile", "\n".join((HOURS, *rows, "")))
    newest, older, small = shown("odd_hours")
    assert newest == {
        "hour from": "03-01 03:00",
        "process": "nginx",
        "metric": "tcp.bytes",
        "sent": "4.0 kB",
        "usual range": "800 bytes to 1.2 kB",
        "times expected": "4.0",
        "channels": "volume, floor",
        "up to point": "balanced",
        "over our limits": "yes",
        "note": "a new level is accepted from 03-01 03:00 on",
    }
    assert (older["channels"], older["up to point"], older["note"]) == ("floor", "hunting", "")
    assert older["over our limits"] == "no: npm_sustained_point"
    assert small["over our limits"] == "no: npm_sustained_floors"
    assert [row["Odd hour"] for row in shown("hours")[-1:]] == [5_000_000], "the hour over the point in use"


@pytest.mark.parametrize(
    ("names", "fits"),
    [
        ("prod,shop,web,nginx", True),
        ("prod,*,*,*", True),
        ("*,*,*,*", True),
        ("p*d,s*,w*b,ng*", True),
        ("prod,,web,nginx", False),
        ("prod,shop,we,nginx", False),
        ("prod,shop,w.b,nginx", False),
        ("prod,shop,web*x,nginx", False),
        ("prod,blog,web,nginx", False),
        ("staging,shop,web,nginx", False),
    ],
)
def test_a_level_is_found_by_names_and_patterns_as_npmlearn_finds_it(
    names: str, fits: bool, shown: Shown, given: Given
) -> None:
    given("npm_accepted_levels", f"{LEVELS}\n{names},2026-02-20T05:30,,release 4.2,shop\n")
    rows = shown("accepted")
    assert [row["since"] for row in rows] == ["2026-02-20 05:30" if fits else "never"]


# Python warns of a "[" in brackets, which the panel writes for itself.
@pytest.mark.filterwarnings("ignore:Possible nested set:FutureWarning")
@pytest.mark.parametrize("process", ["g++", "(sd-pam)", "a.b|c", "kworker/0:1", "[x]", "a^b"])
def test_a_name_with_signs_of_patterns_is_found_as_it_is(process: str, shown: Shown, given: Given) -> None:
    given("npm_accepted_levels", f"{LEVELS}\nprod,shop,web,{process},{NOW - DAY:.0f},3,image 2,\n")
    (first,) = shown("accepted", process=process)
    assert (first["since"], first["limit"]) == ("2026-02-28 04:00", "up to 3 times the old level")
    assert [row["since"] for row in shown("accepted", process="other")] == ["never"]
    assert shown("accepted", process="*") == [first], "all processes are chosen"


def test_levels_and_images_come_newest_first_and_a_time_that_is_none_is_told(shown: Shown, given: Given) -> None:
    rows = [f"prod,shop,web,nginx,{at},,r,o" for at in ("2026-02-01", "soon", f"{NOW:.0f}")]
    given("npm_accepted_levels", "\n".join((LEVELS, *rows, "")))
    sinces = ["soon is not a time", "2026-03-01 04:00", "2026-02-01 00:00"]
    assert [row["since"] for row in shown("accepted")] == sinces
    old = f"prod,shop,web,nginx,1.24,{NOW - 20 * DAY:.0f},{NOW - DAY:.0f},{NOW - 20 * DAY:.0f},"
    new = f"prod,shop,web,nginx,1.25,{NOW - DAY:.0f},{NOW:.0f},{NOW - DAY:.0f},{NOW - DAY:.0f}"
    given("npm_known_images", "\n".join((IMAGES, old, new, "prod,shop,other,nginx,9,1,2,1,", "")))
    newest, before = shown("images")
    assert (newest["image"], newest["deployed"], newest["last seen"]) == (
        "1.25",
        "2026-02-28 04:00",
        "2026-03-01 04:00",
    )
    assert (before["image"], before["deployed"]) == ("1.24", "no")


def test_where_no_level_is_accepted_and_no_image_known_a_row_says_what_to_do(shown: Shown, given: Given) -> None:
    given("npm_known_images", "")
    given("npm_accepted_levels", "")
    (images,) = shown("images")
    assert "Enable Deploys Of Kubernetes NPM Processes" in str(images["image"])
    (level,) = shown("accepted")
    assert level["reason"] == "no row of npm_accepted_levels or npm_deploys fits this process"


def test_the_way_to_accept_a_level_has_the_names_filled_in(views: dict[str, View]) -> None:
    text = views["npm_investigate"].part("visualizations")["accept"]["options"]["markdown"]
    for column in ("cluster", "namespace", "workload", "process"):
        assert f'{column}="${column}$"' in text
    assert f"| table {LEVELS.replace(',', ' ')}\n" in text


@pytest.mark.parametrize(
    ("rows", "with_image", "note"),
    [
        ([], 0, "no image delivered, or Deploys Of Kubernetes NPM Processes does not run"),
        (["web,nginx,1"], 1, "some processes have no image"),
        (["web,nginx,1", "web,nginx,2", "dns,coredns,1"], 2, "every process has an image"),
    ],
)
def test_health_tells_how_many_processes_have_an_image_known(
    rows: list[str], with_image: int, note: str, views: dict[str, View], scene: Scene, given: Given
) -> None:
    span = f"{NOW - 5 * DAY:.0f},{NOW:.0f},{NOW - DAY:.0f},{NOW - DAY:.0f}"
    given("npm_known_images", "\n".join((IMAGES, *(f"prod,shop,{row},{span}" for row in rows), "")) if rows else "")
    (prod,) = run_source(views["npm_health"], "deploys", default_tokens(views["npm_health"]), scene)
    assert prod == {
        "cluster": "prod",
        "processes": 2,
        "with an image": with_image,
        "deployed in 3 days": with_image,
        "last deploy": "02-28 04:00" if rows else "none seen",
        "note": note,
    }
