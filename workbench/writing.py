"""Writes a file or folder whole or not at all: aside first, then renamed into place."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO


@contextmanager
def written_aside(path: Path) -> Iterator[Path]:
    """Give the path of an empty file beside ``path``; what the block writes to it replaces the file at ``path``.

    After an error in the block the file at ``path`` is as it was. Makes the folder. For writers that want a path or
    write bytes; ``replacing`` gives a stream for text.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    os.close(handle)
    aside = Path(name)
    try:
        yield aside
        aside.chmod(0o644)
        aside.replace(path)
    except BaseException:
        aside.unlink(missing_ok=True)
        raise


@contextmanager
def replacing(path: Path, newline: str | None = None) -> Iterator[IO[str]]:
    """Give a UTF-8 stream whose text replaces the file at ``path`` when the block ends, and leaves it after an error.

    Makes the folder. ``newline`` is as in open().
    """
    with written_aside(path) as aside, aside.open("w", encoding="utf-8", newline=newline) as stream:
        yield stream


def write_text(path: Path, text: str) -> None:
    """Replace the file at ``path`` by ``text``, whole or not at all; line ends are written as they stand."""
    with replacing(path, newline="") as stream:
        stream.write(text)


@contextmanager
def folder_written_aside(folder: Path) -> Iterator[Path]:
    """Give an empty folder beside ``folder``, which it replaces when the block ends, with all that was in it.

    After an error in the block, or where the new folder cannot take its place, ``folder`` is as it was.
    """
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=f".{folder.name}.", dir=folder.parent) as beside:
        aside, old = Path(beside) / "new", Path(beside) / "old"
        aside.mkdir()
        yield aside
        if folder.exists():
            folder.rename(old)
        try:
            aside.rename(folder)
        except OSError:
            if old.exists():
                old.rename(folder)
            raise
