"""What npmanomaly reports once, at the end of the search: rows that were not scored, fields that no row had."""

from dataclasses import dataclass
from typing import List

from npmlib.anomaly.options import Options
from npmlib.errors import SearchError
from npmlib.rowcounts import Message, RowCounts


@dataclass
class Tally(RowCounts):
    """Counts over all rows of the search; ``rows_without_baseline``: rows of series that the baseline lacks."""

    rows_without_baseline: int = 0

    def messages(self, options: Options) -> List[Message]:
        """Return what the user should know once all rows were read.

        Raises SearchError when no row could have been scored: no row had a ``by`` field, or none any of the metrics.
        """
        if self.rows == 0:
            return []
        for name in options.by:
            if name not in self.columns:
                raise self.absent_field(name, "npmanomaly")
        absent = [name for name in options.metrics if name not in self.columns]
        if len(absent) == len(options.metrics):
            raise SearchError(
                f"no row has any of the metrics {', '.join(options.metrics)}. The rows have: {self.shown_columns()}."
                " Name the columns to score with metrics="
            )
        messages = self.warnings(
            done="scored",
            absent=absent,
            damaged="so a name with them belongs to no series",
        )
        if self.rows_without_baseline and not options.flag_unseen:
            messages.append(
                (
                    "INFO",
                    f"{self.rows_without_baseline} of {self.rows} rows belong to series that baseline"
                    f" '{options.baseline}' does not know; unseen=flag reports them",
                )
            )
        return messages
