"""A file or folder is replaced whole or not at all, and nothing is left beside it."""

from __future__ import annotations

from pathlib import Path

import pytest

from workbench.writing import folder_written_aside, replacing, write_text, written_aside


def test_a_file_is_replaced_and_its_folder_made(tmp_path: Path) -> None:
    target = tmp_path / "below" / "file.txt"
    for text in ("old\r\n", "new\n"):
        write_text(target, text)
        assert target.read_bytes() == text.encode()
    assert [path.name for path in target.parent.iterdir()] == ["file.txt"]
    assert target.stat().st_mode & 0o777 == 0o644


def test_bytes_written_aside_take_the_place_of_the_file(tmp_path: Path) -> None:
    with written_aside(tmp_path / "file.gz") as aside:
        aside.write_bytes(b"\x1f\x8b")
        assert not (tmp_path / "file.gz").exists()
    assert (tmp_path / "file.gz").read_bytes() == b"\x1f\x8b"


def test_an_error_leaves_the_file_as_it_was(tmp_path: Path) -> None:
    target = tmp_path / "file.txt"
    write_text(target, "old")

    def write_half() -> None:
        with replacing(target) as stream:
            stream.write("half of the n")
            raise RuntimeError("stopped")

    with pytest.raises(RuntimeError, match="stopped"):
        write_half()
    assert target.read_text() == "old"
    assert [path.name for path in tmp_path.iterdir()] == ["file.txt"]


def test_a_folder_takes_the_place_of_another_with_all_that_was_in_it(tmp_path: Path) -> None:
    for name in ("old", "new"):
        with folder_written_aside(tmp_path / "below" / "folder") as aside:
            write_text(aside / "deep" / name, name)
    assert [path.name for path in tmp_path.rglob("*")] == ["below", "folder", "deep", "new"]
    assert (tmp_path / "below" / "folder").stat().st_mode & 0o077


def test_an_error_leaves_the_folder_as_it_was(tmp_path: Path) -> None:
    write_text(tmp_path / "folder" / "old", "old")

    def write_half() -> None:
        with folder_written_aside(tmp_path / "folder") as aside:
            write_text(aside / "new", "new")
            raise RuntimeError("stopped")

    with pytest.raises(RuntimeError, match="stopped"):
        write_half()
    assert [path.name for path in tmp_path.rglob("*")] == ["folder", "old"]
