"""docs/rules.md is what the catalogue of rules says; ``make golden`` (pytest --update-golden) rewrites it."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from workbench.compiler.catalogue import GROUPS, RULES
from workbench.compiler.rules.page import rules_page

CHECKOUT = Path(__file__).parents[2]
PAGE = CHECKOUT / "docs" / "rules.md"


def test_the_page_is_in_step_with_the_rules(request: pytest.FixtureRequest) -> None:
    if request.config.getoption("--update-golden"):
        PAGE.write_text(rules_page())
    assert PAGE.read_text() == rules_page()


def test_the_command_prints_the_page() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "workbench.compiler.rules"], cwd=CHECKOUT, capture_output=True, text=True, check=True
    )
    assert done.stdout == rules_page()


def test_each_rule_has_a_heading_to_link_to_and_belongs_to_a_group() -> None:
    headings = re.findall(r"^### (NPM\d+)$", rules_page(), re.MULTILINE)
    assert headings == [rule.id for rule in RULES]
    assert {rule.id[:4] for rule in RULES} == set(GROUPS)
