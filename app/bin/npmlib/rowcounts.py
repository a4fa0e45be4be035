"""What both commands count over all rows of a search, and the messages they give about it at the end."""

from dataclasses import dataclass, field
from typing import Dict, List, Set, Tuple

from npmlib.errors import SearchError

Message = Tuple[str, str]  # level and text
MOST_COLUMNS = 20  # shown in a message


def _first(column: str, value: object, before: str) -> str:
    """Return the example of an invalid value: this one or that from before, by the alphabet."""
    text = " and ".join(value) if isinstance(value, list) else str(value)
    example = f"{column}='{text[:80]}'"
    return min(example, before or example)


@dataclass
class RowCounts:
    """Counts of rows, and one example of what was wrong.

    rows: rows to score or to learn from. rows_without_field: by name of a field, the rows skipped because it is empty
    or has several values. columns: of all rows. damaged_chunks: chunks with rows in which bytes had to be replaced.
    """

    rows: int = 0
    rows_without_field: Dict[str, int] = field(default_factory=dict)
    rows_not_a_number: int = 0
    not_a_number: str = ""
    values_left_out: int = 0
    value_left_out: str = ""
    damaged_chunks: int = 0
    columns: Set[str] = field(default_factory=set)

    def skip_without(self, name: str) -> None:
        """Count a row in which the field ``name`` is empty or has several values."""
        self.rows_without_field[name] = self.rows_without_field.get(name, 0) + 1

    def skip_not_a_number(self, column: str, value: object) -> None:
        """Count a row whose ``column`` is invalid; the example is the first of them in alphabetical order."""
        self.rows_not_a_number += 1
        self.not_a_number = _first(column, value, self.not_a_number)

    def leave_out_value(self, column: str, value: object) -> None:
        """Count a value that is no amount, in a row whose other metrics are used."""
        self.values_left_out += 1
        self.value_left_out = _first(column, value, self.value_left_out)

    def shown_columns(self) -> str:
        """Return the names of the columns, as many as fit into a message."""
        names = sorted(name for name in self.columns if not name.startswith("__mv_"))
        return ", ".join(names[:MOST_COLUMNS]) or "none"

    def absent_field(self, name: str, command: str) -> SearchError:
        """Return the error for a field of by= that no row has."""
        return SearchError(
            f"no row has the field '{name}' named in by=. The rows have: {self.shown_columns()}."
            f" Keep it in the search before {command}, or name other fields with by="
        )

    def warnings(self, *, done: str, absent: List[str], damaged: str) -> List[Message]:
        """Return the messages about rows and metrics that were not used, as far as there are any.

        done: what happened to the other metrics than those ``absent`` or left out. damaged: the rest of the sentence
        about bytes that were replaced.
        """
        texts = [f"no row has the metric {', '.join(absent)}; the others were {done}"] if absent else []
        for name, rows in sorted(self.rows_without_field.items()):
            texts.append(f"{rows} of {self.rows} rows skipped: '{name}' is empty or has several values")
        if self.rows_not_a_number:
            texts.append(f"{self.rows_not_a_number} of {self.rows} rows skipped (such as {self.not_a_number})")
        if self.values_left_out:
            values = "1 value that is" if self.values_left_out == 1 else f"{self.values_left_out} values that are"
            texts.append(
                f"{values} no amount left out in {self.rows} rows (such as {self.value_left_out}); the other metrics of"
                f" such a row were {done}"
            )
        if self.damaged_chunks:
            texts.append(
                f"some values, in {self.damaged_chunks} of the chunks, hold bytes that are not text (invalid UTF-8, or"
                f" NUL); these were read as \ufffd, {damaged}"
            )
        return [("WARN", text) for text in texts]
