"""The archive says nothing about the machine it was packed on."""

from __future__ import annotations

import gzip
import io
import tarfile

from workbench.compiler.archive import ENTRY_TIME, packed

FILES = {"default/app.conf": b"[ui]\n", "README.txt": b"", "bin/a/b.py": b"x" * 70_000, "bin/a.py": b"y"}


def members(archive: bytes) -> list[tarfile.TarInfo]:
    with tarfile.open(fileobj=io.BytesIO(archive), mode="r:gz") as opened:
        return opened.getmembers()


def test_entries_are_sorted_and_folders_stand_before_what_they_hold() -> None:
    assert [one.name for one in members(packed("top", FILES))] == [
        "top",
        "top/README.txt",
        "top/bin",
        "top/bin/a",
        "top/bin/a.py",
        "top/bin/a/b.py",
        "top/default",
        "top/default/app.conf",
    ]


def test_modes_owners_and_times_are_fixed() -> None:
    for one in members(packed("top", FILES)):
        assert one.mode == (0o755 if one.isdir() else 0o644)
        assert (one.uid, one.gid, one.uname, one.gname) == (0, 0, "", "")
        assert one.mtime == ENTRY_TIME


def test_the_contents_come_out_again() -> None:
    with tarfile.open(fileobj=io.BytesIO(packed("top", FILES)), mode="r:gz") as opened:
        for name, content in FILES.items():
            stream = opened.extractfile(f"top/{name}")
            assert stream is not None
            assert stream.read() == content


def test_the_order_of_the_files_given_does_not_matter() -> None:
    assert packed("top", FILES) == packed("top", dict(reversed(FILES.items())))


def test_the_gzip_frame_has_neither_name_nor_time_and_does_not_compress() -> None:
    archive = packed("top", FILES)
    assert archive[:10] == b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff"
    content = gzip.decompress(archive)
    assert len(content) < len(archive) < len(content) + 200
    assert b"x" * 60_000 in archive


def test_a_folder_may_ship_empty() -> None:
    assert [one.name for one in members(packed("top", {"a": b""}, ["lookups"]))] == ["top", "top/a", "top/lookups"]
