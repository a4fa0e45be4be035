"""The command npmanomaly as Splunk's SDK sees it: hands chunks, options and messages between SDK and scoring."""

from typing import Any, Dict, Iterable, Iterator

from splunklib.searchcommands import (
    Configuration,
    Option,
    StreamingCommand,
)

from npmlib.anomaly.options import OPTION_NAMES, parse_options
from npmlib.anomaly.tally import Tally
from npmlib.conversation import Conversation


@Configuration(distributed=False)
class NpmAnomalyCommand(Conversation, StreamingCommand):  # type: ignore[misc]
    """Score rows of metrics against a baseline of the app in ``app_folder``; see searchbnf.conf for the help."""

    option_names = OPTION_NAMES
    parse_options = staticmethod(parse_options)

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
        self._limits: Any = None
        self._scorer: Any = None
        self._tally = Tally()

    def stream(self, records: Iterable[Dict[str, object]]) -> Iterator[Dict[str, str]]:
        """Yield the findings of one chunk, row by row: the reference, which the fast path is held against."""
        from npmlib.anomaly.scoring import score_rows

        return score_rows(records, self._load(), self._parsed_options, self._tally)

    def answer(self, body: bytes, damaged: bool) -> None:
        """Score a chunk and put the findings into the reply; after the last one, tell what was not scored."""
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
        found: Iterator[Dict[str, str]] = self._scorer.findings(body)
        return found

    def _load(self) -> Any:
        if self._limits is None:
            from npmlib.anomaly.baseline import load_baseline

            self._limits = load_baseline(self._app_folder, self._parsed_options)
        return self._limits
