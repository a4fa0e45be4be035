"""The command as a process over the real protocol, on each Python release that Splunk runs commands with."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable, Sequence
from pathlib import Path

import pytest

from tests.app.chunks import getinfo_metadata
from workbench.replay.chunk_csv import decode, encode
from workbench.replay.commandprocess import CommandProcess
from workbench.replay.context import Message
from workbench.replay.errors import ReplayError
from workbench.replay.rows import Row

METRICS = ("tcp.bytes", "tcp.new_sockets", "tcp.packets", "udp.bytes", "udp.packets")
KEYS = ("cluster", "namespace", "workload", "process")
FIELDS = ("_time", *KEYS, *METRICS)
NGINX = ("prod", "shop", "web", "nginx")


def point(time: int = 1772323200, series: Sequence[str] = NGINX, **metrics: str) -> Row:
    """A row as mstats gives it: tcp_bytes="5" becomes the column tcp.bytes."""
    named = {name.replace("_", ".", 1): value for name, value in metrics.items()}
    return {"_time": str(time), **dict(zip(KEYS, series, strict=True)), **named}


def baseline_lookup(rows: Iterable[tuple[Sequence[str], float, float]]) -> str:
    """A lookup with the same count, average and stdev for all metrics of a series."""
    header = ",".join([*KEYS, *(f"{part}_{metric}" for metric in METRICS for part in ("count", "avg", "stdev"))])
    lines = [",".join([*series, *([f"86400,{average},{stdev}"] * len(METRICS))]) for series, average, stdev in rows]
    return "\n".join([header, *lines, ""])


class Search:
    """What a search gives for rows in chunks: result rows, messages, and how many starts it took."""

    def __init__(self, folder: Path, interpreter: Path) -> None:
        self.folder = folder
        self.interpreter = interpreter
        self.messages: list[Message] = []

    def start(self) -> CommandProcess:
        argv = [str(self.interpreter), "-B", str(self.folder / "bin" / "npmanomaly.py")]
        return CommandProcess("npmanomaly", argv, self.folder / "bin", {"PATH": os.environ["PATH"]}, 60)

    def getinfo(self, args: Sequence[str]) -> dict[str, object]:
        return getinfo_metadata(args, dispatch_dir=str(self.folder))

    def run(self, args: Sequence[str], *bodies: bytes) -> list[Row]:
        """Send ``bodies`` as chunks, an empty finished one after them, and return all result rows."""
        rows: list[Row] = []
        with self.start() as process:
            self.messages = process.messages
            process.ask(self.getinfo(args))
            for body in (*bodies, b""):
                reply = process.ask({"action": "execute", "finished": body == b""}, body)
                rows.extend(decode(reply.body)[1])
            process.finish()
        return rows


@pytest.fixture
def search(staged_folder: Path, interpreter: Path) -> Search:
    lookup = staged_folder / "lookups" / "npm_baseline.csv"
    lookup.write_text(baseline_lookup([(NGINX, 100, 20), (("prod", "shop", "web", 'a, "b" $c$'), 100, 20)][:1]))
    return Search(staged_folder, interpreter)


def refusal(search: Search, args: Sequence[str], *bodies: bytes) -> str:
    with pytest.raises(ReplayError) as refused:
        search.run(args, *bodies)
    said = str(refused.value)
    assert "Traceback" not in said
    assert ".py" not in said
    assert "npmanomaly: " in said
    return said


def test_it_presents_itself_as_a_stateful_command(search: Search) -> None:
    with search.start() as process:
        reply = process.ask(search.getinfo([]))
        process.finish()
    assert reply.metadata["type"] == "stateful"
    assert reply.metadata.get("required_fields") is None
    assert reply.body == b""


def test_getinfo_alone_reads_no_baseline(search: Search) -> None:
    (search.folder / "lookups" / "npm_baseline.csv").unlink()
    with search.start() as process:
        process.ask(search.getinfo(["baseline=npm_baseline"]))
        process.finish()
    assert process.messages == []


def test_rows_over_the_limit_come_back_tidy(search: Search) -> None:
    rows = [point(tcp_bytes="180.5", udp_bytes="160"), point(1772323210, tcp_bytes="99", udp_bytes="")]
    assert search.run(["minspread=0"], encode(FIELDS, rows)) == [
        {
            "cluster": "prod",
            "namespace": "shop",
            "workload": "web",
            "process": "nginx",
            "_time": "1772323200",
            "metric": "tcp.bytes",
            "value": "180.5",
            "expected": "100",
            "stdev": "20",
            "score": "4.025",
            "p95": None,
            "limit": "160",
        }
    ]
    assert search.messages == []


def test_options_as_splunk_hands_them_over(search: Search) -> None:
    body = encode(("pod", "tx"), [{"pod": "a", "tx": "31"}, {"pod": "a", "tx": "29"}])
    (search.folder / "lookups" / "pods.csv").write_text("pod,count_tx,avg_tx,stdev_tx\na,5,10,10\n")
    found = search.run(["baseline=pods", "by=pod", "metrics=tx", "threshold=2", "minsamples=5", "minspread=0"], body)
    assert [row["value"] for row in found] == ["31"]


def test_chunk_borders_and_row_order_change_nothing(search: Search) -> None:
    rows = [point(1772323200 + 10 * i, tcp_bytes=str(100 + i), udp_packets=str(250 - i)) for i in range(120)]
    whole = search.run([], encode(FIELDS, rows))
    pieces = search.run([], *(encode(FIELDS, rows[at : at + 7]) for at in range(0, 120, 7)))
    backwards = search.run([], encode(FIELDS, rows[::-1]))
    assert len(whole) > 100
    assert pieces == whole
    assert sorted(map(str, backwards)) == sorted(map(str, whole))


def test_names_with_commas_quotes_dollars_and_other_scripts(search: Search) -> None:
    odd = ("prod", "s, h", 'a, "b" $c$', "nginx: wörker\nprocess")
    quoted = [f'"{name.replace(chr(34), chr(34) * 2)}"' for name in odd]
    (search.folder / "lookups" / "npm_baseline.csv").write_text(baseline_lookup([(quoted, 100, 20)]), encoding="utf-8")
    (found,) = search.run([], encode(FIELDS, [point(series=odd, tcp_bytes="999")]))
    assert tuple(found[key] for key in KEYS) == odd


def test_no_rows_and_empty_chunks_give_nothing(search: Search) -> None:
    header_only = encode(FIELDS, [])
    assert search.run([]) == []
    assert search.run([], header_only, b"\n") == []
    assert search.messages == []


def test_an_empty_chunk_between_others_changes_nothing(search: Search) -> None:
    chunk = encode(FIELDS, [point(tcp_bytes="999")])
    assert len(search.run([], chunk, encode(FIELDS, []), chunk)) == 2


def test_values_that_are_no_numbers_are_left_out_and_told_once(search: Search) -> None:
    bad = [point(tcp_bytes=value) for value in ("abc", "NaN", "-inf", "1e999", "{braces}")]
    several = {**point(), "tcp.bytes": ("500", "600")}
    found = search.run([], encode(FIELDS, [*bad, several]), encode(FIELDS, [point(tcp_bytes="500")]))
    assert len(found) == 1
    assert search.messages == [
        Message(
            "WARN",
            "npmanomaly: 6 values that are no amount left out in 7 rows (such as tcp.bytes='-inf');"
            " the other metrics of such a row were scored",
        )
    ]


def test_an_invalid_value_with_braces_does_not_break_the_message(search: Search) -> None:
    search.run([], encode(FIELDS, [point(tcp_bytes="{0}{x}")]))
    assert [message.text for message in search.messages] == [
        "npmanomaly: 1 value that is no amount left out in 1 rows (such as tcp.bytes='{0}{x}');"
        " the other metrics of such a row were scored"
    ]


def test_unseen_series_are_told_and_flagged_on_request(search: Search) -> None:
    body = encode(FIELDS, [point(series=("prod", "shop", "web", "xmrig"), tcp_bytes="5")])
    assert search.run([], body) == []
    assert search.messages[0].text.startswith("npmanomaly: 1 of 1 rows belong to series that baseline 'npm_baseline'")
    (found,) = search.run(["unseen=flag"], body)
    assert (found["metric"], found["value"], found["expected"], found["score"]) == (
        "tcp.bytes",
        "5",
        None,
        None,
    )


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (
            ["treshold=3"],
            "'treshold=3' is not an option. The options, written name=value, are: baseline, by, metrics, threshold",
        ),
        (["{x}=3"], "'{x}=3' is not an option"),
        (["threshold=3", "unseen=flag", "threshold=6"], "the option threshold is given more than once"),
        (["tcp.bytes"], "'tcp.bytes' is not an option"),
        (["record=t"], "'record=t' is not an option"),
        (["threshold=high"], "threshold='high' must be a number from 0 up"),
        (["baseline=../../etc/passwd"], "baseline='../../etc/passwd' must be the bare name of a lookup"),
    ],
)
def test_wrong_options_are_refused_before_any_row(search: Search, args: list[str], said: str) -> None:
    assert said in refusal(search, args)


def test_a_missing_baseline_is_told_at_the_first_rows(search: Search) -> None:
    (search.folder / "lookups" / "npm_baseline.csv").unlink()
    said = refusal(search, [], encode(FIELDS, [point(tcp_bytes="5")]))
    assert "baseline 'npm_baseline' is missing: this app has no lookups/npm_baseline.csv" in said


@pytest.mark.parametrize(
    ("lookup", "said"),
    [
        (baseline_lookup([]), "has no rows"),
        ("a,b\n1,2\n", "has another shape: no column cluster"),
        (baseline_lookup([(NGINX, 100, 20), (NGINX, 1, 1)]), "two rows for prod, shop, web, nginx"),
    ],
)
def test_a_baseline_of_another_shape_is_told(search: Search, lookup: str, said: str) -> None:
    (search.folder / "lookups" / "npm_baseline.csv").write_text(lookup)
    assert said in refusal(search, [], encode(FIELDS, [point(tcp_bytes="5")]))


def test_a_field_or_metric_that_no_row_has_is_told_at_the_end(search: Search) -> None:
    without_process = encode((*KEYS[:3], "tcp.bytes"), [{"tcp.bytes": "5"}])
    without_metrics = encode(KEYS, [dict(zip(KEYS, NGINX, strict=True))])
    assert "no row has the field 'process' named in by=" in refusal(search, [], without_process)
    assert "no row has any of the metrics tcp.bytes, tcp.new_sockets" in refusal(search, [], without_metrics)


def test_one_metric_of_five_missing_is_a_warning(search: Search) -> None:
    body = encode((*KEYS, *METRICS[:4]), [point(tcp_bytes="500")])
    assert len(search.run([], body)) == 1
    assert search.messages == [Message("WARN", "npmanomaly: no row has the metric udp.packets; the others were scored")]


def test_it_writes_nothing_into_the_app(search: Search) -> None:
    before = sorted(search.folder.rglob("*"))
    search.run([], encode(FIELDS, [point(tcp_bytes="500")]))
    assert sorted(search.folder.rglob("*")) == before


def test_it_runs_from_a_folder_of_any_name(search: Search, tmp_path: Path) -> None:
    moved = tmp_path / "apps with blank" / "SA-npmanomaly"
    shutil.copytree(search.folder, moved)
    assert len(Search(moved, search.interpreter).run([], encode(FIELDS, [point(tcp_bytes="500")]))) == 1
