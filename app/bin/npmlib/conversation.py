"""What our search commands share in talking to Splunk: strict reading, checked options, errors that say what to do.

Splunk's SDK keeps the order of the messages and the form of the replies. Some of its private methods are replaced: how
a chunk is read (strictly, and as bytes), how it is answered, and the message about an unforeseen error.
tests/app/test_sdk_methods.py fails when an update of the SDK changes them.

Splunk starts a command several times a search just to learn what it is, so what only rows need is imported with them.
"""

import csv
import gc
import os
import sys
from abc import ABC, abstractmethod
from dataclasses import fields
from typing import Any, BinaryIO, Callable, Dict, Mapping, Optional, Tuple, Type

from splunklib.searchcommands import Option
from splunklib.searchcommands.internals import ObjectView

from npmlib.errors import SearchError
from npmlib.protocol import Chunk, read_chunk


class Conversation(ABC):
    """Goes before a command class of the SDK in the bases of a command.

    The command names the dataclass of its options (see npmlib.optiontexts), and says how to check them and how to
    answer the rows of a chunk.
    """

    option_names: Tuple[str, ...] = ()
    name: str  # of the command; the SDK makes it of the name of the class
    fieldnames: Any
    write_error: Callable[..., None]
    _record_writer: Any
    _metadata: Any
    _finished: Any
    _parsed_options: Any = None
    _typed_names: Tuple[str, ...] = ()  # the options as they were typed, with repetitions

    def __init_subclass__(cls, options: Optional[Type[Any]] = None) -> None:
        """Give the SDK an Option for each field of the dataclass ``options``."""
        super().__init_subclass__()
        if options is not None:
            cls.option_names = tuple(each.name for each in fields(options))
            for name in cls.option_names:
                setattr(cls, name, Option())

    @staticmethod
    @abstractmethod
    def parse_options(typed: Mapping[str, str]) -> Any:
        """Turn option texts, by name, into the options of the command; SearchError for invalid ones."""

    @abstractmethod
    def answer(self, body: bytes, damaged: bool) -> None:
        """Write the reply to the rows in ``body`` into the record writer; SearchError or csv.Error end the search.

        ``body`` is UTF-8 without NUL; ``damaged`` says that bytes of it were replaced to make it so.
        """

    def prepare(self) -> None:
        """Check the options: Splunk calls this for every start, before any rows."""
        names = self.option_names
        typed = {name: getattr(self, name) for name in names if getattr(self, name) is not None}
        try:
            if self.fieldnames:
                unknown = ", ".join(f"'{argument}'" for argument in self.fieldnames)
                raise SearchError(
                    f"{unknown} is not an option. The options, written name=value, are: {', '.join(names)}"
                )
            for name in names:
                if self._typed_names.count(name) > 1:
                    raise SearchError(
                        f"the option {name} is given more than once; write it once, as only one can count"
                    )
            self._parsed_options = self.parse_options(typed)
        except SearchError as error:
            self._fail(error)

    def _protocol_v2_option_parser(self, arg: str) -> Any:
        """Keep what the SDK would refuse with a bare 'Unrecognized option' for prepare(), which says more."""
        name, separator, value = arg.partition("=")
        if not separator or name not in self.option_names:
            return [arg]
        self._typed_names += (name,)
        return [name, value]

    def _read_chunk(self, istream: BinaryIO) -> Optional[Tuple[Any, bytes]]:
        """Read a chunk for the SDK, which expects None at the end of the input, or metadata and body."""
        chunk = read_chunk(istream)
        if self._metadata is None:
            return _getinfo(chunk)
        if chunk is None:
            return None
        if self._finished:
            raise SearchError("Splunk sent a chunk after the one it called the last; run the search again")
        return _execute(chunk)

    def _execute_chunk_v2(self, process: Any, chunk: Tuple[Any, bytes]) -> None:
        """Answer a chunk; the SDK sends what is then in its record writer."""
        from npmlib.rows import readable

        try:
            self.answer(*readable(chunk[1]))
        except SearchError as error:
            self._fail(error)
        except csv.Error as error:
            reason = str(error).split(" - ")[0]  # no advice for the programmer
            self._fail(SearchError(f"the rows that Splunk sent cannot be read as CSV ({reason})"))

    def _report_unexpected_error(self) -> None:
        """Say what went wrong in a reply of its own; the SDK calls this for any error, and then ends the reply."""
        error = sys.exc_info()[1]
        if isinstance(error, SearchError):
            text = str(error)
        elif isinstance(error, MemoryError):
            text = "there is not enough memory; search fewer series or a shorter time"
        else:
            text = f"an error that should not happen ({type(error).__name__}: {error}); please report it"
        self._record_writer._clear()  # half an answer must not look like one
        self._record_writer.is_flushed = False
        self.write_error("{}", f"{self.name}: {text}")

    def _fail(self, error: SearchError) -> None:
        # The SDK formats messages: a text with braces must go in as an argument.
        self.write_error("{}", f"{self.name}: {error}")
        raise SystemExit(1)


