"""The search command ``npmanomaly``, as Splunk starts it; what it does is in npmlib.

It runs on the search head only (stateful in Splunk's words), next to the lookup it reads.
"""

import gc
import os
import sys

APP_FOLDER = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
sys.path.insert(0, os.path.join(APP_FOLDER, "lib"))

from npmlib.commandline import run  # noqa: E402


def main() -> int:
    """Run the command; an ended search, which nobody reads any more, is no error to tell."""
    gc.disable()  # nothing here makes circles, and looking for some among 200,000 series takes seconds
    try:
        code = run(sys.stdin.buffer, sys.stdout.buffer, APP_FOLDER)
        sys.stdout.flush()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    return code


if __name__ == "__main__":
    sys.exit(main())
