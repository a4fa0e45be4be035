"""Packs files into an archive that is the same, byte for byte, wherever and whenever it is packed.

Nothing of the machine gets in: entries are sorted, times, owners and modes are fixed. The gzip frame holds the
tar as it is, without compression, because different builds of zlib compress the same bytes differently; the few
hundred kilobytes that costs are less than the doubt about a hash that cannot be reproduced.
"""

from __future__ import annotations

import io
import struct
import tarfile
import zlib
from collections.abc import Iterable, Mapping

# Before 1980 some tools refuse an entry, in the future some warn: the first second of 2020.
ENTRY_TIME = 1_577_836_800


def packed(top: str, files: Mapping[str, bytes], empty_folders: Iterable[str] = ()) -> bytes:
    """Return a gzipped tar with one top folder; files by their path below it, with forward slashes."""
    folders = {top, *(f"{top}/{name}" for name in empty_folders)}
    for name in files:
        parts = name.split("/")[:-1]
        folders |= {"/".join([top, *parts[: depth + 1]]) for depth in range(len(parts))}
    entries: list[tuple[str, bytes | None]] = [(folder, None) for folder in folders]
    entries += [(f"{top}/{name}", content) for name, content in files.items()]
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=tarfile.USTAR_FORMAT) as archive:
        for name, content in sorted(entries):
            entry = tarfile.TarInfo(name)
            entry.mtime = ENTRY_TIME
            entry.mode = 0o644
            if content is None:
                entry.type, entry.mode = tarfile.DIRTYPE, 0o755
            entry.size = len(content or b"")
            archive.addfile(entry, io.BytesIO(content or b""))
    return _gzip_stored(buffer.getvalue())


def _gzip_stored(content: bytes) -> bytes:
    """Return a gzip file of stored blocks, without name and time (RFC 1951, 3.2.4, and RFC 1952)."""
    most = 65_535
    frame = [b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff"]
    for start in range(0, len(content), most):
        block = content[start : start + most]
        last = start + most >= len(content)
        frame.append(struct.pack("<BHH", last, len(block), len(block) ^ 0xFFFF) + block)
    frame.append(struct.pack("<II", zlib.crc32(content), len(content) & 0xFFFFFFFF))
    return b"".join(frame)
