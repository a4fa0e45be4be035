"""Custom commands as processes: spawned, probed, fed and judged as Splunk does it."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.replay.conftest import NOW, MakeApp, MakeContext
from workbench.replay import customcommand
from workbench.replay.app import App
from workbench.replay.context import Limits, Message
from workbench.replay.errors import ReplayError
from workbench.replay.rows import Row

# A command without the SDK: it keeps a log of what it was sent, and answers as the body of answer() says.
SCRIPT = """
import json, os, re, sys, time
log = os.path.join(os.path.dirname(os.path.abspath(__file__)), "log.jsonl")

def read():
    header = sys.stdin.buffer.readline()
    if not header:
        return None
    meta, body = map(int, re.match(rb"chunked 1.0,(\\d+),(\\d+)\\n", header).groups())
    return json.loads(sys.stdin.buffer.read(meta)), sys.stdin.buffer.read(body).decode()

def reply(metadata, body=""):
    meta, body = json.dumps(metadata).encode(), body.encode()
    sys.stdout.buffer.write(b"chunked 1.0,%d,%d\\n" % (len(meta), len(body)) + meta + body)
    sys.stdout.buffer.flush()

def note(**entry):
    with open(log, "a") as stream:
        stream.write(json.dumps(entry) + "\\n")

def getinfo(metadata):
    reply({"type": "stateful"})

def answer(metadata, body):
    reply({"finished": metadata["finished"]}, body)

# CHANGES

note(spawned=sys.argv, folder=os.getcwd(), environment=sorted(os.environ), bytecode=sys.dont_write_bytecode)
while True:
    got = read()
    if got is None:
        note(eof=True)
        break
    note(metadata=got[0], lines=got[1].count("\\n"))
    if got[0]["action"] == "getinfo":
        getinfo(got[0])
    else:
        answer(*got)
