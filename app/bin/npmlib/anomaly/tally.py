"""What is told once, at the end of the search: rows that could not be scored, fields that were never there."""

from dataclasses import dataclass, field
from typing import Dict, List, Set, Tuple

from npmlib.anomaly.options import Options
from npmlib.errors import SearchError

Message = Tuple[str, str]


@dataclass
class Tally:
    """Counts over all rows of the search; ``first_not_a_number`` keeps one example for the message."""

    rows: int = 0
    damaged_chunks: int = 0
    rows_without_baseline: int = 0
    rows_not_a_number: int = 0
    first_not_a_number: str = ""
    columns: Set[str] = field(default_factory=set)
    rows_without_field: Dict[str, int] = field(default_factory=dict)

    def skip_not_a_number(self, metric: str, text: object) -> None:
        """Count a row whose ``metric`` holds ``text`` instead of a number."""
        self.rows_not_a_number += 1
        if not self.first_not_a_number:
            shown = " and ".join(text) if isinstance(text, list) else str(text)
            self.first_not_a_number = f"{metric}='{shown[:80]}'"

    def messages(self, options: Options) -> List[Message]:
        """Return (level, text) of what the user should know once all rows were seen.

        Raises SearchError when no row could have been scored: a ``by`` field or all metrics were never there.
        """
        if self.rows == 0:
            return []
        columns = ", ".join(sorted(name for name in self.columns if not name.startswith("__mv_"))[:20]) or "none"
        for name in options.by:
            if name not in self.columns:
                raise SearchError(
                    f"no row has the field '{name}' named in by=. The rows have: {columns}."
                    " Keep it in the search before npmanomaly, or name other fields with by="
                )
        absent = [name for name in options.metrics if name not in self.columns]
        if len(absent) == len(options.metrics):
            raise SearchError(
                f"no row has any of the metrics {', '.join(options.metrics)}. The rows have: {columns}."
                " Name the columns to score with metrics="
            )
        found: List[Message] = []
        if absent:
            found.append(("WARN", f"no row has the metric {', '.join(absent)}; the others were scored"))
        for name, rows in self.rows_without_field.items():
            found.append(("WARN", f"{rows} of {self.rows} rows skipped: '{name}' is empty or has several values"))
        if self.rows_not_a_number:
            found.append(
                (
                    "WARN",
                    f"{self.rows_not_a_number} of {self.rows} rows skipped: a metric is no number"
                    f" (first: {self.first_not_a_number})",
                )
            )
        if self.damaged_chunks:
            found.append(
                (
                    "WARN",
                    f"some rows, in {self.damaged_chunks} of the chunks, hold bytes that are no text (not UTF-8, or"
                    " NUL); these were read as \ufffd, so a name with them belongs to no series",
                )
            )
        if self.rows_without_baseline and not options.flag_unseen:
            found.append(
                (
                    "INFO",
                    f"{self.rows_without_baseline} of {self.rows} rows belong to series that baseline"
                    f" '{options.baseline}' does not know; unseen=flag reports them",
                )
            )
        return found
