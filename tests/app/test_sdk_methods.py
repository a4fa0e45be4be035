"""What our commands take for granted inside Splunk's SDK: an update of the SDK that changes it must fail here.

They replace methods that the SDK does not promise to keep. So each is held against three questions: is it there, does
it take what our commands expect, and does the SDK still call it, in the order that they rely on?
"""

from __future__ import annotations

import inspect
import io
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.app.chunks import chunk, execute, getinfo
from tests.app.conftest import ROOT
from tests.app.outcome import Outcome, replies_of

sys.path.append(str(ROOT / "build" / "sdk"))

from npmlib.anomaly.command import NpmAnomalyCommand
from npmlib.learn.command import NpmLearnCommand
from splunklib.searchcommands import (
    Configuration,
    EventingCommand,
    StreamingCommand,
)
from splunklib.searchcommands.internals import (
    ObjectView,
    RecordWriter,
    RecordWriterV2,
)
from splunklib.searchcommands.search_command import SearchCommand

COMMANDS = [NpmAnomalyCommand, NpmLearnCommand]
BODY = b"x\n1\n"
STREAM = getinfo(["a=1", "b"]) + execute(BODY) + execute(finished=True)


@Configuration(distributed=False)
class RecordingCommand(StreamingCommand):  # type: ignore[misc]
    """Replaces what our commands replace, hands each call on to the SDK, and keeps what happened."""

    def __init__(self) -> None:
        super().__init__()
        self.calls: list[str] = []
        self.fail_in = ""

    def _note(self, name: str) -> None:
        self.calls.append(name)
        if name == self.fail_in:
            raise ValueError(name)

    def prepare(self) -> None:
        self._note("prepare")

    def stream(self, records: Iterator[dict[str, object]]) -> Iterator[dict[str, object]]:
        yield from records

    def _read_chunk(self, istream: Any) -> Any:
        self._note("read chunk" if self._metadata is None else "read further chunk")
        return SearchCommand._read_chunk(istream)

    def _protocol_v2_option_parser(self, arg: str) -> Any:
        self._note(f"option {arg}")
        return [arg]

    def _execute_chunk_v2(self, process: Any, chunk: Any) -> None:
        assert self._record_writer.is_flushed is False
        self._note(f"execute {process.__name__ if process else None} {chunk[1]!r} finished={self._finished}")
        super()._execute_chunk_v2(self.stream, chunk)

    def _report_unexpected_error(self) -> None:
        self._note(f"report {sys.exc_info()[1]}")
        self._record_writer._clear()
        self._record_writer.is_flushed = False
        self.write_error("{}", "npmanomaly: reported")


def run(command: RecordingCommand, stream: bytes = STREAM) -> tuple[int, bytes]:
    output = io.BytesIO()
    try:
        command.process(["command"], io.BytesIO(stream), output)
    except SystemExit as end:
        return int(end.code or 0), output.getvalue()
    return 0, output.getvalue()


@pytest.mark.parametrize(
    ("owner", "name", "parameters"),
    [
        (SearchCommand, "_read_chunk", ["istream"]),
        (SearchCommand, "_execute_chunk_v2", ["self", "process", "chunk"]),
        (SearchCommand, "_report_unexpected_error", ["self"]),
        (SearchCommand, "_protocol_v2_option_parser", ["self", "arg"]),
        (SearchCommand, "process", ["self", "argv", "ifile", "ofile", "allow_empty_input"]),
        (SearchCommand, "write_error", ["self", "message", "args"]),
        (RecordWriterV2, "_clear", ["self"]),
        (RecordWriter, "write_records", ["self", "records"]),
        (RecordWriter, "write_message", ["self", "message_type", "message_text", "args", "kwargs"]),
        (ObjectView, "__init__", ["self", "dictionary"]),
    ],
)
def test_what_is_replaced_or_called_is_there_and_takes_the_same(owner: type, name: str, parameters: list[str]) -> None:
    assert list(inspect.signature(getattr(owner, name)).parameters) == parameters


@pytest.mark.parametrize("command", COMMANDS)
def test_every_private_method_of_a_command_that_the_sdk_has_is_looked_at_here(command: type) -> None:
    """A command that replaces one more has to say so in this file."""
    ours = {name for base in command.__mro__ if base.__module__.startswith("npmlib") for name in vars(base)}
    private = {name for name in ours if name.startswith("_") and not name.endswith("__")}
    looked_at = {name for name in vars(RecordingCommand) if name.startswith("_") and not name.endswith("__")}
    assert {name for name in private if hasattr(SearchCommand, name)} - {"_abc_impl"} <= looked_at


@pytest.mark.parametrize("command", COMMANDS)
def test_nothing_that_a_command_keeps_for_itself_is_a_name_of_the_sdk(tmp_path: Path, command: type) -> None:
    kept = set(vars(command(str(tmp_path)))) - set(vars(RecordingCommand()))
    assert kept
    assert not {name for name in kept if hasattr(SearchCommand, name)}
    assert not {f"_{name}" for name in command.option_names} & kept  # type: ignore[attr-defined]


def test_the_sdk_calls_what_is_replaced_in_this_order() -> None:
    command = RecordingCommand()
    code, output = run(command)
    assert code == 0
    assert command.calls == [
        "read chunk",
        "option a=1",
        "option b",
        "prepare",
        "read further chunk",
        "execute stream 'x\\n1\\n' finished=False",
        "read further chunk",
        "execute stream '' finished=True",
        "read further chunk",
    ]
    assert command.fieldnames == ["a=1", "b"]  # an argument that the parser does not split is a field
    assert [reply.metadata.get("finished") for reply in Outcome(0, output).replies] == [None, False, True]