# AT THE END
"""
COMMANDS = "[echo]\nchunked = true\nfilename = echo.py\n\n[old]\nfilename = echo.py\n\n[lost]\nchunked = true\n"


@pytest.fixture
def make_command(make_app: MakeApp) -> Any:
    """Make an app with a command ``echo``; ``changes`` replace its functions, ``at_the_end`` is run last."""

    def make(changes: str = "", at_the_end: str = "") -> App:
        script = SCRIPT.replace("# CHANGES", changes).replace("# AT THE END", at_the_end)
        return make_app({"default/commands.conf": COMMANDS, "bin/echo.py": script})

    return make


def log(app: App) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (app.root / "bin" / "log.jsonl").read_text().splitlines()]


def some_rows(count: int) -> list[Row]:
    return [{"n": str(number), "name": f"row {number}"} for number in range(count)]


def test_rows_come_back_and_every_spawn_but_the_last_only_gets_a_getinfo(
    make_command: Any, make_context: MakeContext
) -> None:
    app = make_command()
    context = make_context(app=app, limits=Limits(chunk_rows=4), probes=2)
    assert list(customcommand.run("echo", "", some_rows(10), context)) == some_rows(10)
    entries = log(app)
    probe = ["spawned", "metadata", "eof"]
    assert [next(iter(entry)) for entry in entries] == probe * 2 + ["spawned"] + ["metadata"] * 5 + ["eof"]
    executed = [(entry["metadata"]["finished"], entry["lines"]) for entry in entries[8:12]]
    assert executed == [(False, 5), (False, 5), (False, 3), (True, 0)]


def test_no_rows_at_all_still_make_one_last_chunk(make_command: Any, make_context: MakeContext) -> None:
    app = make_command()
    assert list(customcommand.run("echo", "", [], make_context(app=app), time_limit=60)) == []
    assert [entry["metadata"] for entry in log(app) if "metadata" in entry][1:] == [
        {"action": "execute", "finished": True}
    ]


@pytest.mark.parametrize("kind", ["events", "reporting"])
@pytest.mark.parametrize(
    ("rows", "chunks"),
    [
        (0, [(True, 0)]),
        (3, [(True, 4)]),
        (4, [(True, 5)]),
        (5, [(False, 5), (True, 2)]),
        (10, [(False, 5), (False, 5), (True, 3)]),
    ],
)
def test_an_events_command_gets_all_rows_the_last_of_them_finished(
    make_command: Any, make_context: MakeContext, kind: str, rows: int, chunks: list[tuple[bool, int]]
) -> None:
    app = make_command(f"def getinfo(metadata):\n    reply({{'type': '{kind}'}})")
    context = make_context(app=app, limits=Limits(chunk_rows=4))
    assert list(customcommand.run("echo", "", some_rows(rows), context, time_limit=60)) == some_rows(rows)
    executed = [entry for entry in log(app) if "metadata" in entry][1:]
    assert [(entry["metadata"]["finished"], entry["lines"]) for entry in executed] == chunks


def test_nothing_of_its_answer_goes_on_before_it_has_all_rows(make_command: Any, make_context: MakeContext) -> None:
    app = make_command("def getinfo(metadata):\n    reply({'type': 'events'})")
    taken: list[Row] = []

    def source() -> Iterator[Row]:
        for row in some_rows(10):
            taken.append(row)
            yield row

    context = make_context(app=app, limits=Limits(chunk_rows=4))
    answered = customcommand.run("echo", "", source(), context, time_limit=60)
    assert next(answered) == some_rows(1)[0]
    assert len(taken) == 10
    assert len(list(answered)) == 9


def test_the_getinfo_says_all_that_splunk_says(make_command: Any, make_context: MakeContext) -> None:
    app = make_command("def getinfo(m):\n    note(dispatch=os.listdir(m['searchinfo']['dispatch_dir']))\n    reply({})")
    context = make_context(app=app)
    list(customcommand.run("echo", 'by="a b" x', [], context, time_limit=60))
    metadata = next(entry["metadata"] for entry in log(app) if "metadata" in entry)
    info = metadata.pop("searchinfo")
    assert metadata == {"action": "getinfo", "preview": False, "streaming_command_will_restart": False}
    assert not Path(info.pop("dispatch_dir")).exists()  # it was there for the command, and is gone now
    assert {"dispatch": []} in log(app)
    assert info == {
        "args": ["by=a b", "x"],
        "raw_args": ['by="a b"', "x"],
        "sid": f"{NOW:.3f}",
        "app": "SA-small",
        "owner": "nobody",
        "username": "admin",
        "session_key": "replay",
        "splunkd_uri": "https://127.0.0.1:8089",
        "splunk_version": customcommand.SPLUNK_VERSION,
        "search": "%7C%20echo%20by%3D%22a%20b%22%20x",
        "command": "echo",
        "maxresultrows": 50_000,
        "earliest_time": "0.000",
        "latest_time": f"{NOW:.3f}",
    }


def test_the_process_has_a_small_world(
    make_command: Any, make_context: MakeContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHONPATH", "/elsewhere")
    monkeypatch.setenv("SECRET", "x")
    app = make_command()
    list(customcommand.run("echo", "a b", [], make_context(app=app), time_limit=60))
    spawned = log(app)[0]
    assert spawned["spawned"] == [str(app.root / "bin" / "echo.py")]  # more would make the SDK speak version 1
    assert spawned["folder"] == str(app.root / "bin")
    assert spawned["bytecode"] is True
    assert not {"PYTHONPATH", "SECRET"} & set(spawned["environment"])
    assert "PATH" in os.environ


def test_a_reply_larger_than_every_pipe_while_input_is_still_coming_is_no_deadlock(
    make_command: Any, make_context: MakeContext
) -> None:
    greedy = """
def read(original=read):
    if len(sent) == 1:  # answers before it reads, and floods stderr
        sys.stderr.write(("y" * 99 + "\\n") * 20000)
        reply({"finished": False}, "a\\n" + "0123456789\\n" * 200000)
    sent.append(1)
    return original()
sent = []
def answer(metadata, body):
    if metadata["finished"]:
        reply({"finished": True})
