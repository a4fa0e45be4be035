"""Every mistake in the content is named with file, line, field, and what to do; all of them at once."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.compiler.content_mistakes import MACRO, MISTAKES, STORY
from tests.compiler.content_samples import DETECTION, write_sample
from workbench.compiler.build import compile_content
from workbench.compiler.finding import BuildError


def problems_of(root: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    monkeypatch.chdir(root)
    with pytest.raises(BuildError) as raised:
        compile_content(root)
    return [f"{one.file}:{one.line}: {one.message}; {one.fix}" for one in raised.value.findings]


@pytest.mark.parametrize(
    ("file", "old", "new", "expected"), MISTAKES, ids=[f"{index}-{one[0]}" for index, one in enumerate(MISTAKES)]
)
def test_a_mistake_is_named_with_its_place(
    file: str, old: str, new: str, expected: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = problems_of(write_sample(tmp_path, (file, old, new)), monkeypatch)
    pattern = r"\n".join(re.escape(line).replace(r"\.\.\.", ".*") for line in expected)
    assert re.fullmatch(pattern, "\n".join(found)), found


def test_all_mistakes_come_at_once_in_the_order_of_files_and_lines(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = write_sample(
        tmp_path,
        (STORY, "narrative: Samples happen.\n", ""),
        (DETECTION, "version: 4", "version: four"),
        (DETECTION, "score: 20", "score: 0"),
        (DETECTION, "lookup sample_table", "lookup no_table"),
        (MACRO, "index=sample", "index=sample `nothing`"),
    )
    assert [line.split(": ")[0] + " " + line.split(": ")[1] for line in problems_of(root, monkeypatch)] == [
        f"{DETECTION}:3 version",
        f"{DETECTION}:12 search",
        f"{DETECTION}:24 rba.risk_objects[0].score",
        f"{MACRO}:2 definition",
        f"{STORY}:1 narrative",
    ]


def test_a_missing_folder_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = write_sample(tmp_path)
    (root / "removed").rmdir()
    assert problems_of(root, monkeypatch) == [
        "removed:1: folder: is missing; create it, with an empty .gitkeep if nothing goes in it"
    ]


def test_a_folder_without_content_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (line,) = problems_of(tmp_path, monkeypatch)
    assert line.endswith("--content: is no content folder; give the folder that holds contentctl.yml")


def test_a_file_that_is_not_utf8_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = write_sample(tmp_path)
    (root / STORY).write_bytes(b"name: \xff\n")
    assert problems_of(root, monkeypatch) == [f"{STORY}:1: file: is not UTF-8 (invalid start byte); save it as UTF-8"]
