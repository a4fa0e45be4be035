"""Prints docs/rules.md: ``python -m workbench.compiler.rules > docs/rules.md``."""

from __future__ import annotations

import sys

from workbench.compiler.rules.page import rules_page

if __name__ == "__main__":
    sys.stdout.write(rules_page())
