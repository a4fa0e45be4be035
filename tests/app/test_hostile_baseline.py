"""Lookups that are elsewhere, damaged, or written while they are read, as the command meets them in a process."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.app.outcome import ARGS, HEADER, LOOKUP, OVER, run, search

OTHER = LOOKUP.replace("100,20", "500,1") + "apache,500,100,20\n"  # another limit, and one row more
RIGHT = {("100", "44.95"), ("500", "499")}  # expected and score of a value of 999, by LOOKUP and by OTHER


@pytest.fixture
def lookups(staged_folder: Path) -> Path:
    folder = staged_folder / "lookups"
    (folder / "npm_baseline.csv").write_text(LOOKUP)
    return folder


def refused(lookups: Path, interpreter: Path, baseline: str = "npm_baseline") -> str:
    stream = search(HEADER + OVER, args=[*ARGS, f"baseline={baseline}"])
    return run(lookups.parent, interpreter, stream).refusal


@pytest.mark.parametrize(
    "name", ["../lookups/npm_baseline", "../bin/npmanomaly", "/etc/passwd", "..", ".", "", "a/b", "a\\b", "a\0b", "a\n"]
)
def test_a_name_that_is_a_path_is_refused(lookups: Path, interpreter: Path, name: str) -> None:
    assert "must be the bare name of a lookup of this app" in refused(lookups, interpreter, name)


def test_an_absolute_path_to_the_lookup_itself_is_refused(lookups: Path, interpreter: Path) -> None:
    assert "must be the bare name of a lookup" in refused(lookups, interpreter, str(lookups / "npm_baseline"))


def test_a_name_longer_than_a_file_name_may_be(lookups: Path, interpreter: Path) -> None:
    assert "baseline 'aaaa" in refused(lookups, interpreter, "a" * 300)


def test_a_link_that_leads_out_of_the_lookups_folder_is_refused(
    lookups: Path, interpreter: Path, tmp_path: Path
) -> None:
    (tmp_path / "secret.csv").write_text(LOOKUP)
    with linked(lookups / "linked.csv", tmp_path / "secret.csv"):
        assert "linked.csv is a link out of the lookups folder" in refused(lookups, interpreter, "linked")


def test_a_link_to_nowhere_and_one_to_itself_are_refused(lookups: Path, interpreter: Path) -> None:
    with linked(lookups / "linked.csv", lookups / "absent.csv"):
        assert "baseline 'linked' is missing" in refused(lookups, interpreter, "linked")
    with linked(lookups / "linked.csv", lookups / "linked.csv"):
        assert "baseline 'linked' " in refused(lookups, interpreter, "linked")


@contextmanager
def linked(link: Path, target: Path) -> Iterator[None]:
    link.symlink_to(target)
    try:
        yield
    finally:
        link.unlink()


def test_a_folder_or_a_pipe_in_its_place_is_refused(lookups: Path, interpreter: Path) -> None:
    (lookups / "folder.csv").mkdir()
    os.mkfifo(lookups / "pipe.csv")
    try:
        assert "cannot be read (it is not a file)" in refused(lookups, interpreter, "folder")
        assert "cannot be read (it is not a file)" in refused(lookups, interpreter, "pipe")
    finally:
        (lookups / "folder.csv").rmdir()
        (lookups / "pipe.csv").unlink()


@pytest.mark.parametrize(
    ("lookup", "said"),
    [
        (b"", "has no rows"),
        (LOOKUP[:-4].encode(), "is half written"),
        (LOOKUP[:-4].encode() + b"\n", "line 2: 3 cells under 4 columns"),
        (LOOKUP.replace("nginx", "ng\0inx").encode(), "holds a NUL byte"),
        (LOOKUP.replace("nginx", "ng\udcffinx").encode(errors="surrogateescape"), "cannot be read ('utf-8' codec"),
        (LOOKUP.encode("utf-16-be"), "holds a NUL byte"),
        (LOOKUP.replace("nginx", '"nginx').encode(), "cannot be read (unexpected end of data)"),
        (LOOKUP.replace("\n", "\r").encode(), "is half written"),
        ((LOOKUP + "{0},{1},{x!r},}{\n").encode(), "line 3: '{1}' is not a number"),
        ((LOOKUP + "apache,500,100," + "9" * 100_000 + "x\n").encode(), "line 3: '9999"),
    ],
)
def test_a_damaged_lookup_is_refused(lookups: Path, interpreter: Path, lookup: bytes, said: str) -> None:
    (lookups / "npm_baseline.csv").write_bytes(lookup)
    assert said in refused(lookups, interpreter)


@pytest.mark.parametrize(
    "lookup",
    [
        b"\xef\xbb\xbf" + LOOKUP.encode(),
        LOOKUP.replace("\n", "\r\n").encode(),
        LOOKUP.replace("\n", "\r").encode() + b"\n",
        (LOOKUP + "\n\n").encode(),
        (LOOKUP + "y" * 11_000_000 + ",1,1,1\n").encode(),
        LOOKUP.replace("\n", "," + ",".join(map(str, range(10_000))) + "\n").encode(),
    ],
    ids=["byte-order-mark", "crlf", "cr", "blank-lines", "large-field", "many-columns"],
)
def test_an_odd_lookup_that_says_the_same_is_read(lookups: Path, interpreter: Path, lookup: bytes) -> None:
    (lookups / "npm_baseline.csv").write_bytes(lookup)
    outcome = run(lookups.parent, interpreter, search(HEADER + OVER))
    assert [(row["expected"], row["score"]) for row in outcome.findings] == [("100", "44.95")]


def rewrite(path: Path) -> None:
    """Empty the file and fill it anew, as a copy does."""
    path.write_text(OTHER)
    path.write_text(LOOKUP)


def halves(path: Path) -> None:
    """Leave the file half written for a moment."""
    path.write_text(OTHER[:-9])
    time.sleep(0.01)
    path.write_text(OTHER)


def shrink(path: Path) -> None:
    """Cut the file in the middle, and grow it again."""
    with path.open("r+") as file:
        file.truncate(len(LOOKUP) // 2)
    path.write_text(LOOKUP)


def replace(path: Path) -> None:
    """Move another file into its place, as Splunk does."""
    for text in (OTHER, LOOKUP):
        aside = path.with_suffix(".tmp")
        aside.write_text(text)
        aside.replace(path)


def gone(path: Path) -> None:
    """Delete the file and write it anew."""
    path.unlink()
    path.write_text(LOOKUP)


@pytest.mark.parametrize("change", [rewrite, halves, shrink, replace, gone])
def test_a_lookup_that_is_written_all_the_time_is_read_whole_or_refused(
    lookups: Path, interpreter: Path, change: Callable[[Path], None]
) -> None:
    with changing(lookups / "npm_baseline.csv", change):
        outcome = run(lookups.parent, interpreter, search(HEADER + OVER))
    if outcome.code:
        assert outcome.refusal.startswith("npmanomaly: baseline 'npm_baseline' ")
    else:
        ((expected, score),) = [(row["expected"], row["score"]) for row in outcome.findings]
        assert (expected, score) in RIGHT


@contextmanager
def changing(path: Path, change: Callable[[Path], None]) -> Iterator[None]:
    """Make ``change`` again and again beside the ``with`` block."""
    ended = threading.Event()

    def work() -> None:
        while not ended.is_set():
            change(path)
            time.sleep(0.002)

    thread = threading.Thread(target=work)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()
