"""Reads samples/<rule>.md: content that breaks a rule, with what is then printed, and a near miss that passes.

Each section is a case, called `Breaks` or `Passes`, with a few words behind a colon if there are several. It changes
the checkout of content_samples by a diff:

    --- path of the file
     a line to find the place by
    -a line that goes
    +a line that comes
    @@
     another place in the same file

A file that does not exist is made; `(removed)` removes one. Behind the diff of a case that breaks stands what
`build.py --check` prints: pytest --update-golden (make golden) writes it there.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

SAMPLES = Path(__file__).parent / "samples"
_SECTION = re.compile(
    r"^## (?P<title>[^\n]+)\n+```diff\n(?P<diff>.*?)^```\n(?:\n```text\n(?P<printed>.*?)\n```\n)?",
    re.MULTILINE | re.DOTALL,
)
_REMOVED = "(removed)"


@dataclass(frozen=True)
class Case:
    """One change of the sample checkout, and the findings printed for it; "" if it passes."""

    rule: str
    title: str
    diff: str
    printed: str

    @property
    def breaks(self) -> bool:
        """Whether the rule finds something in it."""
        return self.title.startswith("Breaks")

    @property
    def excerpt(self) -> str:
        """The changed lines as they then are, below the path of their file; lines that go, with a -, if none come."""
        shown = []
        for path, body in _files(self.diff):
            lines = [" ..." if line == "@@" else line for line in body.splitlines()]
            kept = [line if line == _REMOVED else line[1:] for line in lines if line[:1] != "-"]
            shown += [path, *(kept or lines)]
        return "\n".join(shown)

    @property
    def messages(self) -> list[str]:
        """What its own rule says, and what to do."""
        return re.findall(rf"^\S+?:\d+:\d+: [a-z]+ {self.rule}: (.*)$", self.printed, re.MULTILINE)


def cases_of(rule: str) -> list[Case]:
    """The cases of a rule, in the order of its file."""
    text = (SAMPLES / f"{rule}.md").read_text(encoding="utf-8")
    found = [Case(rule, one["title"], one["diff"], one["printed"] or "") for one in _SECTION.finditer(text)]
    assert len(found) == text.count("\n## "), f"{rule}.md has a section that is not read"
    return found


def all_cases() -> list[Case]:
    """The cases of all rules."""
    return [case for path in sorted(SAMPLES.glob("*.md")) for case in cases_of(path.stem)]


def write_printed(case: Case, printed: str) -> None:
    """Put what is printed now behind the diff of a case."""
    path = SAMPLES / f"{case.rule}.md"
    text = path.read_text(encoding="utf-8")
    section = next(one for one in _SECTION.finditer(text) if one["title"] == case.title)
    block = f"\n```text\n{printed}\n```\n" if printed else ""
    new = f"## {case.title}\n\n```diff\n{case.diff}```\n{block}"
    path.write_text(text[: section.start()] + new + text[section.end() :], encoding="utf-8")


def apply_diff(root: Path, diff: str) -> None:
    """Change the files in root as a diff says."""
    for name, body in _files(diff):
        path = root / name
        if body.strip() == _REMOVED:
            path.unlink()
            continue
        lines = path.read_text(encoding="utf-8").split("\n") if path.exists() else [""]
        for hunk in re.split(r"^@@\n", body, flags=re.MULTILINE):
            changed = hunk.splitlines()
            old = [line[1:] for line in changed if line[:1] != "+"]
            new = [line[1:] for line in changed if line[:1] != "-"]
            places = [i for i in range(len(lines)) if lines[i : i + len(old)] == old] if old else [0]
            assert len(places) == 1, f"{name} has {len(places)} places with the lines {old}"
            lines[places[0] : places[0] + len(old)] = new
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("\n".join(lines), encoding="utf-8")


def _files(diff: str) -> list[tuple[str, str]]:
    """The paths that a diff names, each with what is changed there."""
    parts = (part.partition("\n") for part in re.split(r"^--- ", diff, flags=re.MULTILINE)[1:])
    return [(name, body) for name, _, body in parts]
