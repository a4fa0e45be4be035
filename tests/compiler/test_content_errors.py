"""All mistakes in the content are reported at once, also those that a sample of a rule cannot show."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.compiler.content_samples import DETECTION, MACRO_FILE, STORY_FILE, compile_content, write_sample
from workbench.compiler.finding import BuildError


def problems_of(root: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    monkeypatch.chdir(root)
    with pytest.raises(BuildError) as raised:
        compile_content(root)
    return [f"{one.file}:{one.line}: {one.message}; {one.fix}" for one in raised.value.findings]


def test_all_mistakes_come_at_once_in_the_order_of_files_and_lines(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = write_sample(
        tmp_path,
        (STORY_FILE, "narrative: Samples happen.\n", ""),
        (DETECTION, "version: 4", "version: four"),
        (DETECTION, "score: 20", "score: 0"),
        (DETECTION, "lookup sample_table", "lookup no_table"),
        (MACRO_FILE, "index=sample", "index=sample `nothing`"),
    )
    assert [line.split(": ")[0] + " " + line.split(": ")[1] for line in problems_of(root, monkeypatch)] == [
        f"{DETECTION}:3 version",
        f"{DETECTION}:12 search",
        f"{DETECTION}:24 rba.risk_objects[0].score",
        f"{MACRO_FILE}:2 definition",
        f"{STORY_FILE}:1 narrative",
    ]


def test_a_missing_folder_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = write_sample(tmp_path)
    (root / "removed").rmdir()
    assert problems_of(root, monkeypatch) == [
        "removed:1: folder: is missing; create it, with an empty .gitkeep if nothing goes in it"
    ]


def test_a_folder_without_content_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (line,) = problems_of(tmp_path, monkeypatch)
    assert line.endswith("--content: is not a content folder; give the folder that holds contentctl.yml")


def test_a_file_that_is_not_utf8_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = write_sample(tmp_path)
    (root / STORY_FILE).write_bytes(b"name: \xff\n")
    assert problems_of(root, monkeypatch) == [
        f"{STORY_FILE}:1: file: is not UTF-8 (invalid start byte); save it as UTF-8"
    ]
