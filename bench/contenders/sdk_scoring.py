"""The scoring of npmanomaly, row by row in the SDK's own stream(): what the command would be without a fast path."""

import sys

sys.path.insert(0, sys.path[0] + "/../lib")  # Python begins sys.path with the folder of the script

from npmlib.anomaly.baseline import load_baseline
from npmlib.anomaly.options import parse_options
from npmlib.anomaly.scoring import score_rows
from npmlib.anomaly.tally import Tally
from splunklib.searchcommands import Configuration, Option, StreamingCommand, dispatch

APP_FOLDER = sys.path[0] + "/.."


@Configuration(distributed=False)
class ScoringCommand(StreamingCommand):
    """Scores with the reference implementation."""

    baseline = Option()
    scoring_options = None
    limits = None

    def stream(self, records):
        """Yield a row for each metric over its limit."""
        if self.limits is None:
            self.scoring_options = parse_options({"baseline": self.baseline})
            self.limits = load_baseline(APP_FOLDER, self.scoring_options)
        yield from score_rows(records, self.limits, self.scoring_options, Tally())


dispatch(ScoringCommand, sys.argv, sys.stdin, sys.stdout, __name__)
