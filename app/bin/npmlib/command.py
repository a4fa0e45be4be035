"""The command as Splunk's SDK sees it: hands chunks, options and messages between the SDK and the rest of npmlib.

The SDK keeps the order of the talk with Splunk and the form of the replies. Three of its private methods are replaced:
how a chunk is read (strictly, and as bytes), how its rows are scored (see fastpath), and what is said of an error that
nobody foresaw. tests/app/test_sdk_methods.py fails when an update of the SDK changes them.

Splunk starts the command several times a search just to learn what it is, so what only rows need is imported with them.
"""

import csv
import sys
from typing import Any, BinaryIO, Dict, Iterable, Iterator, Optional, Tuple

from splunklib.searchcommands import (  # type: ignore[import-not-found]
    Configuration,
    Option,
    StreamingCommand,
)
from splunklib.searchcommands.internals import ObjectView  # type: ignore[import-not-found]

from npmlib.errors import SearchError
from npmlib.options import OPTION_NAMES, parse_options
from npmlib.protocol import Chunk, read_chunk
from npmlib.tally import Tally


@Configuration(distributed=False)
class NpmAnomalyCommand(StreamingCommand):  # type: ignore[misc]
    """Score rows of metrics against a baseline of the app in ``app_folder``; see searchbnf.conf for the help."""

    baseline = Option()
    by = Option()
    metrics = Option()
    threshold = Option()
    minsamples = Option()
    minspread = Option()
    unseen = Option()

    def __init__(self, app_folder: str) -> None:
        super().__init__()
        # The SDK keeps the value of option x in self._x, so none of these may be called after an option.
        self._app_folder = app_folder
        self._parsed_options: Any = None
        self._limits: Any = None
        self._fast: Any = None
        self._tally = Tally()

    def prepare(self) -> None:
        """Check the options: Splunk calls this for every start, before any rows."""
        typed = {name: getattr(self, name) for name in OPTION_NAMES if getattr(self, name) is not None}
        try:
            if self.fieldnames:
                unknown = ", ".join(f"'{argument}'" for argument in self.fieldnames)
                raise SearchError(f"{unknown} is no option. There are, written name=value: {', '.join(OPTION_NAMES)}")
            self._parsed_options = parse_options(typed)
        except SearchError as error:
            self._fail(error)

    def stream(self, records: Iterable[Dict[str, object]]) -> Iterator[Dict[str, str]]:
        """Yield the findings of one chunk, row by row: the reference, which the fast path is held against."""
        from npmlib.scoring import score_rows

        return score_rows(records, self._load(), self._parsed_options, self._tally)

    def _protocol_v2_option_parser(self, arg: str) -> Any:
        """Keep what the SDK would refuse with a bare 'Unrecognized option' for prepare(), which says more."""
        name, separator, value = arg.partition("=")
        return [name, value] if separator and name in OPTION_NAMES else [arg]

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
        """Score a chunk and put the findings into the reply; after the last one, tell what was not scored."""
        from npmlib.rows import readable

        try:
            body, damaged = readable(chunk[1])
            self._tally.damaged_chunks += damaged
            if b"\n" in body.rstrip(b"\r\n"):  # else no rows: no reason to read the baseline
                self._record_writer.write_records(list(self._findings(body)))
            if self._finished:
                for level, text in self._tally.messages(self._parsed_options):
                    self._record_writer.write_message(level, "{}", f"npmanomaly: {text}")
        except SearchError as error:
            self._fail(error)
        except csv.Error as error:
            self._fail(SearchError(f"the rows that Splunk sent cannot be read as CSV ({error})"))

    def _findings(self, body: bytes) -> Iterator[Dict[str, str]]:
        if self._fast is None:
            from npmlib.fastpath import FastScorer

            self._fast = FastScorer(self._load(), self._parsed_options, self._tally)
        found: Iterator[Dict[str, str]] = self._fast.findings(body)
        return found

    def _load(self) -> Any:
        if self._limits is None:
            from npmlib.baseline import load_baseline

            self._limits = load_baseline(self._app_folder, self._parsed_options)
        return self._limits

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
        self.write_error("{}", f"npmanomaly: {text}")

    def _fail(self, error: SearchError) -> None:
        # The SDK formats messages: a text with braces must go in as an argument.
        self.write_error("{}", f"npmanomaly: {error}")
        raise SystemExit(1)


def _getinfo(chunk: Optional[Chunk]) -> Tuple[Any, bytes]:
    """Check the first chunk, and give the SDK all that it wants to know, though the command needs only the options."""
    if chunk is None:
        raise SearchError("the input from Splunk ended before it began; run the search again")
    if chunk.metadata.get("action") != "getinfo":
        raise SearchError(f"the first chunk from Splunk must be getinfo, not {chunk.metadata.get('action')!r}")
    if chunk.body:
        raise SearchError("the getinfo chunk from Splunk must have no rows")
    sent = chunk.metadata.get("searchinfo")
    searchinfo: Dict[str, object] = sent if isinstance(sent, dict) else {}
    args = searchinfo.get("args")
    if not isinstance(args, list) or not all(isinstance(arg, str) for arg in args):
        raise SearchError("the getinfo chunk from Splunk does not tell the options (searchinfo.args)")
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
    return ObjectView({"action": "getinfo", "preview": False, "searchinfo": ObjectView(known)}), b""


def _execute(chunk: Chunk) -> Tuple[Any, bytes]:
    action, finished = chunk.metadata.get("action"), chunk.metadata.get("finished", False)
    if action != "execute":
        raise SearchError(f"a chunk from Splunk must be execute, not {action!r}")
    if not isinstance(finished, bool):
        raise SearchError(f"'finished' of a chunk from Splunk must be true or false, not {finished!r}")
    return ObjectView({"action": action, "finished": finished}), chunk.body
