"""A file is replaced whole or not at all, and nothing is left beside it."""

from __future__ import annotations

from pathlib import Path

import pytest

from workbench.writing import replacing, write_text, written_aside


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
