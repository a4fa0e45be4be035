"""The loader against a collector made for the test, on this machine."""

from __future__ import annotations

import gzip
import importlib.util
import json
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from workbench.traffic.hec import write_hec
from workbench.traffic.simulated_store import Order, write_simulated_store
from workbench.traffic.store import MetricsStore

CHECKOUT = Path(__file__).parents[2]
TOKEN = "00000000-1111-2222-3333-444444444444"  # noqa: S105 - of a collector that lives for one test


def _load_module() -> Any:
    spec = importlib.util.spec_from_file_location("docker_load", CHECKOUT / "docker" / "load.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # dataclasses look their module up
    spec.loader.exec_module(module)
    return module


load = _load_module()


class FakeHec(ThreadingHTTPServer):
    """Answers as it is told to, then with success; keeps what it took in."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.answers: list[tuple[int, dict[str, Any], dict[str, str]]] = []
        self.requests: list[tuple[str, dict[str, str], list[Any]]] = []
        self.taken: list[Any] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"

    def answer(self, status: int, text: str = "", code: int = 0, retry_after: str = "", **more: Any) -> None:
        headers = {"Retry-After": retry_after} if retry_after else {}
        self.answers.append((status, {"text": text, "code": code, **more}, headers))


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = -1  # head and body in one packet, or each answer waits for an acknowledgement
    server: FakeHec

    def do_GET(self) -> None:
        self._answer([])

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self._answer([json.loads(line) for line in body.splitlines()])

    def _answer(self, events: list[Any]) -> None:
        self.server.requests.append((self.path, dict(self.headers), events))
        success = (200, {"text": "Success", "code": 0}, {})
        status, said, headers = self.server.answers.pop(0) if self.server.answers else success
        if status == 200:
            self.server.taken += events
        body = json.dumps(said).encode()
        self.send_response(status)
        for name, value in ({"Content-Length": str(len(body))} | headers).items():
            self.send_header(name, value)
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


@pytest.fixture(autouse=True)
def surroundings(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """A token in the environment, and a clock on which pauses cost nothing; returns the pauses that were made."""
    pauses: list[float] = []
    monkeypatch.setenv("SPLUNK_HEC_TOKEN", TOKEN)
    monkeypatch.setitem(load.Collector.__init__.__kwdefaults__, "pause", pauses.append)
    return pauses


def event(number: int) -> dict[str, Any]:
    return {"time": number, "event": "metric", "index": "kubernetes_metrics", "fields": {"metric_name:tcp.bytes": 1}}


def points(folder: Path, count: int, name: str = "points.json") -> Path:
    path = folder / name
    path.write_text("".join(json.dumps(event(number)) + "\n" for number in range(1, count + 1)), encoding="utf-8")
    return path


def run(hec: FakeHec, path: Path, *more: str) -> int:
    status: int = load.main([str(path), "--url", hec.url, "--events", "3", *more])
    return status


def test_all_points_arrive_in_batches_with_the_token(
    hec: FakeHec, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(hec, points(tmp_path, 7)) == 0
    assert [len(events) for _, _, events in hec.requests] == [3, 3, 1]
    assert [each["time"] for each in hec.taken] == list(range(1, 8))
    path, headers, _ = hec.requests[0]
    assert (path, headers["Authorization"]) == ("/services/collector/event", f"Splunk {TOKEN}")
    assert "7 points sent" in capsys.readouterr().err


def test_a_batch_is_never_larger_than_asked_for(hec: FakeHec, tmp_path: Path) -> None:
    size = len(json.dumps(event(1)))
    assert run(hec, points(tmp_path, 4), "--events", "100", "--bytes", str(2 * size + 1)) == 0
    assert [len(events) for _, _, events in hec.requests] == [2, 2]


def test_a_busy_splunk_is_asked_again_with_growing_pauses(
    hec: FakeHec, tmp_path: Path, surroundings: list[float]
) -> None:
    for _ in range(4):
        hec.answer(503, "Server is busy", 9)
    assert run(hec, points(tmp_path, 2)) == 0
    assert [each["time"] for each in hec.taken] == [1, 2]
    assert len(hec.requests) == 5
    assert all(0.25 * 2**place <= pause <= 0.5 * 2**place for place, pause in enumerate(surroundings))


def test_the_pause_that_splunk_asks_for_is_kept(hec: FakeHec, tmp_path: Path, surroundings: list[float]) -> None:
    hec.answer(429, "Slow down", retry_after="7")
    assert run(hec, points(tmp_path, 1)) == 0
    assert surroundings == [7.0]


def test_a_splunk_that_stays_busy_is_given_up_and_the_way_on_is_told(
    hec: FakeHec, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    hec.answer(200, "Success")
    for _ in range(3):
        hec.answer(503, "Server is busy", 9)
    assert run(hec, points(tmp_path, 5), "--retries", "2") == 1
    said = capsys.readouterr().err
    assert "lines 4 to 5: HTTP 503: Server is busy; gave up after 3 tries. Go on later with --from-line 4" in said
    assert run(hec, tmp_path / "points.json", "--from-line", "4") == 0
    assert [each["time"] for each in hec.taken] == [1, 2, 3, 4, 5]


def test_a_refused_point_is_named_by_its_line_with_the_words_of_splunk(
    hec: FakeHec, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    hec.answer(200, "Success")
    hec.answer(400, "Metric name is missing", 15, **{"invalid-event-number": 1})
    assert run(hec, points(tmp_path, 9)) == 1
    said = capsys.readouterr().err
    assert "line 5: refused with HTTP 400: Metric name is missing" in said
    assert "--from-line 4" in said
    assert len(hec.requests) == 2  # asking again would change nothing


@pytest.mark.parametrize(
    ("status", "text", "code", "hint"),
    [
        (400, "Incorrect index", 7, "docker/default.yml makes it"),
        (403, "Invalid token", 4, "is SPLUNK_HEC_TOKEN the one of docker/.env?"),
        (404, "The requested URL was not found on this server.", 404, "is it the port of HEC, 8088?"),
    ],
)
def test_what_can_be_done_about_a_refusal_is_said(
    hec: FakeHec, tmp_path: Path, capsys: pytest.CaptureFixture[str], status: int, text: str, code: int, hint: str
) -> None:
    hec.answer(status, text, code)
    assert run(hec, points(tmp_path, 1)) == 1
    said = capsys.readouterr().err
    assert f"HTTP {status}: {text}" in said
    assert hint in said


def test_packed_files_are_read_whatever_they_are_called(hec: FakeHec, tmp_path: Path) -> None:
    packed = tmp_path / "points.data"
    packed.write_bytes(gzip.compress(points(tmp_path, 4).read_bytes()))
    assert run(hec, packed) == 0
    assert len(hec.taken) == 4


def test_a_file_that_ends_in_the_middle_of_a_line_is_said_to_be_cut_off(
    hec: FakeHec, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = points(tmp_path, 5)
    path.write_bytes(path.read_bytes()[:-20])
    assert run(hec, path) == 1
    assert "line 5: ends in the middle; the file was cut off" in capsys.readouterr().err
    assert len(hec.taken) == 3  # the whole batch before it


def test_a_last_line_without_a_line_feed_is_a_line(hec: FakeHec, tmp_path: Path) -> None:
    path = points(tmp_path, 2)
    path.write_bytes(path.read_bytes().rstrip())
    assert run(hec, path) == 0
    assert len(hec.taken) == 2


def test_a_packed_file_that_is_cut_off_is_said_to_be(
    hec: FakeHec, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    packed = tmp_path / "points.json.gz"
    packed.write_bytes(gzip.compress(points(tmp_path, 500).read_bytes())[:-30])
    assert run(hec, packed) == 1
    assert "the compressed file is cut off" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("line", "complaint"),
    [("no json", "line 2: no JSON"), ('{"event": "hello"}', "line 2: no metric event"), ("[1]", "no metric event")],
)
def test_a_line_that_is_no_metric_event_is_named(
    hec: FakeHec, tmp_path: Path, capsys: pytest.CaptureFixture[str], line: str, complaint: str
) -> None:
    path = tmp_path / "points.json"
    path.write_text(json.dumps(event(1)) + f"\n{line}\n", encoding="utf-8")
    assert run(hec, path) == 1
    assert complaint in capsys.readouterr().err


def test_files_and_settings_that_cannot_be_used_are_named(
    hec: FakeHec, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert run(hec, tmp_path / "absent.json") == 1
    assert "absent.json: cannot be read: No such file" in capsys.readouterr().err
    empty = tmp_path / "empty.json"
    empty.touch()
    assert run(hec, empty) == 1
    assert "holds no points" in capsys.readouterr().err
    assert load.main([str(empty), "--url", "splunk:8088"]) == 1
    assert "write it as https://host:8088" in capsys.readouterr().err
    monkeypatch.delenv("SPLUNK_HEC_TOKEN")
    assert run(hec, empty) == 1
    assert "no token; put SPLUNK_HEC_TOKEN into the environment" in capsys.readouterr().err
    assert hec.requests == []


def test_nobody_at_the_address_is_an_error_after_all_tries(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], surroundings: list[float]
) -> None:
    server = FakeHec()
    server.server_close()  # the port is free again, and nobody listens
    assert load.main([str(points(tmp_path, 1)), "--url", server.url, "--retries", "2"]) == 1
    assert f"no answer from {server.url}" in capsys.readouterr().err
    assert len(surroundings) == 2


def test_it_waits_until_splunk_is_up(hec: FakeHec, tmp_path: Path, surroundings: list[float]) -> None:
    hec.answer(503, "HEC is unhealthy", 18)
    assert run(hec, points(tmp_path, 1), "--wait", "60") == 0
    assert [path for path, _, _ in hec.requests] == [
        "/services/collector/health",
        "/services/collector/health",
        "/services/collector/event",
    ]
    assert surroundings == [2.0]


def test_what_the_simulator_writes_arrives_point_by_point(hec: FakeHec, tmp_path: Path) -> None:
    write_simulated_store(tmp_path / "store", Order(days=2, clusters=1))
    store = MetricsStore(tmp_path / "store")
    try:
        end = Order().end
        written = write_hec(store, tmp_path / "points.json.gz", start=end - 600, end=end)
    finally:
        store.close()
    assert run(hec, tmp_path / "points.json.gz", "--events", "500") == 0
    assert len(hec.taken) == written > 500
    assert all(each["index"] == "kubernetes_metrics" for each in hec.taken)
