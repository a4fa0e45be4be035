"""Tables that people or their programs break as a whole: the detections run, what is left of no meaning does nothing.

Headers, separators, encodings and line ends, as spreadsheets and editors write them.
"""

from __future__ import annotations

import re
from collections.abc import Callable

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from npmlib.learn.accepted import load_accepted
from npmlib.learn.options import LearnOptions
from npmlib.learn.tally import Tally

from tests.detections.bursts import around, current, usual
from tests.detections.talking import learned, talk
from tests.detections.world import (
    ALLOWED,
    EDGE_BASELINE,
    HIDDEN,
    HOUR,
    NEW_EDGE,
    NEW_UDP_EDGE,
    NOW,
    OUTBOUND,
    SUSTAINED,
    TABLE_CHECK,
    TRAFFIC_BASELINE,
    World,
)
from tests.examples import GENERATE, examples
from workbench.replay.rows import Row

LEVELS = "cluster,namespace,workload,process,accepted_at,up_to,reason,owner"
TABLES = {  # header and rows that work as they stand
    "npm_allowlist": (f"{ALLOWED},reason,owner,expires", "prod,shop,web,*,*,*,b,o,never", "prod,*,x,*,*,*,b,o,never"),
    "npm_accepted_levels": (LEVELS, "prod,shop,web,*,2026-03-01,3,r,o", "prod,*,x,*,2026-03-01,3,r,o"),
    "npm_networks": ("cidr,name", "203.0.113.0/24,partner", "198.51.100.0/24,bank"),
}
KEYS = {
    "npm_allowlist": (*ALLOWED.split(","), "expires"),
    "npm_accepted_levels": tuple(LEVELS.split(",")[:5]),
    "npm_networks": ("cidr", "name"),
}

Change = Callable[[str], bytes]
STILL_WORKS: dict[str, Change] = {
    "as it should be": str.encode,
    "line ends of Windows": lambda text: text.replace("\n", "\r\n").encode(),
    "byte order mark": lambda text: b"\xef\xbb\xbf" + text.encode(),
    "no last line end": lambda text: text[:-1].encode(),
    "line ends of old Macs": lambda text: text.replace("\n", "\r").encode(),
    "a reason of two lines": lambda text: text.replace(",b,", ',"b\nb",').replace(",r,", ',"r\nr",').encode(),
    "commas at the ends of lines": lambda text: text.replace("\n", ",,\n").encode(),
    "empty lines": lambda text: (text.replace("\n", "\n\n") + "\n\n").encode(),
    "rows of commas": lambda text: (text + "," * text.partition("\n")[0].count(",") + "\n").encode(),
    "a column more": lambda text: text.replace("\n", ",x\n").encode(),
    "columns in another order": lambda text: "".join(
        ",".join(reversed(line.split(","))) + "\n" for line in text.splitlines()
    ).encode(),
    "every cell in quotes": lambda text: "".join(
        ",".join(f'"{cell}"' for cell in line.split(",")) + "\n" for line in text.splitlines()
    ).encode(),
}
HEADER_GONE: dict[str, Change] = {
    "semicolons": lambda text: text.replace(",", ";").encode(),
    "tabs": lambda text: text.replace(",", "\t").encode(),
    "no header": lambda text: text.partition("\n")[2].encode(),
    "an empty line before": lambda text: ("\n" + text).encode(),
    "the separator before": lambda text: ("sep=,\n" + text).encode(),
    "blanks behind commas": lambda text: text.replace(",", ", ").encode(),
    "every line in quotes": lambda text: "".join(f'"{line}"\n' for line in text.splitlines()).encode(),
    "upper case": lambda text: (text.partition("\n")[0].upper() + "\n" + text.partition("\n")[2]).encode(),
    "blanks in the header": lambda text: text.replace(",", " , ", text.partition("\n")[0].count(",")).encode(),
    "UTF-16": lambda text: text.encode("utf-16"),
}
EMPTY: dict[str, Change] = {
    "no bytes": lambda _text: b"",
    "a line end": lambda _text: b"\n",
    "only a header": lambda text: (text.partition("\n")[0] + "\n").encode(),
}


def write(world: World, table: str, content: bytes) -> None:
    (world.app.root / "lookups" / f"{table}.csv").write_bytes(content)


def text_of(table: str, header: str | None = None) -> str:
    return "\n".join([header or TABLES[table][0], *TABLES[table][1:], ""])


