"""docker/load.sh against a collector made for the test, on this machine."""

from __future__ import annotations

import gzip
import json
import os
import subprocess
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from tests.traffic.answers import ONE_CLUSTER
from workbench.traffic.hec import write_hec
from workbench.traffic.simulated_store import Order
from workbench.traffic.store import MetricsStore

SCRIPT = Path(__file__).parents[2] / "docker" / "load.sh"
TOKEN = "00000000-1111-2222-3333-444444444444"  # noqa: S105 - of a collector that lives for one test


class FakeHec(ThreadingHTTPServer):
    """Gives ``answers`` in turn (status, text), then success; keeps the requests and the events it accepted."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.answers: list[tuple[int, str]] = []
        self.requests: list[tuple[str, str, int]] = []  # path, Authorization, number of events
        self.accepted: list[Any] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"


class _Handler(BaseHTTPRequestHandler):
    server: FakeHec

    def do_POST(self) -> None:
        lines = self.rfile.read(int(self.headers["Content-Length"])).splitlines()
        self.server.requests.append((self.path, self.headers["Authorization"], len(lines)))
        status, text = self.server.answers.pop(0) if self.server.answers else (200, "Success")
        if status == 200:
            self.server.accepted += map(json.loads, lines)
        body = json.dumps({"text": text}).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Retry-After", "1")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def hec() -> Iterator[FakeHec]:
    server = FakeHec()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def points(tmp_path: Path) -> Path:
    """5,000 points, numbered by their time: three requests."""
    path = tmp_path / "points.json.gz"
    events = ({"time": number, "event": "metric", "fields": {"metric_name:m": 1}} for number in range(5000))
    path.write_bytes(gzip.compress("".join(json.dumps(event) + "\n" for event in events).encode()))
    return path


def load(url: str, path: Path, *more: str, token: str | None = TOKEN) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "SPLUNK_HEC_URL": url}
    environment.pop("SPLUNK_HEC_TOKEN", None)
    if token is not None:
        environment["SPLUNK_HEC_TOKEN"] = token
    command = ["sh", str(SCRIPT), str(path), *more]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)


def test_all_points_arrive_in_order_in_requests_of_2000_with_the_token(hec: FakeHec, points: Path) -> None:
    done = load(hec.url, points)
    assert (done.returncode, done.stdout) == (0, f"{points}: all points sent\n")
    sent = [("/services/collector/event", f"Splunk {TOKEN}", size) for size in (2000, 2000, 1000)]
    assert hec.requests == sent
    assert [event["time"] for event in hec.accepted] == list(range(5000))
    assert [path.name for path in points.parent.iterdir()] == [points.name]


def test_a_busy_splunk_is_asked_again(hec: FakeHec, points: Path) -> None:
    hec.answers = [(200, "Success"), (503, "Server is busy")]
    assert load(hec.url, points).returncode == 0
    assert [event["time"] for event in hec.accepted] == list(range(5000))


def test_a_refusal_is_reported_in_splunks_words_and_the_next_run_goes_on_there(hec: FakeHec, points: Path) -> None:
    hec.answers = [(200, "Success"), (400, "Metric name is missing")]
    stopped = load(hec.url, points)
    assert stopped.returncode == 1
    assert "Metric name is missing" in stopped.stderr
    assert len(hec.requests) == 2  # asking again would change nothing
    assert load(hec.url, points).returncode == 0
    assert [event["time"] for event in hec.accepted] == list(range(5000))


def test_nobody_at_the_address_is_an_error(points: Path) -> None:
    server = FakeHec()
    server.server_close()  # the port is free again, and nobody listens
    stopped = load(server.url, points, "--retry", "0")
    assert stopped.returncode == 1
    assert "not taken" in stopped.stderr
    assert "curl" in stopped.stderr


def test_nothing_of_a_file_that_is_cut_off_is_sent(hec: FakeHec, points: Path) -> None:
    points.write_bytes(points.read_bytes()[:-30])
    stopped = load(hec.url, points)
    assert stopped.returncode != 0
    assert "unexpected end of file" in stopped.stderr
    assert hec.requests == []


def test_an_absent_file_an_empty_one_and_a_missing_token_are_named(hec: FakeHec, points: Path) -> None:
    absent = load(hec.url, points.with_name("absent.gz"))
    assert absent.returncode != 0
    assert "absent.gz" in absent.stderr
    empty = points.with_name("empty.gz")
    empty.write_bytes(gzip.compress(b""))
    assert (load(hec.url, empty).returncode, load(hec.url, empty).stderr) == (1, f"{empty}: holds no points\n")
    without = load(hec.url, points, token=None)
    assert without.returncode != 0
    assert "SPLUNK_HEC_TOKEN: is not set" in without.stderr
    assert hec.requests == []


def test_what_the_simulator_writes_arrives_point_by_point(
    hec: FakeHec, simulated: Callable[[Order], Path], tmp_path: Path
) -> None:
    store = MetricsStore(simulated(ONE_CLUSTER))
    try:
        end = ONE_CLUSTER.end
        written = write_hec(store, tmp_path / "points.json.gz", start=end - 600, end=end)
    finally:
        store.close()
    assert load(hec.url, tmp_path / "points.json.gz").returncode == 0
    assert len(hec.accepted) == written > 500
    assert all(event["index"] == "kubernetes_metrics" for event in hec.accepted)
