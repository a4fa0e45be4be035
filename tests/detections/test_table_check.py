"""Tables that people edit: what is not clearly valid hides, accepts and loses nothing, and is listed with advice.

Each cell is read by one rule, in SPL and in npmlearn alike.
"""

from __future__ import annotations

import csv
import datetime
import io
import ipaddress
import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from npmlib.learn.accepted import accepted_hour, accepted_limit

from tests.detections.edited_cells import DAYS, RATIOS, TIMES
from tests.detections.world import ALLOWED, NOW, TABLE_CHECK, World
from tests.examples import examples
from tests.replay.given_rows import run_on
from workbench.compiler.build import Package
from workbench.replay.app import App
from workbench.replay.rows import Row

TODAY = "2026-03-01"  # of NOW
LEVELS = "cluster,namespace,workload,process,accepted_at,up_to,reason,owner"
DOCS = Path(__file__).parents[2] / "docs"


@pytest.fixture(scope="module")
def app(built: Package) -> App:
    return App.load(built.staged)


def holds(app: App, macro: str, texts: list[str]) -> list[bool]:
    """Whether the condition of a macro is true of each text."""
    search = app.expand(f'eval holds=if(`{macro}(text)`, "yes", "no")')
    return [row["holds"] == "yes" for row in run_on([{"text": text} for text in texts], search)]


def write(world: World, table: str, header: str, rows: list[list[str]]) -> Path:
    """Write a table as a spreadsheet does: cells with commas or quotes in quotes."""
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows([header.split(","), *rows])
    path = Path(world.app.root / "lookups" / f"{table}.csv")
    path.write_text(text.getvalue(), encoding="utf-8")
    return path


def checked(world: World) -> list[Row]:
    return world.rows(TABLE_CHECK)


def short(rows: list[Row]) -> list[tuple[object, ...]]:
    return [(row["state"], row["row"], row["column"]) for row in rows]


# --- one reading for each column ------------------------------------------------------------------------------------


def test_each_sample_is_what_it_is_to_both(app: App) -> None:
    assert holds(app, "npm_is_day", list(DAYS)) == [proposed is None for proposed in DAYS.values()]
    assert holds(app, "npm_is_time", list(TIMES)) == list(TIMES.values())
    assert holds(app, "npm_is_ratio", list(RATIOS)) == list(RATIOS.values())
    assert [accepted_hour(text) is not None for text in TIMES] == list(TIMES.values())
    assert [accepted_limit(text) is not None for text in RATIOS] == list(RATIOS.values())


def is_day(text: str) -> bool:
    """The independent judgement: a form of three numbers, and a day of the calendar."""
    try:
        return bool(re.fullmatch("[1-9][0-9]{3}-[0-9]{2}-[0-9]{2}", text)) and bool(datetime.date.fromisoformat(text))
    except ValueError:
        return False


cells = st.one_of(
    st.text("0123456789-/.:TZE+ \uff14", max_size=17),
    st.dates(datetime.date(1900, 1, 1), datetime.date(2200, 1, 1)).map(str),
    st.builds(
        "{}{}{}".format,
        st.sampled_from(["", " ", "\ufeff"]),
        st.dates(datetime.date(1900, 1, 1)),
        st.sampled_from(["", "Z", "T10:00"]),
    ),
    st.builds("{}-{:02}-{:02}".format, st.integers(1990, 2110), st.integers(0, 13), st.integers(0, 32)),
    st.builds("{:e}".format, st.floats(0, 1e13)),
    st.builds("{:g}".format, st.floats(0, 2000)),
)


@settings(max_examples=examples(25, 500), deadline=None)
@given(texts=st.lists(cells, min_size=20, max_size=40))
def test_spl_and_npmlearn_read_one_language(app: App, texts: list[str]) -> None:
    assert holds(app, "npm_is_day", texts) == [is_day(text) for text in texts]
    assert holds(app, "npm_is_time", texts) == [accepted_hour(text) is not None for text in texts]
    assert [holds(app, "npm_is_ratio", [text]) == [True] or not text for text in texts] == [
        accepted_limit(text) is not None for text in texts
    ]


# --- the allow-list -------------------------------------------------------------------------------------------------


def hidden(world: World, macro: str) -> set[object]:
    """Workloads of the findings, one for each entry of the allow-list, that a macro lets through."""
    findings = f"| inputlookup npm_allowlist | fields {ALLOWED.replace(',', ' ')} | `{macro}` | table workload"
    return {row["workload"] for row in world.run_text(findings, 0, NOW)}