@pytest.fixture
def attacked(world: World) -> World:
    """A burst of web, a new edge of web to 203.0.113.9, which is allowed by one row."""
    learned(world).add(usual("prod", "web", "nginx", around(1000, 100)))
    world.add(current("prod", "web", "nginx", 60, tcp_bytes=52_000))
    world.add(talk("prod", "web", "203.0.113.9", HOUR / 2, outside="destination"))
    world.rows(TRAFFIC_BASELINE)
    return world


def outbound(world: World) -> bool:
    return [row["workload"] for row in world.rows(OUTBOUND)] == ["web"]


def peer(world: World) -> list[object]:
    return [row["dest_workload"] for row in world.rows(NEW_EDGE)]


def checked(world: World, table: str) -> list[Row]:
    return [row for row in world.rows(TABLE_CHECK) if row["lookup"] == table]


def accepted(world: World) -> tuple[bool, list[str]]:
    """Whether npmlearn takes the level of web, and what it says."""
    tally = Tally()
    levels = load_accepted(str(world.app.root), LearnOptions(), tally)
    return bool(levels.levels(("prod", "shop", "web", "nginx"))), tally.wrong_levels


def test_tables_that_only_look_odd_work(attacked: World) -> None:
    for change in STILL_WORKS.values():
        write(attacked, "npm_allowlist", change(text_of("npm_allowlist")))
        assert not outbound(attacked)
        assert peer(attacked) == []
        write(attacked, "npm_allowlist", b"")
        write(attacked, "npm_networks", change(text_of("npm_networks")))
        assert peer(attacked) == ["partner"]
        write(attacked, "npm_accepted_levels", change(text_of("npm_accepted_levels")))
        assert accepted(attacked) == (True, [])
        assert checked(attacked, "npm_accepted_levels") == checked(attacked, "npm_networks") == []


@pytest.mark.parametrize("change", [*HEADER_GONE.values(), *EMPTY.values()], ids=[*HEADER_GONE, *EMPTY])
def test_tables_without_their_columns_stop_and_hide_nothing(attacked: World, change: Change) -> None:
    for table in TABLES:
        write(attacked, table, change(text_of(table)))
    assert outbound(attacked)
    assert peer(attacked) == ["203.0.113.9"]
    for search in (EDGE_BASELINE, NEW_UDP_EDGE, SUSTAINED, HIDDEN):
        attacked.rows(search, NOW + HOUR)
    taken, told = accepted(attacked)
    assert not taken
    for table in TABLES:
        rows = checked(attacked, table)
        assert bool(rows) == (change in HEADER_GONE.values()), table
        assert {(row["state"], row["row"]) for row in rows} <= {("wrong", 1), ("look", 1)}
    assert bool(told) == (change in HEADER_GONE.values())


def test_one_column_that_is_missing_takes_the_meaning_of_all_rows(attacked: World) -> None:
    for table, keys in KEYS.items():
        for key in keys:
            header = ",".join("other" if name == key else name for name in TABLES[table][0].split(","))
            write(attacked, table, text_of(table, header).encode())
            (row,) = checked(attacked, table)
            assert (row["state"], row["row"], row["column"]) == ("wrong", 1, key)
            assert "column is missing" in str(row["advice"])
            if table == "npm_allowlist":
                assert outbound(attacked), key
            if table == "npm_accepted_levels":
                assert accepted(attacked)[0] is False
                assert key in accepted(attacked)[1][0]
        write(attacked, table, b"")
    write(attacked, "npm_networks", b"network,name\n203.0.113.0/24,partner\n")
    assert peer(attacked) == ["203.0.113.9"]


def test_a_table_of_one_row_without_a_column_is_listed_too(attacked: World) -> None:
    write(attacked, "npm_allowlist", b"cluster,workload,process,reason,owner,expires\nprod,web,*,b,o,never\n")
    assert outbound(attacked)
    assert [(row["state"], row["row"], row["column"]) for row in checked(attacked, "npm_allowlist")] == [
        ("wrong", 2, name) for name in ("dest_namespace", "dest_workload", "namespace")
    ]


