"""The four targets: each takes bytes and raises BrokenPromiseError, or whatever escaped, when a promise is broken."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from fuzz import baseline, command, learn, mutation, options, seeds

Check = Callable[[bytes], None]


@dataclass(frozen=True)
class Target:
    """check: holds one input against the promises. seeds: inputs to begin with, by name. words: what libFuzzer may
    put in. mutate: how inputs are changed, None for libFuzzer's own way. longest: bytes of an input in a campaign.
    """

    check: Check
    seeds: Callable[[], Mapping[str, bytes]]
    words: tuple[bytes, ...]
    mutate: mutation.Mutator | None
    longest: int


TARGETS: Mapping[str, Target] = {
    "options": Target(options.check, seeds.options, seeds.OPTION_WORDS, None, 512),
    "baseline": Target(baseline.check, seeds.baselines, seeds.TABLE_WORDS, mutation.table, 4096),
    "learn": Target(learn.check, learn.seeds, learn.words(), mutation.table, 6144),
    "command": Target(command.check, seeds.streams, seeds.STREAM_WORDS, mutation.stream, 8192),
}
