"""Metric points as HEC JSON: the exact lines, and every point of the time asked for."""

from __future__ import annotations

import gzip
import json
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from tests.traffic.answers import Answers
from workbench.traffic.hec import HecError, write_hec
from workbench.traffic.points import DIMENSIONS, MEASURES, Points
from workbench.traffic.simulated_store import DEFAULT_END
from workbench.traffic.store import MetricsStore, StoreError
from workbench.traffic.writing import StoreWriter

TABLE = [
    ("prod", "api", "shop", "java", "db", "shop", "postgres", "1.2", "9.6", "K8S_CONTAINER", "K8S_CONTAINER"),
    ("prod", "(unknown)", None, None, 'café "x"', None, None, None, None, "IP", None),
]


@pytest.fixture
def store(tmp_path: Path) -> MetricsStore:
    measures = {name: np.array([np.nan] * 3) for name in MEASURES}
    measures["tcp.bytes"] = np.array([1500.0, np.nan, 0.25])
    measures["tcp.packets"] = np.array([3.0, np.nan, 1.0])
    measures["udp.bytes"] = np.array([np.nan, 1e15, np.inf])
    writer = StoreWriter(tmp_path, "kubernetes_metrics", DIMENSIONS)
    writer.write("2026-03-04", Points(np.array([1000.0, 1000.0, 1030.5]), np.array([0, 1, 0]), measures), TABLE)
    writer.close()
    return MetricsStore(tmp_path)


def test_a_line_has_the_multiple_measurement_metric_format(store: MetricsStore, tmp_path: Path) -> None:
    assert write_hec(store, tmp_path / "out.json") == 3
    first, second, third = (tmp_path / "out.json").read_text().splitlines()
    assert first == (
        '{"time": 1000, "event": "metric", "host": "prod", "source": "npm", "index": "kubernetes_metrics", "fields": '
        '{"k8s.cluster.name": "prod", "source.workload.name": "api", "source.namespace.name": "shop", '
        '"source.process.name": "java", "dest.workload.name": "db", "dest.namespace.name": "shop", '
        '"dest.process.name": "postgres", "source.image_version": "1.2", "dest.image_version": "9.6", '
        '"source.resolution_type": "K8S_CONTAINER", "dest.resolution_type": "K8S_CONTAINER", '
        '"metric_name:tcp.bytes": 1500, "metric_name:tcp.packets": 3}}'
    )
    assert json.loads(second)["fields"] == {
        "k8s.cluster.name": "prod",
        "source.workload.name": "(unknown)",
        "dest.workload.name": 'café "x"',
        "source.resolution_type": "IP",
        "metric_name:udp.bytes": 1000000000000000,
    }
    assert json.loads(third)["time"] == 1030.5
    assert "metric_name:udp.bytes" not in third, "an infinity is not a measurement, and not JSON"


def test_the_host_of_a_point_that_names_one_is_that_host(tmp_path: Path) -> None:
    writer = StoreWriter(tmp_path, "m", ("k8s.cluster.name", "host"))
    writer.write("day", Points(np.array([1.0]), np.array([0]), {"x": np.array([2.0])}), [("prod", "node-1")])
    writer.close()
    write_hec(MetricsStore(tmp_path), tmp_path / "out.json", "m")
    line = json.loads((tmp_path / "out.json").read_text())
    assert (line["host"], line["fields"]) == ("node-1", {"k8s.cluster.name": "prod", "metric_name:x": 2})


def test_a_point_that_measures_nothing_is_left_out(tmp_path: Path) -> None:
    writer = StoreWriter(tmp_path, "m", ("d",))
    writer.write("day", Points(np.array([1.0]), np.array([0]), {"x": np.array([np.nan])}), [("a",)])
    writer.close()
    assert write_hec(MetricsStore(tmp_path), tmp_path / "out.json", "m") == 0
    assert (tmp_path / "out.json").read_text() == ""


def as_point(line: str) -> frozenset[tuple[str, str | float]]:
    """The columns of the store that a line stands for, those it lacks left out."""
    event = json.loads(line)
    fields = {name.removeprefix("metric_name:"): value for name, value in event["fields"].items()}
    return frozenset({"_time": event["time"], **fields}.items())


@pytest.mark.parametrize("name", ["slice.json", "slice.json.gz"])
def test_a_slice_of_time_has_every_point_of_it(attacked: Answers, tmp_path: Path, name: str) -> None:
    start, end = DEFAULT_END - 10 * 3600, DEFAULT_END - 9 * 3600
    source = MetricsStore(attacked.root)
    seen: list[int] = []
    count = write_hec(source, tmp_path / name, start=start, end=end, progress=seen.append)
    source.close()
    assert seen[-1] == count > 10_000
    written = (tmp_path / name).read_bytes()
    lines = (gzip.decompress(written) if name.endswith(".gz") else written).decode().splitlines()
    names = [str(row[0]) for row in attacked.rows("DESCRIBE SELECT * FROM p")]
    rows = attacked.rows(f"SELECT * FROM p WHERE _time >= {start} AND _time < {end}")
    kept = [{key: value for key, value in zip(names, row, strict=True) if value is not None} for row in rows]
    assert Counter(map(as_point, lines)) == Counter(frozenset(row.items()) for row in kept)


def test_a_compressed_file_is_the_same_each_time(store: MetricsStore, tmp_path: Path) -> None:
    for name in ("a.json.gz", "b.json.gz"):
        write_hec(store, tmp_path / name)
    assert (tmp_path / "a.json.gz").read_bytes() == (tmp_path / "b.json.gz").read_bytes()
    assert gzip.decompress((tmp_path / "a.json.gz").read_bytes()).count(b"\n") == 3


def test_what_cannot_be_written_is_refused_and_leaves_no_file(store: MetricsStore, tmp_path: Path) -> None:
    with pytest.raises(HecError, match="cannot be written"):
        write_hec(store, tmp_path / "kubernetes_metrics" / "2026-03-04.parquet" / "out.json")
    with pytest.raises(HecError, match="time range is empty"):
        write_hec(store, tmp_path / "out.json", start=5.0, end=5.0)
    with pytest.raises(StoreError, match="no metrics index 'other'"):
        write_hec(store, tmp_path / "out.json", "other")
    (tmp_path / "kubernetes_metrics" / "broken.parquet").write_text("no parquet")
    with pytest.raises(HecError, match="cannot be read"):
        write_hec(MetricsStore(tmp_path), tmp_path / "out.json")
    assert [path.name for path in tmp_path.iterdir()] == ["kubernetes_metrics"]
