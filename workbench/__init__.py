"""What runs on a developer's machine and never ships: compiler, replay, traffic to run on, demo."""

import sys
from pathlib import Path

_APP_CODE = str(Path(__file__).parents[1] / "app" / "bin")
if _APP_CODE not in sys.path:  # options and scorers are those of the app, imported from where they are shipped from
    sys.path.insert(0, _APP_CODE)