def test_only_a_day_from_today_on_or_never_hides(world: World) -> None:
    days = ["never", TODAY, "2026-02-28", "9999-12-31", *DAYS]
    write(world, "npm_allowlist", f"{ALLOWED},reason,owner,expires", [
        ["prod", "*", f"w{number}", "*", "*", "*", "why", "who", expires] for number, expires in enumerate(days)
    ])  # fmt: skip
    works = {f"w{days.index(day)}" for day in ("never", TODAY, "9999-12-31", "2026-11-28", "2028-02-29")}
    assert hidden(world, "npm_only_allowed") == works
    assert hidden(world, "npm_hide_allowed") == {f"w{number}" for number in range(len(days))} - works
    listed = {row["row"]: row for row in checked(world)}
    not_listed = {days.index(day) + 2 for day in ("never", "9999-12-31", "2026-11-28", "2028-02-29")}
    assert set(listed) == set(range(2, len(days) + 2)) - not_listed
    assert listed[days.index(TODAY) + 2]["state"] == "expires soon"
    assert listed[days.index("2026-02-28") + 2]["state"] == "expired"
    for day, proposed in DAYS.items():
        if proposed is not None:
            row = listed[days.index(day) + 2]
            assert (row["state"], row["column"], row["value"]) == ("wrong", "expires", day)
            assert str(row["advice"]).startswith(f"Hides nothing. Write {proposed or 'a day that exists, such as'}"), (
                day
            )


def test_a_text_that_is_no_day_does_not_stand_in_the_way_of_one_that_is(world: World) -> None:
    """Several entries fit: the texts of all come back, sorted, and TBD sorts behind the days."""
    world.allow("prod,*,w,*,*,*,r,o,TBD", "prod,*,w,*,*,*,r,o,2026-12-31", "prod,*,v,*,*,*,r,o,zzz")
    assert hidden(world, "npm_only_allowed") == {"w"}
    assert hidden(world, "npm_hide_allowed") == {"v"}


def test_entries_that_expire_come_after_what_is_wrong(world: World) -> None:
    world.allow(
        "example,*,example-*,*,*,*,an example,who,2000-01-01",
        "prod,*,a,*,*,*,r,o,2026-02-28",
        "prod,*,b,*,*,*,r,o,2026-03-14",
        "prod,*,c,*,*,*,r,o,2026-03-15",
        "prod,*,d,*,*,*,r,o,soon",
        "prod,*,e,*,*,*,r,o,never",
    )
    assert short(checked(world)) == [("wrong", 6, "expires"), ("expires soon", 4, "expires"), ("expired", 3, "expires")]


def test_names_that_cannot_be_meant_are_listed(world: World) -> None:
    write(world, "npm_allowlist", f"{ALLOWED},reason,owner,expires", [
        ["prod", "", "web", "*", "*", "*", "r", "o", "never"],
        ["prod ", "*", "web", "*", "*", "*", "r", "o", "never"],
        ['"prod"', "*", "web", "*", "*", "*", "r", "o", "never"],
        ["prod", "*", "web-%", "*", "*", "*", "r", "o", "never"],
        ["\uff50rod", "*", "web", "*", "*", "*", "r", "o", "never"],
        ["prod", "*", "web", "/usr/bin/a b", "(outside)", "api.bank.example", "", "", "never"],
        ["*", "*", "*", "*", "*", "*", "r", "o", "never"],
        ["prod", "*", "db", "*", "*", "*", "r", "o", "never"],
        ["prod", "*", "db", "*", "*", "*", "r", "o", "2026-12-31"],
        ["", "", "", "", "", "", "", "", ""],
    ])  # fmt: skip
    assert short(checked(world)) == [
        ("wrong", 2, "namespace"),
        ("look", 3, "cluster"),
        ("look", 4, "cluster"),
        ("look", 5, "workload"),
        ("look", 6, "cluster"),
        ("look", 7, "owner"),
        ("look", 7, "reason"),
        ("look", 8, "cluster"),
        ("look", 10, "cluster"),
    ]


def test_a_column_that_is_missing_is_one_line(world: World) -> None:
    write(world, "npm_allowlist", f"C{ALLOWED[1:]},reason,owner,expires",
          [["prod", "*", f"w{number}", "*", "*", "*", "r", "o", "never"] for number in range(9)])  # fmt: skip
    (row,) = checked(world)
    assert (row["state"], row["row"], row["column"]) == ("wrong", 1, "cluster")
    assert "column is missing" in str(row["advice"])


# --- accepted levels and networks -----------------------------------------------------------------------------------


def test_accepted_levels_that_npmlearn_does_not_take_are_listed(world: World) -> None:
    texts = [*TIMES, *RATIOS]
    rows = [["prod", "*", f"w{n}", "*", text, "", "r", "o"] for n, text in enumerate(TIMES)]
    rows += [["prod", "*", f"v{n}", "*", TODAY, text, "r", "o"] for n, text in enumerate(RATIOS)]
    write(world, "npm_accepted_levels", LEVELS, rows)
    wrong = [n + 2 for n, text in enumerate(texts) if not (TIMES if n < len(TIMES) else RATIOS)[text]]
    found = checked(world)
    assert [(row["lookup"], row["state"]) for row in found] == [("npm_accepted_levels", "wrong")] * len(wrong)
    assert [row["row"] for row in found] == wrong
    assert {row["value"]: row["advice"] for row in found}["46081.958"] == (
        "Accepts nothing. Write 2026-02-28, the same with THH:MM in UTC, or epoch seconds of ten digits."
    )


