"""What is wrong with the content: one line per problem, naming file, line, field and what to do."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, order=True)
class Problem:
    """One thing to put right.

    file: as a person would open it; line: 1-based; field: dotted path such as ``rba.risk_objects[0].score``,
    or what stands for it (``app``); text: what is wrong; what to do.
    """

    file: str
    line: int
    field: str
    text: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.field}: {' '.join(self.text.splitlines())}"


class BuildError(Exception):
    """The build cannot go on; holds every problem found, already in the order to print them."""

    def __init__(self, problems: list[Problem]) -> None:
        self.problems = sorted(set(problems))
        super().__init__("\n".join(str(problem) for problem in self.problems))
