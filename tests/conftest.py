"""What all tests share: the reference material, the built package, and the switch for golden files."""

from __future__ import annotations

import compileall
import dataclasses
import fcntl
import gc
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, settings

from tests.examples import examples
from tests.rooms import RoomProgress

if TYPE_CHECKING:
    from workbench.compiler.build import Package
    from workbench.traffic.simulated_store import Order


CHECKOUT = Path(__file__).parents[1]


# What Hypothesis measures are seconds of a machine that may be busy; no test asserts a time.
SLOW_IS_FINE = (HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.function_scoped_fixture)
settings.register_profile("tests", max_examples=examples(60, 1000), deadline=None, suppress_health_check=SLOW_IS_FINE)
settings.load_profile("tests")


def pytest_configure(config: pytest.Config) -> None:
    if not hasattr(config, "workerinput"):  # the workers of pytest-xdist report to the process that started them
        config.pluginmanager.register(RoomProgress(config))


def pytest_collection_finish() -> None:
    """Let the garbage collector pass over what is there by now, as it stays."""
    gc.collect()
    gc.freeze()


def pytest_unconfigure() -> None:
    """Let it free everything at the end, which DuckDB complains of otherwise."""
    gc.unfreeze()


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--update-golden", action="store_true", help="rewrite the expected files in tests/golden")


@pytest.fixture(autouse=True)
def _temporary_folder() -> Iterator[None]:
    """Put back the folder for temporary files, which the SDK sets to the dispatch folder it was told of."""
    before = tempfile.tempdir
    yield
    tempfile.tempdir = before


@pytest.fixture(scope="session")
def shared() -> Path:
    """The reference material beside the checkout, or where NPM_SHARED says; tests skip without it, never under CI."""
    folder = Path(os.environ.get("NPM_SHARED", CHECKOUT.parent / "shared"))
    if not folder.is_dir():
        missing = f"the reference material is absent: {folder} is no folder; set NPM_SHARED"
        if os.environ.get("CI") == "true":
            pytest.fail(missing)
        pytest.skip(missing)
    return folder


@pytest.fixture(scope="session")
def copy_checkout() -> Callable[[Path], Path]:
    """A function that copies the checkout to a folder that does not exist yet, and returns it."""
    return _copy_checkout


def _copy_checkout(target: Path) -> Path:
    """All that a build reads, in another folder, so that tests never write into the checkout."""
    target.mkdir(parents=True)
    passed_over = shutil.ignore_patterns("lib", "*.pyc.*")  # of bytecode all but what is just being written
    for folder in ("app", "contentctl", "workbench"):
        shutil.copytree(CHECKOUT / folder, target / folder, ignore=passed_over)
    for name in ("build.py", "LICENSE", "NOTICE"):
        shutil.copy(CHECKOUT / name, target / name)
    (target / "requirements").mkdir()
    shutil.copy(CHECKOUT / "requirements" / "sdk.txt", target / "requirements" / "sdk.txt")
    if (CHECKOUT / "build" / "sdk").is_dir():
        shutil.copytree(CHECKOUT / "build" / "sdk", target / "build" / "sdk")
    return target


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory, copy_checkout: Callable[[Path], Path]) -> Package:
    """Our own content and app, built once: archive, and staged folder with bytecode, so that commands start fast."""
    from workbench.compiler.build import build_package

    checkout = copy_checkout(tmp_path_factory.mktemp("built") / "checkout")
    package = build_package(checkout, checkout / "contentctl", checkout / "dist")
    compileall.compile_dir(package.staged, quiet=1)
    return package


@pytest.fixture(scope="session")
def simulated(tmp_path_factory: pytest.TempPathFactory) -> Callable[[Order], Path]:
    """A function that returns the simulated store of an order, which the first worker that asks for it writes."""
    from workbench.traffic.simulated_store import write_simulated_store

    base = tmp_path_factory.getbasetemp()
    folder = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base

    def store(order: Order) -> Path:
        target = folder / "-".join(str(value) for value in ("store", *dataclasses.astuple(order)))
        with target.with_suffix(".lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not target.is_dir():
                write_simulated_store(target, order)
        return target

    return store