def test_accepted_levels_that_lie_years_ahead_are_to_be_looked_at(world: World) -> None:
    """They are times, but do nothing for so long that a slip is more likely."""
    times = ["2027-03-01", "2062-03-01", "1803800000", "9999999999"]
    rows = [["prod", "*", f"w{number}", "*", text, "", "r", "o"] for number, text in enumerate(times)]
    write(world, "npm_accepted_levels", LEVELS, rows)
    assert short(checked(world)) == [("look", 3, "accepted_at"), ("look", 5, "accepted_at")]


groups = st.text("0123456789abcdefABCDEF", max_size=5)
six = st.lists(groups, min_size=1, max_size=10).map(":".join)
four = st.lists(st.integers(0, 299).map(str), min_size=3, max_size=5).map(".".join)
networks = st.one_of(
    st.builds("{}/{}".format, st.one_of(six, four, st.ip_addresses()), st.integers(0, 129)),
    st.text("0123456789abcf:./ ", max_size=20),
)


def is_network(text: str) -> bool:
    """As Python reads it, but for forms that few programs read alike: masks, zones, leading zeros, two notations."""
    address, slash, length = text.partition("/")
    try:
        ipaddress.ip_network(text, strict=False)
    except ValueError:
        return False
    return (
        bool(slash)
        and "%" not in address
        and not {":", "."} <= set(address)
        and length.isdigit()
        and length == str(int(length))
    )


@settings(max_examples=examples(25, 500), deadline=None)
@given(texts=st.lists(networks, min_size=20, max_size=40))
def test_a_network_is_what_python_takes_for_one(app: App, texts: list[str]) -> None:
    assert holds(app, "npm_is_network", texts) == [is_network(text) for text in texts]


def test_networks_that_are_none_are_listed(world: World) -> None:
    good = ["203.0.113.0/24", "198.51.100.7/32", "0.0.0.0/0", "2001:db8::/32", "::1/128"]
    bad = [
        "203.0.113.0",
        "203.0.113.0/33",
        "203.0.113/24",
        "10.0.*",
        "256.0.0.0/8",
        "2001:db8::",
        "web",
        "",
        "10.0.0.0/8 ",
        "010.0.0.0/8",
        "::::/64",
        "1::2::3/64",
    ]
    rows = [*([cidr, "bank"] for cidr in (*good, *bad)), ["10.0.0.0/8", ""], ["10.1.0.0/16", "-"], ["::1/128", "bank"]]
    write(world, "npm_networks", "cidr,name", rows)
    first = len(good) + 2
    expected = [("wrong", first + n, "cidr") for n in range(len(bad))]
    expected += [("wrong", first + len(bad), "name"), ("wrong", first + len(bad) + 1, "name")]
    assert short(checked(world)) == [*expected, ("look", len(rows) + 1, "cidr")]


def test_the_check_changes_no_table(world: World) -> None:
    tables = [
        write(world, "npm_allowlist", f"{ALLOWED},reason,owner,expires,ticket",
              [["prod", "*", "web", "*", "*", "*", "", "ops", "never", "1"], ["", "", "", "", "", "", "r", *[""] * 3]]),
        write(world, "npm_accepted_levels", LEVELS, [["prod", "", "x", "*", "3x", "", "", ""]]),
        write(world, "npm_networks", "cidr,name", [["x", "y"], ["x", "y"]]),
    ]  # fmt: skip
    before = [table.read_bytes() for table in tables]
    assert checked(world)
    assert [table.read_bytes() for table in tables] == before


def test_no_search_rewrites_what_people_edit(app: App) -> None:
    """Only the search that makes tables writes them, and it appends to what is there."""
    people = {"npm_allowlist", "npm_accepted_levels", "npm_networks"}
    writes = re.compile(r"\boutputlookup\b([^|\]]*)")
    writers = {
        (name, table, "append=t" in arguments)
        for name, search in app.saved_searches.items()
        for arguments in writes.findall(app.expand(search.search))
        for table in people.intersection(arguments.split())
    }
    assert {(name, appends) for name, _, appends in writers} == {("K8S NPM - Tables", True)}


# --- what the documents tell people to type -------------------------------------------------------------------------


def example(page: str, table: str) -> str:
    """The search of a page that adds a row to a table."""
    (search,) = re.findall(rf"```text\n(\| makeresults\n[^`]*\| outputlookup {table}\n)```", (DOCS / page).read_text())
    return str(search)


def test_examples_of_rows_work_as_they_stand(world: World) -> None:
    write(world, "npm_accepted_levels", LEVELS, [])
    for page, table in (("tuning.md", "npm_allowlist"), ("profile.md", "npm_accepted_levels")):
        world.run_text(example(page, table), 0, NOW)
    assert hidden(world, "npm_only_allowed") == {"nightly-backup"}
    (level,) = world.run_text("| inputlookup npm_accepted_levels", 0, NOW)
    assert accepted_hour(str(level["accepted_at"])) == NOW // 3600
    table = (DOCS / "tuning.md").read_text().split("| cluster | namespace |", 1)[1].split("\n\n", 1)[0]
    entries = [line.strip("| ").replace(" | ", ",") for line in table.splitlines()[2:]]
    assert len(entries) == 3
    world.allow(*entries)
    assert checked(world) == []