def test_rows_that_do_not_fit_their_header_do_no_harm(attacked: World) -> None:
    header = text_of("npm_allowlist").partition("\n")[0]
    shifted = f"{header}\nprod,shop,web,*,*,*,backup, nightly,o,never\nprod,shop,web\n"
    write(attacked, "npm_allowlist", shifted.encode())
    assert outbound(attacked)
    assert ("wrong", 2, "expires") in {
        (row["state"], row["row"], row["column"]) for row in checked(attacked, "npm_allowlist")
    }
    write(attacked, "npm_allowlist", text_of("npm_allowlist").replace(",b,", ",für,").encode("latin-1"))
    assert not outbound(attacked), "a reason in another encoding"


def hidden(world: World, names: list[tuple[str, str]]) -> list[bool]:
    """Whether findings of processes are hidden by rows that name them so: process and name, each in a cluster."""
    cells = (name.replace('"', '""') for _, name in names)
    world.allow(*(f'c{number},shop,web,"{name}",*,*,b,o,never' for number, name in enumerate(cells)))
    processes = (process.replace("\\", "\\\\").replace('"', '\\"') for process, _ in names)
    listed = ", ".join(f'"{number} {process}"' for number, process in enumerate(processes))
    search = f"""| makeresults | eval row=mvappend({listed}) | mvexpand row
      | eval cluster="c".replace(row, "(?s) .*", ""), process=replace(row, "^[0-9]+ ", "")
      | eval namespace="shop", workload="web", dest_namespace="*", dest_workload="*" | `npm_hide_allowed`"""
    left = {row["cluster"] for row in world.run_text(search, 0, NOW)}
    return [f"c{number}" not in left for number in range(len(names))]


def test_names_are_compared_letter_by_letter_but_for_the_wildcard(world: World) -> None:
    """Characters that regular expressions know stand for themselves."""
    sign = "/usr/bin/[kworker] (a+b).{1}|x$"
    names = [
        *(("web", name, True) for name in ("web", "w*", "*b", "*e*", "**", "w*b")),
        *(("web", name, False) for name in ("w.b", "we.", "w?b", "[w]eb", "(web)", "web|x", "web+", "w_b", "%", "WEB")),
        *(("web", name, False) for name in ("we*x", "web ", "", "'", "\\w*", "^web", "[", "[^']*", "eb", "we")),
        (sign, sign, True),
        (sign, "/usr/bin/[kworker]*", True),
        (sign, sign.replace(".", ","), False),
        *((name, name, True) for name in ("it's", "C:\\bin\\x", "^x^", 'say "hi"', "100%", "a%27b", "'", "\\")),
        *((name, "it*s", True) for name in ("it's", "it^s", "it\\s", "it''s", "it%s")),
        *(("it's", name, False) for name in ("it^s", "it%27s", "its", "it's'")),
        ("it%27s", "it's", False),
    ]
    assert hidden(world, [(process, name) for process, name, _ in names]) == [hides for *_, hides in names]
    listed = {names[int(str(row["row"])) - 2][1] for row in checked(world, "npm_allowlist") if row["state"] == "wrong"}
    assert listed == {""}
    looked = {names[int(str(row["row"])) - 2][1] for row in checked(world, "npm_allowlist") if row["state"] == "look"}
    assert {"w?b", "%", "web ", "'", "\\w*", "^web", "[^']*", "it's", 'say "hi"'} <= looked
    assert not {"web", "w*", sign, "[w]eb"} & looked


HOSTILE = st.text("a*'\\^\"%.[]()|$ 2", min_size=1, max_size=5)


@settings(max_examples=examples(3, 100), phases=GENERATE)
@given(st.lists(st.tuples(HOSTILE, HOSTILE), min_size=40, max_size=80))
def test_only_the_wildcard_matches_what_is_not_written(
    new_world: Callable[[], World], names: list[tuple[str, str]]
) -> None:
    """Beside the GLOB of DuckDB, whose other signs are put in brackets; a name of its own matches itself."""
    pairs = [*names, *((process, process) for process, _ in names)]
    globs = [(process, re.sub(r"([\[\]\\?])", lambda at: f"[{at[1]}]", name)) for process, name in pairs]
    with duckdb.connect() as database:
        expected = [database.execute("select ? glob ?", [*pair]).fetchall()[0][0] for pair in globs]
    assert hidden(new_world(), pairs) == expected


def test_the_smallest_network_names_an_address_in_any_order(attacked: World) -> None:
    rows = ["0.0.0.0/0,all", "203.0.113.0/24,partner", "203.0.113.8/30,lab of partner", "::/0,six"]
    for order in (rows, rows[::-1]):
        attacked.name_networks(*order)
        assert peer(attacked) == ["lab of partner"]
