"""Starts one process and reports what it used; small itself, because Linux counts the starter's memory too.

    python -I -S launch.py REPORT STDIN STDOUT COMMAND...

STDIN is a file, or - for this process's own. Writes JSON to REPORT: status, cpu (user and system, seconds), wall
(seconds), rss (peak, bytes). A child begins with the peak memory of the process that forked it, so the bench with its
arrays must not fork what it measures.
"""

from __future__ import annotations

import json
import os
import sys
import time


def main(arguments: list[str]) -> None:
    """Run one command and write its report."""
    report, source, target, *command = arguments
    begun = time.perf_counter()
    child = os.fork()
    if child == 0:
        if source != "-":
            os.dup2(os.open(source, os.O_RDONLY), 0)
        os.dup2(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o644), 1)
        os.execv(command[0], command)  # noqa: S606  # the one thing this program is for, without a shell
    _, status, usage = os.wait4(child, 0)
    wall = time.perf_counter() - begun
    used = {
        "status": os.waitstatus_to_exitcode(status),
        "cpu": usage.ru_utime + usage.ru_stime,
        "wall": wall,
        "rss": usage.ru_maxrss * 1024,
    }
    with open(report, "w", encoding="utf-8") as out:  # noqa: PTH123  # pathlib would double the memory of this process
        json.dump(used, out)


main(sys.argv[1:])
