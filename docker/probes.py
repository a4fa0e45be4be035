#!/usr/bin/env python3
"""Run the searches of docs/assumptions.md on a Splunk that has the app, and write what came into one file to send back.

    SPLUNK_PASSWORD=... python3 docker/probes.py --insecure

Needs Python 3.9 or later and nothing else. The user must be allowed to search and to write lookups; a table probe.csv
is made and deleted. Nothing else is changed, and no name or number of your metrics leaves but in the answers, which
you can read before you send them.
"""

from __future__ import annotations

import argparse
import base64
import json
import os
import re
import ssl
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.parse import urlencode
from urllib.request import Request, urlopen

DOCUMENT = Path(__file__).resolve().parents[1] / "docs" / "assumptions.md"
APP = "SA-npmanomaly"
_CELLS = re.compile(r"(?<!\\)\|")
_CODE = re.compile(r"(`+) ?((?:\\?\||index=).*?) ?\1(?!`)")
MOST_ROWS = 20


class Splunk:
    """The management port of a Splunk."""

    def __init__(self, url: str, user: str, password: str, tls: ssl.SSLContext | None) -> None:
        self._url = url.rstrip("/")
        self._user = user
        self._tls = tls
        secret = base64.b64encode(f"{user}:{password}".encode()).decode("ascii")
        self._headers = {"Authorization": f"Basic {secret}"}

    def ask(self, path: str, form: dict[str, str] | None = None, method: str | None = None) -> dict[str, Any]:
        """Return the answer to a request; SystemExit where there is none, or the user is not let in."""
        body = urlencode(form).encode() if form else None
        request = Request(f"{self._url}{path}", body, self._headers, method=method)  # noqa: S310
        try:
            with urlopen(request, timeout=600, context=self._tls) as answer:  # noqa: S310
                found: dict[str, Any] = json.loads(answer.read())
                return found
        except HTTPError as error:
            if error.code in (401, 403):
                raise SystemExit(
                    f"{self._url} does not let {self._user} in ({error.code}): check the password"
                ) from None
            text = error.read().decode("utf-8", "replace")
            try:
                refusal: dict[str, Any] = json.loads(text)
            except ValueError:
                return {"messages": [{"type": f"HTTP {error.code}", "text": text[:500]}]}
            return refusal
        except (URLError, TimeoutError, ValueError) as error:
            raise SystemExit(f"{self._url} gives no answer ({error}); is this the management port?") from None

    def search(self, text: str, earliest: str) -> dict[str, Any]:
        """Run a search in the app and return its rows and messages."""
        form = {
            "search": text if text.startswith("|") else f"search {text}",
            "exec_mode": "oneshot",
            "output_mode": "json",
            "earliest_time": earliest,
            "latest_time": "now",
            "count": str(MOST_ROWS),
        }
        return self.ask(f"/servicesNS/{self._user}/{APP}/search/jobs", form)


def probes(document: str) -> Iterator[tuple[str, list[str], list[str]]]:
    """Yield the number of each assumption, its cells (what is assumed, how to try it, what to expect), its searches."""
    for line in document.splitlines():
        if re.match(r"\| \d+ \|", line):
            number, *cells = [cell.strip() for cell in _CELLS.split(line)[1:5]]
            searches = [found[2].replace("\\|", "|") for found in _CODE.finditer(cells[1])]
            yield number, [cell.replace("\\|", "|") for cell in cells], searches


def report(splunk: Splunk, document: str, index: str) -> Iterator[str]:
    """Yield the lines of the report: about the Splunk, then what came of each search."""
    about = splunk.ask("/services/server/info?output_mode=json")["entry"][0]["content"]
    yield f"# Probes on Splunk {about.get('version')} ({about.get('os_name')}, {about.get('product_type')})"
    for number, (assumed, how, expected), searches in probes(document):
        yield f"\n## {number}. {assumed}\n\nExpected: {expected}"
        if not searches:
            yield f"By hand: {how}"
        for text in searches:
            typed = text.replace("index=kubernetes_metrics", f"index={index}")
            came = splunk.search(typed, "-7d" if "7 days" in how else "-60m")
            rows = came.get("results", [])
            yield f"\n    {typed}\n"
            yield from (f"    {message.get('type')}: {message.get('text')}" for message in came.get("messages", []))
            yield f"    {len(rows)} row{'' if len(rows) == 1 else 's'}"
            yield from (f"    {json.dumps(row, ensure_ascii=False)}" for row in rows)
    splunk.ask(f"/servicesNS/nobody/{APP}/data/lookup-table-files/probe.csv?output_mode=json", method="DELETE")


def main() -> None:
    """Run all probes and say where the report is."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n\n")[0])
    parser.add_argument("--url", default="https://127.0.0.1:8089", help="management port (default: %(default)s)")
    parser.add_argument("--user", default="admin", help="(default: %(default)s); SPLUNK_PASSWORD has the password")
    parser.add_argument("--index", default="kubernetes_metrics", help="index of the metrics (default: %(default)s)")
    parser.add_argument("--out", type=Path, default=Path("probes.md"), help="file to write (default: %(default)s)")
    trust = parser.add_mutually_exclusive_group()
    trust.add_argument("--cacert", help="file with the certificate to trust")
    trust.add_argument("--insecure", action="store_true", help="accept a self-signed certificate")
    given = parser.parse_args()
    password = os.environ.get("SPLUNK_PASSWORD")
    if not password:
        parser.error("SPLUNK_PASSWORD is not set; docker/.env holds it")
    tls = None
    if given.url.startswith("https:"):
        tls = ssl.create_default_context(cafile=given.cacert)
        if given.insecure:
            tls.check_hostname, tls.verify_mode = False, ssl.CERT_NONE
    splunk = Splunk(given.url, given.user, password, tls)
    lines = []
    for line in report(splunk, DOCUMENT.read_text(encoding="utf-8"), given.index):
        lines.append(line)
        sys.stderr.write(f"{line.strip()[:100]}\n" if line.startswith(("#", "\n##")) else "")
    given.out.write_text("\n".join([*lines, ""]), encoding="utf-8")
    print(f"{given.out}: read it, then send it back")


if __name__ == "__main__":
    main()
