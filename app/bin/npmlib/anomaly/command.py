"""The command npmanomaly as Splunk's SDK sees it: hands chunks, options and messages between SDK and scoring."""

from typing import Any, BinaryIO, Dict, Iterable, Iterator

from splunklib.searchcommands import (
    Configuration,
    StreamingCommand,
)

from npmlib.anomaly.options import Options, parse_options
from npmlib.anomaly.tally import Tally
from npmlib.conversation import Conversation, converse


@Configuration(distributed=False)
class NpmAnomalyCommand(Conversation, StreamingCommand, options=Options):  # type: ignore[misc]
    """Score rows of metrics against a baseline of the app in ``app_folder``; see searchbnf.conf for the help."""

    parse_options = staticmethod(parse_options)

    def __init__(self, app_folder: str) -> None:
        super().__init__()
        # The SDK keeps the value of option x in self._x, so none of these may be called after an option.
        self._app_folder = app_folder
        self._limits: Any = None
        self._scorer: Any = None
        self._tally = Tally()

    def stream(self, records: Iterable[Dict[str, object]]) -> Iterator[Dict[str, str]]:
        """Yield the findings of one chunk, row by row: the reference for scoring by columns."""
        from npmlib.anomaly.scoring import score_rows

        return score_rows(records, self._load(), self._parsed_options, self._tally)

    def answer(self, body: bytes, damaged: bool) -> None:
        """Score a chunk and write the findings into the reply; after the last one, report what was not scored."""
        from npmlib.rows import has_rows

        self._tally.damaged_chunks += damaged
        if has_rows(body):  # if not, there is no reason to read the baseline
            self._record_writer.write_records(list(self._findings(body)))
        if self._finished:
            for level, text in self._tally.messages(self._parsed_options):
                self._record_writer.write_message(level, "{}", f"npmanomaly: {text}")

    def _findings(self, body: bytes) -> Iterator[Dict[str, str]]:
        if self._scorer is None:
            from npmlib.anomaly.columnwise import ColumnScorer

            self._scorer = ColumnScorer(self._load(), self._parsed_options, self._tally)
        findings: Iterator[Dict[str, str]] = self._scorer.findings(body)
        return findings

    def _load(self) -> Any:
        if self._limits is None:
            from npmlib.anomaly.baseline import load_baseline

            self._limits = load_baseline(self._app_folder, self._parsed_options)
        return self._limits


def run(stdin: BinaryIO, stdout: BinaryIO, app_folder: str) -> int:
    """Answer the chunks of ``stdin`` on ``stdout`` with the lookups of ``app_folder``; see converse for the code."""
    return converse(NpmAnomalyCommand(app_folder), stdin, stdout)
