"""slim, Splunk's packaging toolkit, on the package as built: it reads the manifest, the specs and every conf file.

Its own specs are of Splunk 7; it warns of settings that came later, and of nothing else.
"""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from workbench.compiler.build import Package

CHECKOUT = Path(__file__).parents[2]
YOUNGER_THAN_ITS_SPECS = {
    "app.conf": {"supported_themes"},
    "commands.conf": {"python.required", "python.version"},
    "savedsearches.conf": {"allow_skew"},
    "transforms.conf": {"check_permission", "replicate"},
}
UNDEFINED = re.compile(r"\[WARNING\] .*: Undefined setting in (\w+\.conf), stanza \[.*\]: (\S+)")


@pytest.fixture(scope="module")
def said(built: Package, tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """The warnings and errors of slim validate; its cache lies in a home of its own."""
    inspect = Path(os.environ.get("NPM_APPINSPECT", CHECKOUT / ".venv-appinspect" / "bin" / "splunk-appinspect"))
    program = inspect.with_name("slim")
    assert program.is_file(), f"{program} is absent; run make test"
    home = os.environ | {"HOME": str(tmp_path_factory.mktemp("slim"))}
    done = subprocess.run(
        [str(program), "validate", str(built.path)], env=home, capture_output=True, text=True, check=False
    )
    output = done.stdout + done.stderr
    assert done.returncode == 0, output
    assert "App validation complete" in output
    return [line for line in output.splitlines() if "[INFO]" not in line and re.search(r"\[[A-Z]+\]", line)]


def test_it_warns_only_of_settings_that_its_specs_are_too_old_for(said: list[str]) -> None:
    found: dict[str, set[str]] = {}
    for line in said:
        undefined = UNDEFINED.search(line)
        assert undefined, line
        found.setdefault(undefined[1], set()).add(undefined[2])
    assert found == YOUNGER_THAN_ITS_SPECS
