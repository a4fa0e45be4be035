"""The staged app, read once for the tests of this folder."""

from __future__ import annotations

import tarfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from workbench import conf

if TYPE_CHECKING:
    from workbench.compiler.build import Package

Stanzas = dict[str, dict[str, str]]


@pytest.fixture(scope="session")
def app(built: Package, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder that a search head gets."""
    folder = tmp_path_factory.mktemp("installed")
    with tarfile.open(built.path) as archive:
        archive.extractall(folder, filter="data")
    return folder / built.staged.name


@pytest.fixture(scope="session")
def confs(app: Path) -> dict[str, Stanzas]:
    """The shipped conf files by name without ``.conf``, read by the reader of the replay."""
    return {path.stem: conf.read(path).require_clean().stanzas for path in sorted((app / "default").glob("*.conf"))}
