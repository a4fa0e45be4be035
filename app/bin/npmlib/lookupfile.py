"""The file behind a lookup of this app: located by its bare name, and read whole while others may replace it."""

import os
import stat
import time
from typing import NamedTuple, Tuple

from npmlib.errors import SearchError

ATTEMPTS = 5
PAUSE = 0.2  # seconds between two attempts: Splunk moves a finished lookup into place at once


class LookupOption(NamedTuple):
    """The option that names a lookup, and the next steps in the messages about one that cannot be used.

    when_missing: a sentence, for a lookup that does not exist. again: part of a sentence, how to get a complete file.
    by_hand: people write it, and some editors leave the last line without an end.
    """

    option: str
    when_missing: str
    again: str
    by_hand: bool = False


def lookup_path(app_folder: str, name: str, lookup: LookupOption) -> str:
    """Path of lookup ``name`` below ``app_folder``; SearchError when there is none, or it leads elsewhere."""
    lookups = os.path.realpath(os.path.join(app_folder, "lookups"))
    try:
        path = os.path.realpath(os.path.join(lookups, name + ".csv"))
        there = os.path.lexists(path)
    except (OSError, ValueError) as error:
        raise SearchError(f"{lookup.option} '{name}' cannot be the name of a lookup ({error})") from error
    if os.path.dirname(path) != lookups:
        raise SearchError(
            f"{lookup.option} '{name}': lookups/{name}.csv is a link out of the lookups folder; make it a file"
        )
    if not there:
        raise SearchError(
            f"{lookup.option} '{name}' is missing: this app has no lookups/{name}.csv. {lookup.when_missing}"
        )
    return path


def read_settled(app_folder: str, name: str, lookup: LookupOption) -> bytes:
    """Return all bytes of lookup ``name`` as they stood at one moment.

    A file that changes, shrinks, grows or is replaced under the reader is read again, and so is one whose last line
    has no end; one written by hand may stay so. SearchError when it never settles, is missing, is not a file, or may
    not be read.
    """
    cut_off = False
    for attempt in range(ATTEMPTS):
        if attempt:
            time.sleep(PAUSE)
        path = lookup_path(app_folder, name, lookup)
        try:
            before = _state(path)
            with open(path, "rb") as file:
                opened = _identity(os.fstat(file.fileno()))
                content = file.read()
            settled = before == opened == _state(path) and len(content) == opened[0]
            cut_off = settled and content[-1:] not in (b"", b"\n")
            if settled and not (cut_off and (not lookup.by_hand or attempt < ATTEMPTS - 1)):
                return content
        except FileNotFoundError:  # replaced at this moment
            continue
        except OSError as error:
            raise SearchError(f"{lookup.option} '{name}' cannot be read ({error.strerror}); {lookup.again}") from error
    if cut_off:
        raise SearchError(
            f"{lookup.option} '{name}' is half written: its last line does not end;"
            f" {lookup.again}, or end the line of a table made by hand"
        )
    raise SearchError(
        f"{lookup.option} '{name}' changed each time it was read, {ATTEMPTS} times within"
        f" {ATTEMPTS * PAUSE:g} seconds; wait until the search that writes it has ended"
    )


State = Tuple[int, int, int, int]


def _state(path: str) -> State:
    return _identity(os.stat(path))


def _identity(status: os.stat_result) -> State:
    if not stat.S_ISREG(status.st_mode):
        raise OSError(0, "it is not a file")
    return status.st_size, status.st_mtime_ns, status.st_ino, status.st_dev
