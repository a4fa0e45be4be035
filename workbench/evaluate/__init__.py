"""Measures how well the shipped scorers detect: attacks found and false alerts, beside the original rule."""

import sys
from pathlib import Path

APP_CODE = str(Path(__file__).resolve().parents[2] / "app" / "bin")
if APP_CODE not in sys.path:  # the scorers are those of the app, imported from where they are shipped from
    sys.path.insert(0, APP_CODE)
