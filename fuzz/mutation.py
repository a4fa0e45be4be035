"""Changes that know the shape of an input, so that most of what is tried gets past the first check.

A mutator takes the input, the longest output allowed, a seed, and libFuzzer's own way to change bytes.
"""

from __future__ import annotations

import random
from collections.abc import Callable

from fuzz import framing

ChangeBytes = Callable[[bytes, int], bytes]
Mutator = Callable[[bytes, int, int, ChangeBytes], bytes]

CELLS = (
    *(b"", b'""', b"0", b"-0", b"1", b"-5", b"12345", b'"1.5"', b"1.5", b'"-1e3"', b"1e400", b"1e-400", b"nan", b"inf"),
    *(
        b"-inf",
        b"1_000",
        b"0x10",
        b" 7 ",
        b'" 7"',
        b"\xd9\xa3",
        b"x",
        b'"a,b"',
        b'"a""b"',
        b'"a\nb"',
        b'"a\r\nb"',
        b'"',
    ),
    *(b"$a$;$b$", b'"$1$;$2$"', b"$", b"$$", b"\0", b"\xff", b"\xef\xbb\xbf", b"\r", b"9" * 40, b"a" * 300),
    *(b"prod", b"web", b"nginx", b"caf\xc3\xa9", b"\xed\xa0\x80", b"{0}", b"{", b"%s", b"1,2", b"1\n2"),
)


def table(data: bytes, longest: int, seed: int, change: ChangeBytes) -> bytes:
    """Change a table: a cell, a line, the order of columns, the line ends; or any bytes."""
    return _table(data, random.Random(seed), longest, change)[:longest]  # noqa: S311  # no secret is made of it


def stream(data: bytes, longest: int, seed: int, change: ChangeBytes) -> bytes:
    """Change a stream of chunks: one body or one metadata with its length put right, or the chunks among each other."""
    chance = random.Random(seed)  # noqa: S311  # no secret is made of it
    pieces = framing.leniently(data)
    if not pieces or chance.random() < 0.1:
        return change(data, longest)
    at = chance.randrange(len(pieces))
    metadata, body = pieces[at]
    kind = chance.random()
    if kind < 0.55:
        bodies = [index for index, (_, one) in enumerate(pieces) if one] or [at]
        at = chance.choice(bodies)
        metadata, body = pieces[at]
        pieces[at] = (metadata, _table(body, chance, longest, change))
    elif kind < 0.75:
        pieces[at] = (change(metadata, max(len(metadata) + 16, 16)), body)
    elif kind < 0.82:
        pieces.insert(chance.randrange(len(pieces) + 1), pieces[at])
    elif kind < 0.88:
        del pieces[at]
    elif kind < 0.94:
        lines = body.split(b"\n")
        cut = chance.randrange(1, len(lines)) if len(lines) > 1 else 0
        halves = [(metadata, b"\n".join(lines[:cut])), (metadata, b"\n".join([lines[0], *lines[cut:]]))]
        pieces[at : at + 1] = halves
    else:
        whole = framing.framed(pieces)
        return whole[: chance.randrange(len(whole) + 1)] if whole else whole
    return framing.framed(pieces)[:longest]


def _table(data: bytes, chance: random.Random, longest: int, change: ChangeBytes) -> bytes:
    kind = chance.random()
    lines = data.split(b"\n")
    at = chance.randrange(len(lines))
    if kind < 0.45:
        cells = lines[at].split(b",")
        cells[chance.randrange(len(cells))] = chance.choice(CELLS)
        lines[at] = b",".join(cells)
    elif kind < 0.55:
        lines.insert(at, lines[chance.randrange(len(lines))])
    elif kind < 0.62:
        del lines[at]
    elif kind < 0.70:
        lines = _columns_moved(lines, chance)
    elif kind < 0.75:
        return data.replace(b"\r\n", b"\n") if b"\r\n" in data else data.replace(b"\n", b"\r\n")
    elif kind < 0.78:
        return data.rstrip(b"\r\n") if data.endswith(b"\n") else data + b"\n"
    else:
        return change(data, longest)
    return b"\n".join(lines)


def _columns_moved(lines: list[bytes], chance: random.Random) -> list[bytes]:
    """Drop, double or swap a column in all lines alike, as far as a comma always parts two cells."""
    count = len(lines[0].split(b","))
    order = list(range(count))
    first, second = chance.randrange(count), chance.randrange(count)
    kind = chance.randrange(3)
    if kind == 0:
        order[first], order[second] = order[second], order[first]
    elif kind == 1:
        order.insert(first, second)
    elif count > 1:
        del order[first]
    moved = []
    for line in lines:
        cells = line.split(b",")
        moved.append(b",".join(cells[index] for index in order if index < len(cells)) if line else line)
    return moved