@pytest.mark.parametrize(
    ("fail_in", "replies"),
    [("read chunk", 1), ("option b", 2), ("prepare", 2), ("read further chunk", 2)],
)
def test_the_sdk_reports_any_error_once_and_ends_with_one(fail_in: str, replies: int) -> None:
    command = RecordingCommand()
    command.fail_in = fail_in
    code, output = run(command)
    assert code == 1
    assert [call for call in command.calls if call.startswith("report")] == [f"report {fail_in}"]
    assert command.calls[-1] == f"report {fail_in}"
    outcome = Outcome(1, output)
    assert outcome.refusal == "npmanomaly: reported"
    assert len(outcome.replies) == replies


def test_what_is_cleared_is_not_sent_and_an_unflushed_reply_is() -> None:
    output = io.BytesIO()
    writer = RecordWriterV2(output)
    writer.is_flushed = True
    writer.write_records([{"x": "1"}])
    writer.write_message("WARN", "of before")
    writer._clear()
    writer.is_flushed = False
    writer.write_message("ERROR", "{}", "with {braces}")
    writer.write_records([{"y": "2"}])
    writer.flush(finished=True)
    (reply,) = replies_of(output.getvalue())
    assert reply.metadata == {"inspector": {"messages": [["ERROR", "with {braces}"]]}, "finished": True}
    assert reply.body == b"y,__mv_y\r\n2,\r\n"


def test_an_error_and_an_exit_end_the_reply_of_a_chunk() -> None:
    class Failing(RecordingCommand):
        def _execute_chunk_v2(self, process: Any, chunk: Any) -> None:
            self.write_error("{}", "npmanomaly: {x}")
            raise SystemExit(1)

    code, output = run(Failing())
    assert code == 1
    assert Outcome(code, output).refusal == "npmanomaly: {x}"


def test_the_sdk_needs_no_more_of_the_first_chunk_than_our_command_hands_on() -> None:
    """Our command makes the SDK's view of the getinfo chunk itself, from whatever Splunk sent."""

    class Reading(RecordingCommand):
        def _read_chunk(self, istream: Any) -> Any:
            return NpmAnomalyCommand._read_chunk(self, istream)

    command = Reading()
    least = chunk({"action": "getinfo", "searchinfo": {"args": ["a"]}})
    assert run(command, least)[0] == 0
    assert command.calls == ["option a", "prepare"]


@pytest.mark.parametrize(("command", "name"), [(NpmAnomalyCommand, "npmanomaly"), (NpmLearnCommand, "npmlearn")])
def test_the_sdk_names_a_command_after_its_class(tmp_path: Path, command: type, name: str) -> None:
    assert command(str(tmp_path)).name == name


def test_without_these_two_steps_the_sdk_says_nothing_of_an_error() -> None:
    """Why _report_unexpected_error clears the record writer and calls it unflushed."""

    class Silent(RecordingCommand):
        def _report_unexpected_error(self) -> None:
            self.write_error("{}", "npmanomaly: reported")

    command = Silent()
    command.fail_in = "read further chunk"
    code, output = run(command)
    assert (code, [reply.metadata for reply in replies_of(output)]) == (1, [{"type": "stateful"}])


def test_the_reply_is_whatever_stands_in_the_buffer_of_the_writer() -> None:
    """A command may put a buffer of its own there: its value is encoded, then it is cleared, and no more."""

    class Buffer:
        text = "x,y\n1,2\n"

        def getvalue(self) -> Buffer:
            return self

        def encode(self, encoding: str) -> bytes:
            return self.text.encode(encoding)

        def seek(self, position: int) -> None:
            assert position == 0

        def truncate(self) -> None:
            self.text = ""

    class Replying(RecordingCommand):
        def _execute_chunk_v2(self, process: Any, chunk: Any) -> None:
            self._record_writer._buffer = self.buffer = Buffer()

    command = Replying()
    code, output = run(command)
    assert (code, [reply.body for reply in replies_of(output)]) == (0, [b"", b"x,y\n1,2\n", b"x,y\n1,2\n"])
    assert command.buffer.text == ""


def test_preview_is_still_known_when_rows_come() -> None:
    class Asking(RecordingCommand):
        def _read_chunk(self, istream: Any) -> Any:
            return NpmLearnCommand._read_chunk(self, istream)

        def _execute_chunk_v2(self, process: Any, chunk: Any) -> None:
            self.calls.append(f"preview={self._metadata.preview}")

    for preview in (True, False):
        command = Asking()
        asked = chunk({"action": "getinfo", "preview": preview, "searchinfo": {"args": []}})
        assert run(command, asked + execute(BODY) + execute(finished=True))[0] == 0
        assert command.calls == ["prepare", f"preview={preview}", f"preview={preview}"]


def test_an_eventing_command_is_of_type_events() -> None:
    @Configuration()
    class Eventing(EventingCommand):  # type: ignore[misc]
        def transform(self, records: Iterator[dict[str, object]]) -> Iterator[dict[str, object]]:
            yield from records

    _, output = run(Eventing(), getinfo([]))
    assert Outcome(0, output).replies[0].metadata == {"type": "events"}


def test_a_type_of_stateful_goes_with_distributed_false() -> None:
    _, output = run(RecordingCommand(), getinfo([]))
    assert Outcome(0, output).replies[0].metadata == {"type": "stateful"}


def test_a_first_chunk_of_another_action_is_the_sdks_own_error() -> None:
    command = RecordingCommand()
    code, _ = run(command, chunk({"action": "execute", "finished": True}))
    assert code == 1
    assert command.calls[-1] == "report Expected getinfo action, not execute"
