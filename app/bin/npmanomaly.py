"""The search command ``npmanomaly``: hands rows, options and messages between Splunk's SDK and npmlib.

Splunk starts this file several times a search just to learn what it is, so nothing is read before the first chunk
that has rows. It runs on the search head only (stateful in Splunk's words), next to the lookup it reads.
"""

import csv
import os
import sys
from itertools import chain

APP_FOLDER = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
sys.path.insert(0, os.path.join(APP_FOLDER, "lib"))

from npmlib.baseline import load_baseline  # noqa: E402
from npmlib.errors import SearchError  # noqa: E402
from npmlib.options import OPTION_NAMES, parse_options  # noqa: E402
from npmlib.scoring import score_rows  # noqa: E402
from npmlib.tally import Tally  # noqa: E402
from splunklib.searchcommands import Configuration, Option, StreamingCommand, dispatch  # noqa: E402


@Configuration(distributed=False)
class NpmAnomalyCommand(StreamingCommand):
    """Score rows of metrics against a baseline; see searchbnf.conf for the help a user reads."""

    baseline = Option()
    by = Option()
    metrics = Option()
    threshold = Option()
    minsamples = Option()
    minspread = Option()
    unseen = Option()

    def __init__(self):
        super().__init__()
        # The SDK keeps the value of option x in self._x, so none of these may be called after an option.
        self._parsed_options = None
        self._limits = None
        self._tally = Tally()

    def _protocol_v2_option_parser(self, arg):
        """Keep what the SDK would refuse with a bare 'Unrecognized option' for prepare(), which says more."""
        name, separator, value = arg.partition("=")
        return [name, value] if separator and name in OPTION_NAMES else [arg]

    def prepare(self):
        """Check the options: Splunk calls this for every start, before any rows."""
        typed = {name: getattr(self, name) for name in OPTION_NAMES if getattr(self, name) is not None}
        try:
            if self.fieldnames:
                unknown = ", ".join(f"'{argument}'" for argument in self.fieldnames)
                raise SearchError(f"{unknown} is no option. There are, written name=value: {', '.join(OPTION_NAMES)}")
            self._parsed_options = parse_options(typed)
        except SearchError as error:
            self._fail(error)

    def stream(self, records):
        """Yield the findings of one chunk; the SDK calls this for each chunk, also for an empty one."""
        try:
            rows = iter(records)
            for first in rows:
                if self._limits is None:
                    self._limits = load_baseline(APP_FOLDER, self._parsed_options)
                yield from score_rows(chain((first,), rows), self._limits, self._parsed_options, self._tally)
            if self._finished:
                for level, text in self._tally.messages(self._parsed_options):
                    self._record_writer.write_message(level, "{}", f"npmanomaly: {text}")
        except SearchError as error:
            self._fail(error)
        except csv.Error as error:
            self._fail(SearchError(f"the rows that Splunk sent cannot be read as CSV ({error})"))

    def _fail(self, error):
        # The SDK formats messages: a text with braces must go in as an argument.
        self.write_error("{}", f"npmanomaly: {error}")
        raise SystemExit(1)


dispatch(NpmAnomalyCommand, sys.argv, sys.stdin, sys.stdout, __name__)