"""
    context = make_context(app=make_command(greedy), limits=Limits(chunk_rows=200_000))
    began = time.monotonic()
    answered = list(customcommand.run("echo", "", some_rows(200_000), context, time_limit=60))
    assert len(answered) == 200_000
    assert time.monotonic() - began < 60


def test_messages_of_the_command_reach_the_user_once(make_command: Any, make_context: MakeContext) -> None:
    talk = "def getinfo(m):\n    reply({'inspector': {'messages': [['WARN', '3 rows skipped'], ['INFO', 'ready']]}})"
    context = make_context(app=make_command(talk), probes=2)
    list(customcommand.run("echo", "", [], context))
    assert context.messages == [Message("WARN", "3 rows skipped"), Message("INFO", "ready")]


@pytest.mark.parametrize(
    ("changes", "at_the_end", "said"),
    [
        (
            "def getinfo(m):\n    reply({'inspector': {'messages': [['ERROR', 'Unrecognized option: foo=1']]}})\n"
            "    sys.exit(1)",
            "",
            "echo: Unrecognized option: foo=1",
        ),
        ("def answer(m, b):\n    reply({'error': 'no baseline'})", "", "echo: no baseline"),
        ("def getinfo(m):\n    print('hello', flush=True)", "", "echo: expected a chunk .* got 'hello'"),
        (
            "def getinfo(m):\n    raise KeyError('oops')",
            "",
            r"gave no reply to getinfo \(exit code 1\).*KeyError: 'oops'",
        ),
        ("def answer(m, b):\n    sys.exit(7)", "", r"gave no reply to execute \(exit code 7\)"),
        ("", "sys.exit(3)", r"failed after its last reply \(exit code 3\)"),
        ("", "reply({'finished': True}, 'more')", "sent more than one reply"),
        (
            "def answer(m, b):\n    reply({}, 'a\\n1,2\\n')",
            "",
            "its reply cannot be read: a row of a chunk has 2 cells",
        ),
        ("def getinfo(m):\n    reply({'required_fields': ['n']})", "", "asks for required_fields"),
        ("def getinfo(m):\n    reply({'type': 'reporting', 'streaming_preop': 'x'})", "", "asks for a streaming_preop"),
    ],
)
def test_a_command_that_fails_is_an_error_in_its_own_words(
    make_command: Any, make_context: MakeContext, changes: str, at_the_end: str, said: str
) -> None:
    context = make_context(app=make_command(changes, at_the_end))
    with pytest.raises(ReplayError, match=f"(?s){said}"):
        list(customcommand.run("echo", "", some_rows(3), context, time_limit=60))


def test_a_command_that_hangs_is_ended_when_its_time_is_up(make_command: Any, make_context: MakeContext) -> None:
    context = make_context(app=make_command("def answer(m, b):\n    time.sleep(60)"))
    began = time.monotonic()
    with pytest.raises(ReplayError, match=r"echo: did not finish within 0\.5 seconds and was ended"):
        list(customcommand.run("echo", "", some_rows(3), context, time_limit=0.5))
    assert time.monotonic() - began < 20


def test_rows_nobody_wants_end_the_process(make_command: Any, make_context: MakeContext) -> None:
    app = make_command("", "time.sleep(60)")
    answer = customcommand.run("echo", "", some_rows(3), make_context(app=app))
    assert next(answer) == some_rows(1)[0]
    began = time.monotonic()
    answer.close()  # type: ignore[attr-defined]
    assert time.monotonic() - began < 20


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("nowhere", r"nowhere: the replay does not know this command.* \(it has: echo, lost, old\)"),
        ("old", "old: is not replayed: commands.conf must say chunked = true"),
        ("lost", r"lost: its script bin/lost\.py is missing"),
    ],
)
def test_a_command_that_cannot_be_started_is_an_error(
    make_command: Any, make_context: MakeContext, name: str, said: str
) -> None:
    with pytest.raises(ReplayError, match=said):
        list(customcommand.run(name, "", [], make_context(app=make_command())))


def test_an_interpreter_that_is_not_there_is_an_error(make_command: Any, make_context: MakeContext) -> None:
    context = make_context(app=make_command(), interpreter=Path("/nowhere/python3"))
    with pytest.raises(ReplayError, match="echo: cannot be started with /nowhere/python3"):
        list(customcommand.run("echo", "", [], context))


def test_a_command_of_the_sdk_answers_as_it_does_under_splunk(
    make_app: MakeApp, make_context: MakeContext, sdk_path: Path
) -> None:
    script = f"""
import sys
sys.path.insert(0, {str(sdk_path)!r})
from splunklib.searchcommands import Configuration, Option, StreamingCommand, dispatch

@Configuration(distributed=False)
class Echo(StreamingCommand):
    label = Option(require=True)

    def stream(self, records):
        for record in records:
            record["label"] = self.label
            yield record
        self.write_warning("{{}}", "seen")

dispatch(Echo, sys.argv, sys.stdin, sys.stdout, __name__)
"""
    app = make_app({"default/commands.conf": COMMANDS, "bin/echo.py": script})
    rows: list[Row] = [{"k8s.cluster.name": "prod", "x": 0.5, "mv": ("a$", "b")}, {"k8s.cluster.name": "ä", "x": None}]
    context = make_context(app=app, limits=Limits(chunk_rows=1), probes=1)
    assert list(customcommand.run("echo", 'label="a b"', rows, context)) == [
        {"k8s.cluster.name": "prod", "x": "0.5", "mv": ("a$", "b"), "label": "a b"},
        {"k8s.cluster.name": "ä", "x": None, "label": "a b"},
    ]
    assert set(context.messages) == {Message("WARN", "seen")}
    with pytest.raises(ReplayError, match=r"echo: .*label"):
        list(customcommand.run("echo", "", rows, context, time_limit=60))
