"""The search command ``npmlearn``, as Splunk starts it; what it does is in npmlib.learn.

It runs on the search head only, on all rows of a search at once: new hours, and the profiles learned so far.
"""

import os
import sys

APP_FOLDER = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
sys.path.insert(0, os.path.join(APP_FOLDER, "lib"))

from npmlib.conversation import run_script  # noqa: E402
from npmlib.learn.command import run  # noqa: E402

if __name__ == "__main__":
    sys.exit(run_script(run, APP_FOLDER))