def converse(command: Any, stdin: BinaryIO, stdout: BinaryIO) -> int:
    """Let ``command`` answer the chunks of ``stdin`` on ``stdout``; return the exit code.

    0 for a search that went well or that Splunk ended early, 1 after an error, which the last reply reports.
    BrokenPipeError where Splunk does not read the reply.
    """
    try:
        command.process([command.name], stdin, stdout)
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else 1
    return 0


def run_script(run: Callable[[BinaryIO, BinaryIO, str], int], app_folder: str) -> int:
    """Run a command on the pipes from and to Splunk; that Splunk ends the search and reads no more is not an error."""
    gc.disable()  # nothing here makes circles, and looking for some among 200,000 series takes seconds
    try:
        code = run(sys.stdin.buffer, sys.stdout.buffer, app_folder)
        sys.stdout.flush()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    return code


def _getinfo(chunk: Optional[Chunk]) -> Tuple[Any, bytes]:
    """Check the first chunk, and give the SDK all that it wants to know, though the command needs only the options."""
    if chunk is None:
        raise SearchError("the input from Splunk ended before it began; run the search again")
    if chunk.metadata.get("action") != "getinfo":
        raise SearchError(f"the first chunk from Splunk must be getinfo, not {chunk.metadata.get('action')!r:.80}")
    if chunk.body:
        raise SearchError("the getinfo chunk from Splunk must have no rows")
    sent = chunk.metadata.get("searchinfo")
    searchinfo: Dict[str, object] = sent if isinstance(sent, dict) else {}
    args = searchinfo.get("args")
    if not isinstance(args, list) or not all(isinstance(arg, str) for arg in args):
        raise SearchError("the getinfo chunk from Splunk lacks the options (searchinfo.args)")
    texts = (
        "app",
        "dispatch_dir",
        "owner",
        "search",
        "session_key",
        "sid",
        "splunk_version",
        "splunkd_uri",
        "username",
    )
    known: Dict[str, object] = {name: str(searchinfo.get(name) or "") for name in texts}
    known.update(args=args, raw_args=args, earliest_time=0, latest_time=0)
    preview = chunk.metadata.get("preview") is True
    return ObjectView({"action": "getinfo", "preview": preview, "searchinfo": ObjectView(known)}), b""


def _execute(chunk: Chunk) -> Tuple[Any, bytes]:
    action, finished = chunk.metadata.get("action"), chunk.metadata.get("finished", False)
    if action != "execute":
        raise SearchError(f"a chunk from Splunk must be execute, not {action!r:.80}")
    if not isinstance(finished, bool):
        raise SearchError(f"'finished' of a chunk from Splunk must be true or false, not {finished!r:.80}")
    return ObjectView({"action": action, "finished": finished}), chunk.body
