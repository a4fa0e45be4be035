"""Writes a file whole or not at all: aside first, then renamed into place."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO


@contextmanager
def replacing(path: Path, newline: str | None = None) -> Iterator[IO[str]]:
    """Give a UTF-8 stream whose text replaces the file at ``path`` when the block ends, and leaves it after an error.

    Makes the folder. ``newline`` is as in open().
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, aside = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline=newline) as stream:
            yield stream
        Path(aside).chmod(0o644)
        Path(aside).replace(path)
    except BaseException:
        Path(aside).unlink(missing_ok=True)
        raise


def write_text(path: Path, text: str) -> None:
    """Replace the file at ``path`` by ``text``, whole or not at all; line ends are written as they stand."""
    with replacing(path, newline="") as stream:
        stream.write(text)
