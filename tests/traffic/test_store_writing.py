"""A store folder appears whole or not at all, and never in place of something else."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from workbench.traffic.points import Points
from workbench.traffic.store import MetricsStore, StoreError
from workbench.traffic.writing import StoreWriter, fresh_store

POINTS = Points(np.array([1.0, 1.0, 2.5]), np.array([1, 0, 1]), {"m": np.array([1.0, np.nan, 3.0])})
TABLE = [("a", None), ('it\'s "b"', "ü")]


def write(root: Path, name: str = "2026-01-01") -> Path:
    writer = StoreWriter(root, "some_metrics", ("one", "two"))
    written = writer.write(name, POINTS, TABLE)
    writer.close()
    return written


def test_points_come_back_as_written_and_in_order(tmp_path: Path) -> None:
    write(tmp_path)
    store = MetricsStore(tmp_path)
    assert store.columns("some_metrics").dimensions == ("one", "two")
    rows = store.connection.execute(f"SELECT * FROM {store.relation('some_metrics')}").fetchall()
    assert rows == [(1.0, 'it\'s "b"', "ü", 1.0), (1.0, "a", None, None), (2.5, 'it\'s "b"', "ü", 3.0)]
    store.close()


def test_the_same_points_give_the_same_bytes(tmp_path: Path) -> None:
    assert write(tmp_path, "a").read_bytes() == write(tmp_path, "b").read_bytes()
    assert sorted(path.name for path in (tmp_path / "some_metrics").iterdir()) == ["a.parquet", "b.parquet"]


def test_a_bad_index_name_is_refused(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="not a valid name of a metrics index"):
        StoreWriter(tmp_path, "../x", ())


def test_an_older_store_is_replaced(tmp_path: Path) -> None:
    target = tmp_path / "below" / "store"
    for name in ("old", "new"):
        with fresh_store(target) as folder:
            write(folder, name)
    assert [path.name for path in target.rglob("*.parquet")] == ["new.parquet"]
    assert [path.name for path in target.parent.iterdir()] == ["store"]


def test_a_failure_leaves_everything_as_it_was(tmp_path: Path) -> None:
    with fresh_store(tmp_path / "store") as folder:
        write(folder, "old")

    def fail() -> None:
        with fresh_store(tmp_path / "store") as folder:
            write(folder, "new")
            raise RuntimeError("stopped")

    with pytest.raises(RuntimeError, match="stopped"):
        fail()
    assert [path.name for path in tmp_path.rglob("*.parquet")] == ["old.parquet"]
    assert [path.name for path in tmp_path.iterdir()] == ["store"]


@pytest.mark.parametrize("content", ["notes.txt", "kubernetes_metrics/notes.txt"])
def test_a_folder_that_is_no_store_is_never_replaced(content: str, tmp_path: Path) -> None:
    precious = tmp_path / "folder" / content
    precious.parent.mkdir(parents=True)
    precious.write_text("mine")
    with (
        pytest.raises(StoreError, match="holds something other than a metrics store"),
        fresh_store(tmp_path / "folder"),
    ):
        pytest.fail("the folder was offered for writing")
    assert precious.read_text() == "mine"


def test_a_file_or_a_link_is_never_replaced(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("mine")
    (tmp_path / "link").symlink_to(tmp_path)
    for name in ("file", "link"):
        with pytest.raises(StoreError, match="is not a folder"), fresh_store(tmp_path / name):
            pytest.fail("it was offered for writing")


def test_a_place_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreError, match="cannot be written there"), fresh_store(tmp_path / "file" / "store"):
        pytest.fail("it was offered for writing")


def test_an_older_store_stays_when_the_new_one_cannot_take_its_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with fresh_store(tmp_path / "store") as folder:
        write(folder, "old")
    rename = Path.rename

    def refuse_the_new(path: Path, target: Path) -> Path:
        if path.name == "new":
            raise OSError(5, "disk trouble")
        return rename(path, target)

    monkeypatch.setattr(Path, "rename", refuse_the_new)
    with (
        pytest.raises(StoreError, match="cannot be written there: disk trouble"),
        fresh_store(tmp_path / "store") as folder,
    ):
        write(folder, "new")
    assert [path.name for path in tmp_path.rglob("*.parquet")] == ["old.parquet"]
