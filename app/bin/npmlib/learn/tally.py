"""What npmlearn reports once, at the end of the search: what was learned, refused, skipped and dropped."""

from dataclasses import dataclass, field
from typing import Dict, List, Set, Tuple

from npmlib.errors import SearchError
from npmlib.learn.options import PARTS, LearnOptions
from npmlib.profile.state import FORGET_HOURS

Message = Tuple[str, str]
MOST_WARNINGS = 5  # about one lookup


@dataclass
class Tally:
    """Counts over all rows of the search, and one example of what was wrong.

    hour_rows: rows to learn from. learned, already_learned, late: hours of one series and metric that were learned,
    had been learned before, or came too late. forgotten: profiles dropped for having no data. current: the series
    being learned. columns: of all rows. wrong_levels: messages about rows of the lookup of accepted levels.
    """

    hour_rows: int = 0
    rows_without_field: Dict[str, int] = field(default_factory=dict)
    rows_not_a_number: int = 0
    first_not_a_number: str = ""
    learned: int = 0
    already_learned: int = 0
    late: int = 0
    first_late: str = ""
    forgotten: int = 0
    damaged_chunks: int = 0
    current: str = ""
    columns: Set[str] = field(default_factory=set)
    wrong_levels: List[str] = field(default_factory=list)

    def skip_without(self, name: str) -> None:
        """Count a row to learn from in which the field ``name`` is empty or has several values."""
        self.rows_without_field[name] = self.rows_without_field.get(name, 0) + 1

    def skip_not_a_number(self, column: str, text: object) -> None:
        """Count a row whose ``column`` holds ``text``; the example is the first of them in alphabetical order."""
        self.rows_not_a_number += 1
        shown = " and ".join(text) if isinstance(text, list) else str(text)
        example = f"{column}='{shown[:80]}'"
        if not self.first_not_a_number or example < self.first_not_a_number:
            self.first_not_a_number = example

    def refuse_late(self, metric: str, hour: int) -> None:
        """Count an hour of the current series, in epoch seconds, that came after later ones were learned."""
        self.late += 1
        self.first_late = self.first_late or f"{metric} of {self.current} in the hour {hour}"

    def check_columns(self, options: LearnOptions) -> None:
        """Raise SearchError where the rows lack a field or the columns of a metric that the options name."""
        if not self.hour_rows:
            return
        shown = ", ".join(sorted(name for name in self.columns if not name.startswith("__mv_"))[:40]) or "none"
        for name in options.by:
            if self.rows_without_field.get(name) == self.hour_rows:
                raise SearchError(
                    f"no row has the field '{name}' named in by=. The rows have: {shown}."
                    " Keep it in the search before npmlearn, or name other fields with by="
                )
        absent = self._absent(options)
        for metric in options.metrics:
            missing = [f"{part}_{metric}" for part in PARTS if f"{part}_{metric}" not in self.columns]
            if missing and metric not in absent:
                raise SearchError(
                    f"the rows lack the columns {', '.join(missing)} of the metric '{metric}'; make the rows with the"
                    " macro npm_hours, or leave the metric out of metrics="
                )
        if len(absent) == len(options.metrics):
            raise SearchError(
                f"no row has any of the metrics {', '.join(options.metrics)}, which need columns such as"
                f" n_{options.metrics[0]}. The rows have: {shown}. Name the metrics to learn with metrics="
            )

    def messages(self, options: LearnOptions) -> List[Message]:
        """Return (level, text) of what the user should know once all is learned."""
        messages = [("WARN", text) for text in self.wrong_levels[:MOST_WARNINGS]]
        if len(self.wrong_levels) > MOST_WARNINGS:
            messages.append(
                ("WARN", f"{len(self.wrong_levels) - MOST_WARNINGS} more rows of the lookup are not used either")
            )
        absent = self._absent(options) if self.hour_rows else []
        if absent:
            messages.append(("WARN", f"no row has the metric {', '.join(absent)}; the others were learned"))
        for name, rows in sorted(self.rows_without_field.items()):
            messages.append(
                ("WARN", f"{rows} of {self.hour_rows} rows skipped: '{name}' is empty or has several values")
            )
        if self.rows_not_a_number:
            messages.append(
                (
                    "WARN",
                    f"{self.rows_not_a_number} of {self.hour_rows} rows skipped: a column holds an invalid value"
                    f" (such as {self.first_not_a_number}); these hours are not learned",
                )
            )
        if self.late:
            messages.append(
                (
                    "WARN",
                    f"{self.late} hours of series refused, as later ones were learned (first: {self.first_late})",
                )
            )
        if self.damaged_chunks:
            messages.append(
                (
                    "WARN",
                    f"some names, in {self.damaged_chunks} of the chunks, hold bytes that are not text (invalid"
                    " UTF-8, or NUL); these were read and learned as \ufffd",
                )
            )
        if self.forgotten:
            messages.append(("INFO", f"{self.forgotten} profiles dropped: no data for {FORGET_HOURS // 24} days"))
        if self.hour_rows:
            messages.append(
                ("INFO", f"{self.learned} hours of series learned, {self.already_learned} had been learned before")
            )
        return messages

    def _absent(self, options: LearnOptions) -> List[str]:
        return [metric for metric in options.metrics if not any(f"{part}_{metric}" in self.columns for part in PARTS)]
