"""How long ``python build.py --check`` takes over our whole content: the process as a person starts it.

    python bench/check_content.py [--rounds N]

Prints the seconds of each round and their median: starting Python, reading YAML, building parsers of SPL, all rules.
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
import time
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[1]


def main() -> int:
    """Run the rounds and print; returns the exit status, 1 if the content is not clean."""
    parser = argparse.ArgumentParser(description="Measures the check of the whole content.")
    parser.add_argument("--rounds", type=int, default=7, metavar="N", help="how many times to run it (7)")
    seconds = []
    for _ in range(parser.parse_args().rounds):
        begin = time.perf_counter()
        done = subprocess.run(
            [sys.executable, str(CHECKOUT / "build.py"), "--check"], capture_output=True, text=True, check=False
        )
        seconds.append(time.perf_counter() - begin)
        if done.returncode:
            print(done.stdout or done.stderr, file=sys.stderr)
            return 1
    print("rounds", " ".join(f"{one:.3f}" for one in seconds))
    print(f"median {statistics.median(seconds):.3f} s, content checked with every rule, whole process")
    return 0


if __name__ == "__main__":
    sys.exit(main())
