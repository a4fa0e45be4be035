"""For the replay: small metrics stores, small apps, searches to run on them, and the SDK as the second opinion."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from tests.stores import Point, write_index
from workbench.replay.app import App
from workbench.replay.context import SearchContext, Window
from workbench.traffic.store import MetricsStore

STAGED_SDK = Path(__file__).resolve().parents[2] / "build" / "sdk"
NOW = 1_772_337_600.0  # 2026-03-01 04:00:00 UTC
INDEX = "kubernetes_metrics"

MakeStore = Callable[..., MetricsStore]
MakeApp = Callable[..., App]
MakeContext = Callable[..., SearchContext]


@pytest.fixture(scope="session")
def sdk_path() -> Path:
    """Folder that holds the unpacked ``splunklib`` the app ships with."""
    if not (STAGED_SDK / "splunklib").is_dir():
        pytest.fail(f"{STAGED_SDK}/splunklib is missing; run 'python build.py' once, it unpacks the SDK there")
    return STAGED_SDK


@pytest.fixture(scope="session")
def sdk(sdk_path: Path) -> Iterator[Any]:
    """The SDK's searchcommands package, imported from where the app gets it."""
    sys.path.insert(0, str(sdk_path))
    try:
        import splunklib.searchcommands.internals
        import splunklib.searchcommands.search_command

        yield splunklib.searchcommands
    finally:
        sys.path.remove(str(sdk_path))


@pytest.fixture
def make_store(tmp_path: Path) -> Iterator[MakeStore]:
    """Make a store with one index: ``make_store(points, dimensions, measures)``."""
    opened: list[MetricsStore] = []

    def make(points: Sequence[Point], dimensions: Sequence[str], measures: Sequence[str]) -> MetricsStore:
        root = tmp_path / f"store{len(opened)}"
        write_index(root / INDEX, points, dimensions, measures)
        opened.append(MetricsStore(root, threads=1))
        return opened[-1]

    yield make
    for store in opened:
        store.close()


@pytest.fixture
def make_app(tmp_path: Path) -> MakeApp:
    """Make an app from texts: ``make_app({"default/macros.conf": "...", "bin/x.py": "..."})``."""

    def make(files: dict[str, str] | None = None) -> App:
        root = tmp_path / "SA-small"
        (root / "default").mkdir(parents=True, exist_ok=True)
        for name, text in (files or {}).items():
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            (root / name).write_text(text, encoding="utf-8")
        return App.load(root)

    return make


@pytest.fixture
def make_context(make_store: MakeStore, make_app: MakeApp) -> MakeContext:
    """Make the context of a run; what the test does not care about is small and empty."""

    def make(**given: Any) -> SearchContext:
        settings: dict[str, Any] = {
            "app": given.pop("app", None) or make_app(),
            "store": given.pop("store", None) or make_store([], ["host"], ["x"]),
            "window": Window(0.0, NOW),
            "now": NOW,
            "interpreter": Path(sys.executable),
        }
        return SearchContext(**(settings | given))

    return make


@pytest.fixture
def app_root(tmp_path: Path) -> Path:
    """An app with the lookups edges (exact), sizes (no case, wildcards), nets (CIDR) and new (no file yet)."""
    (tmp_path / "default").mkdir()
    (tmp_path / "default/transforms.conf").write_text(
        "[edges]\nfilename = edges.csv\n"
        "[sizes]\nfilename = sizes.csv\ncase_sensitive_match = 0\nmax_matches = 1\nmatch_type = WILDCARD(name)\n"
        "[nets]\nfilename = nets.csv\nmax_matches = 1\nmatch_type = CIDR(cidr)\n"
        "[new]\nfilename = new.csv\n"
    )
    (tmp_path / "lookups").mkdir()
    (tmp_path / "lookups/edges.csv").write_text("src,dst,seen\na,b,10\na,c,\na,b,20\n")
    (tmp_path / "lookups/nets.csv").write_text("cidr,name\n10.1.0.0/16,lab\n10.0.0.0/8,inside\n::1/128,self\nno,net\n")
    (tmp_path / "lookups/sizes.csv").write_text("name,size\nweb-*,large\n*,small\n")
    return tmp_path
