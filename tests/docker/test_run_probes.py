"""docker/probes.py against a Splunk made for the test: what it asks, and what it writes."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs

import pytest

from workbench.dashboards.probes import read_probes

CHECKOUT = Path(__file__).parents[2]
SCRIPT = CHECKOUT / "docker" / "probes.py"


class FakeSplunk(ThreadingHTTPServer):
    """Answers every search with one row, or refuses those with a lookup as Splunk does; keeps what was asked."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.searches: list[dict[str, str]] = []
        self.paths: list[str] = []


class _Handler(BaseHTTPRequestHandler):
    server: FakeSplunk

    def do_GET(self) -> None:
        self._say(200, {"entry": [{"content": {"version": "9.4.3", "os_name": "Linux", "product_type": "enterprise"}}]})

    def do_DELETE(self) -> None:
        self._say(200, {})

    def do_POST(self) -> None:
        form = {name: values[0] for name, values in parse_qs(self.rfile.read(self._length()).decode()).items()}
        self.server.searches.append(form)
        if "cidrmatch" in form["search"]:
            self._say(400, {"messages": [{"type": "FATAL", "text": "Could not construct lookup"}]})
        else:
            self._say(200, {"results": [{"a": "1"}], "messages": []})

    def _length(self) -> int:
        return int(self.headers["Content-Length"])

    def _say(self, status: int, answer: object) -> None:
        self.server.paths.append(f"{self.command} {self.path}")
        body = json.dumps(answer).encode()
        self.send_response(401 if self.headers["Authorization"] != "Basic YWRtaW46c2VjcmV0" else status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def splunk() -> Iterator[FakeSplunk]:
    with FakeSplunk() as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()


def run(splunk: FakeSplunk | None, out: Path, secret: str = "") -> subprocess.CompletedProcess[str]:
    url = f"http://127.0.0.1:{splunk.server_address[1] if splunk else 9}"
    return subprocess.run(
        [sys.executable, str(SCRIPT), "--url", url, "--index", "npm", "--out", str(out)],
        capture_output=True,
        text=True,
        check=False,
        env=os.environ | {"SPLUNK_PASSWORD": secret or "secret", "no_proxy": "127.0.0.1"},
    )


def test_each_probe_is_asked_and_its_answer_is_in_the_report(splunk: FakeSplunk, tmp_path: Path) -> None:
    done = run(splunk, tmp_path / "probes.md")
    assert (done.returncode, done.stdout) == (0, f"{tmp_path / 'probes.md'}: read it, then send it back\n")
    report = (tmp_path / "probes.md").read_text()
    assert report.startswith("# Probes on Splunk 9.4.3 (Linux, enterprise)\n")
    for probe in read_probes(CHECKOUT / "docs" / "assumptions.md"):
        assert f"\n## {probe.number}. {probe.assumption}\n" in report
        assert f"Expected: {probe.expected}\n" in report
    assert '    {"a": "1"}\n' in report
    assert "    FATAL: Could not construct lookup\n    0 rows\n" in report
    asked = [form["search"] for form in splunk.searches]
    assert len(asked) > 25
    assert all(text.startswith(("|", "search index=")) for text in asked)
    assert not any("kubernetes_metrics " in text or "\\|" in text for text in asked if "index=" in text)
    assert splunk.paths[-1].startswith("DELETE /servicesNS/nobody/SA-npmanomaly/data/lookup-table-files/probe.csv")


def test_a_wrong_password_and_a_wrong_address_are_named_and_nothing_is_written(
    splunk: FakeSplunk, tmp_path: Path
) -> None:
    for done in (run(splunk, tmp_path / "probes.md", "other"), run(None, tmp_path / "probes.md")):
        assert done.returncode == 1
        assert "127.0.0.1" in done.stderr
        assert "Traceback" not in done.stderr
    assert not (tmp_path / "probes.md").exists()
