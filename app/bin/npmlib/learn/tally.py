"""What npmlearn reports once, at the end of the search: what was learned, refused, skipped and dropped."""

from dataclasses import dataclass, field
from typing import List

from npmlib.errors import SearchError
from npmlib.learn.options import PARTS, LearnOptions
from npmlib.profile.state import FORGET_HOURS
from npmlib.rowcounts import Message, RowCounts

MOST_WARNINGS = 5  # about one lookup


@dataclass
class Tally(RowCounts):
    """Counts over all rows of the search; ``rows`` are those to learn from.

    learned, already_learned, late: hours of one series and metric that were learned, had been learned before, or came
    too late. ahead: rows of hours that have not begun; first_ahead the first. unfinished: rows of hours not over, or of
    which only a part was read. from_ahead: profiles begun anew as they had learned hours that have not been.
    forgotten: profiles dropped for having no data. current: the series being learned. wrong_levels: messages
    about rows of the lookup of accepted levels.
    """

    learned: int = 0
    already_learned: int = 0
    late: int = 0
    ahead: int = 0
    first_ahead: int = 0
    unfinished: int = 0
    from_ahead: int = 0
    first_late: str = ""
    forgotten: int = 0
    current: str = ""
    wrong_levels: List[str] = field(default_factory=list)

    def refuse_late(self, metric: str, hour: int) -> None:
        """Count an hour of the current series, in epoch seconds, that came after later ones were learned."""
        self.late += 1
        self.first_late = self.first_late or f"{metric} of {self.current} in the hour {hour}"

    def leave_out(self, hour: int, ahead: bool) -> None:
        """Count a row of an hour, in epoch seconds, that is not over or was not read whole, or has not begun."""
        if ahead:
            self.first_ahead = min(hour, self.first_ahead or hour)
            self.ahead += 1
        else:
            self.unfinished += 1

    def check_columns(self, options: LearnOptions) -> None:
        """Raise SearchError where the rows lack a field or the columns of a metric that the options name."""
        if not self.rows:
            return
        for name in options.by:
            if self.rows_without_field.get(name) == self.rows:
                raise self.absent_field(name, "npmlearn")
        if "hour" not in self.columns:
            raise SearchError(
                "no row has the field 'hour', the epoch second at which an hour begins; make the rows with the macro"
                " npm_hours"
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
                f" n_{options.metrics[0]}. The rows have: {self.shown_columns()}."
                " Name the metrics to learn with metrics="
            )

    def messages(self, options: LearnOptions) -> List[Message]:
        """Return (level, text) of what the user should know once all is learned."""
        messages = [("WARN", text) for text in self.wrong_levels[:MOST_WARNINGS]]
        if len(self.wrong_levels) > MOST_WARNINGS:
            messages.append(
                ("WARN", f"{len(self.wrong_levels) - MOST_WARNINGS} more rows of the lookup are not used either")
            )
        messages += self.warnings(
            done="learned",
            absent=self._absent(options) if self.rows else [],
            damaged="and learned so",
        )
        if self.late:
            messages.append(
                (
                    "WARN",
                    f"{self.late} hours of series refused, as later ones were learned (first: {self.first_late})",
                )
            )
        if self.ahead:
            messages.append(
                (
                    "WARN",
                    f"{self.ahead} rows refused, as their hours have not begun (first: {self.first_ahead}): a clock is"
                    " ahead, see the line clock of the data check",
                )
            )
        if self.from_ahead:
            messages.append(
                (
                    "WARN",
                    f"{self.from_ahead} profiles had learned hours that have not been, and begin anew; until they are"
                    " a day old they report nothing",
                )
            )
        if self.unfinished:
            messages.append(
                ("INFO", f"{self.unfinished} rows left out, as their hours are not over or were not read whole")
            )
        if self.forgotten:
            messages.append(("INFO", f"{self.forgotten} profiles dropped: no data for {FORGET_HOURS // 24} days"))
        if self.rows:
            messages.append(
                ("INFO", f"{self.learned} hours of series learned, {self.already_learned} had been learned before")
            )
        return messages

    def _absent(self, options: LearnOptions) -> List[str]:
        return [metric for metric in options.metrics if not any(f"{part}_{metric}" in self.columns for part in PARTS)]
