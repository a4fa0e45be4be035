"""The search command ``npmanomaly``, as Splunk starts it; what it does is in npmlib.

It runs on the search head only (stateful in Splunk's words), next to the lookup it reads.
"""

import os
import sys

APP_FOLDER = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
sys.path.insert(0, os.path.join(APP_FOLDER, "lib"))

from npmlib.anomaly.command import run  # noqa: E402
from npmlib.conversation import run_script  # noqa: E402

if __name__ == "__main__":
    sys.exit(run_script(run, APP_FOLDER))
