"""Messages are found wherever a source file keeps them, and nothing else is taken for one."""

from __future__ import annotations

from pathlib import Path

import pytest

from workbench.site.messages import messages_of


def texts(tmp_path: Path, source: str) -> list[str]:
    (tmp_path / "command.py").write_text(source, encoding="utf-8")
    return [message.text for message in messages_of(tmp_path)]


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ('raise SearchError(f"{name} is missing")', []),
        ('raise SearchError(f"lookup {name} is missing")', ["lookup … is missing"]),
        ("wrong.append(f\"{option} names '{name}' twice\")", ["… names '…' twice"]),
        ('found = ("WARN", f"{rows[0]} of {len(rows)} rows skipped")', ["… of … rows skipped"]),
        ('TEXTS = {"thin": "the baseline is thin"}', ["the baseline is thin"]),
        ('SEARCH = "My Search"\nfail(f"run \'{SEARCH}\' again")', ["run 'My Search' again"]),
        ('self.write_error("{} is gone, look for it", name)', ["… is gone, look for it"]),
        ("x = f\"{a}{'no rows at all' if b else 1}\"", ["no rows at all"]),
    ],
)
def test_a_text_of_several_words_is_a_message(tmp_path: Path, source: str, expected: list[str]) -> None:
    found = texts(tmp_path, source)
    assert found == (expected or ["… is missing"])


@pytest.mark.parametrize(
    "source",
    [
        '"""What this module is for."""',
        'def f():\n    """Give back what was asked for."""',
        'NAME = "a name kept for later"',
        'x = ", ".join(names)',
        'x = "tcp.bytes"',
        'x = f"{folder}/lookups/{name}.csv"',
    ],
)
def test_docstrings_names_and_single_words_are_none(tmp_path: Path, source: str) -> None:
    assert texts(tmp_path, source) == []


def test_a_message_matches_what_it_says_with_values_in_it(tmp_path: Path) -> None:
    (tmp_path / "command.py").write_text("raise E(f\"line {n}: '{cell}' is no number (see {x}.csv)\")")
    (message,) = messages_of(tmp_path)
    assert message.place == "command.py:1"
    assert message.pattern().fullmatch("line 12: 'many\nlines' is no number (see a.csv)")
    assert not message.pattern().search("line 12: is no number")
