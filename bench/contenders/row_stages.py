"""Measures what a row costs on the fast path, stage by stage: each loop does what the one before does, and more.

    python row_stages.py APP_FOLDER STREAM

Prints JSON: nanoseconds of CPU time per row, for the last chunks of the stream after the first ones were scored.
"""

import json
import pathlib
import statistics
import sys
import time
from itertools import chain

sys.path.insert(0, sys.argv[1] + "/bin")

from npmlib.anomaly.baseline import load_baseline
from npmlib.anomaly.fastpath import FastScorer, Lines, blocks
from npmlib.anomaly.options import parse_options
from npmlib.anomaly.series import FOLLOWING
from npmlib.anomaly.tally import Tally
from npmlib.protocol import read_chunk

WARM, MEASURED, ROUNDS = 4, 4, 5  # chunks, chunks, times


def pairs(body):
    """All lines after the header, with their shapes."""
    return chain.from_iterable(map(Lines().pairs, blocks(body, body.index(b"\n") + 1)))


def lines(body) -> None:
    """Cut the chunk into lines, and make their shapes."""
    for _line, _shape in pairs(body):
        pass


def split(body) -> None:
    """Cut each line into its names and five cells as well."""
    start, cut = met.start, met.cut
    for line, _shape in pairs(body):
        _head, _a, _b, _c, _d, _e = line[start:cut].rsplit(b",", 5)


def series(body) -> None:
    """Find the series of each line as well, and see that its shape is the usual one."""
    start, cut, following = met.start, met.cut, met.last[FOLLOWING]
    for line, shape in pairs(body):
        head, _a, _b, _c, _d, _e = line[start:cut].rsplit(b",", 5)
        expected, following, _, _, usual, _, _, _, _, _, _, _, _, _, _, _ = following
        if expected != head:
            following = met.ready[head][FOLLOWING]
        if shape != usual:
            pass


def whole(body) -> None:
    """Do all of it."""
    for _finding in scorer.findings(body):
        pass


def cost(stage):
    """CPU time of ``stage``, nanoseconds per row."""
    taken = []
    for _ in range(ROUNDS):
        begun = time.process_time()
        for body in measured:
            stage(body)
        taken.append(time.process_time() - begun)
    return statistics.median(taken) / rows * 1e9


with pathlib.Path(sys.argv[2]).open("rb") as stream:
    first = read_chunk(stream)
    name = next(one.split("=")[1] for one in first.metadata["searchinfo"]["args"] if one.startswith("baseline="))
    bodies = []
    while len(bodies) < WARM + MEASURED and (chunk := read_chunk(stream)):
        if chunk.body:
            bodies.append(chunk.body)
options = parse_options({"baseline": name})
scorer = FastScorer(load_baseline(sys.argv[1], options), options, Tally())
for one in bodies[:WARM]:
    whole(one)
(met,) = scorer._met.values()
measured = bodies[WARM:] or bodies
rows = sum(body.count(b"\n") - 1 for body in measured)
print(json.dumps({stage.__name__: round(cost(stage)) for stage in (lines, split, series, whole)}))
