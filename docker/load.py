"""Sends metric points, one JSON object a line, to the HTTP Event Collector (HEC) of a Splunk, in batches.

Needs nothing but Python 3.10 or later. Makes no assumption about the points but that each line is one HEC metric event;
``python -m workbench.traffic hec`` writes such files. Stops at the first batch that Splunk refuses, and says which line
it was and where to go on.
"""

from __future__ import annotations

import argparse
import gzip
import http.client
import json
import os
import random
import ssl
import sys
import time
import urllib.parse
import zlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

EVENTS, HEALTH = "/services/collector/event", "/services/collector/health"
BUSY = (429, 500, 502, 503, 504)  # worth another try; everything else says the same again
LONGEST_PAUSE = 30.0  # seconds
HINTS = {
    401: "the token is not one of this Splunk's; is SPLUNK_HEC_TOKEN the one of docker/.env?",
    403: "the token is not one of this Splunk's, or is switched off; is SPLUNK_HEC_TOKEN the one of docker/.env?",
    404: "nothing collects events under this address; is it the port of HEC, 8088?",
}
NO_INDEX = 7  # HEC's code for an index that is not there


class LoadError(Exception):
    """The points cannot be read or sent; the text says which, why, and what to do."""


@dataclass(frozen=True)
class Batch:
    """Lines ``first`` to ``last`` (counted from 1) as the body of one request; ``events`` are their line numbers."""

    body: bytes
    events: tuple[int, ...]

    @property
    def first(self) -> int:
        """Number of the first line."""
        return self.events[0]

    @property
    def last(self) -> int:
        """Number of the last line."""
        return self.events[-1]


def read_lines(path: Path) -> Iterator[bytes]:
    """Yield the lines of ``path``, unpacked if it is gzip, whatever its name; LoadError when it cannot be read."""
    count = 0
    try:
        with path.open("rb") as raw:
            packed = raw.peek(2)[:2] == b"\x1f\x8b"
            source = gzip.GzipFile(fileobj=raw) if packed else raw
            for line in source:
                count += 1
                yield line
    except EOFError:
        raise LoadError(f"{path}: the compressed file is cut off after line {count}; make it again") from None
    except (OSError, zlib.error) as error:
        raise LoadError(f"{path}: cannot be read: {getattr(error, 'strerror', None) or error}") from error


def batches(path: Path, most_events: int, most_bytes: int, start: int = 1) -> Iterator[Batch]:
    """Cut ``path`` into batches from line ``start`` on, checking that each line is a metric event; LoadError if not."""
    lines: list[bytes] = []
    numbers: list[int] = []
    size = 0
    for number, raw in enumerate(read_lines(path), start=1):
        line = raw.strip()
        if number < start or not line:
            continue
        _check(path, number, line, complete=raw.endswith(b"\n"))
        if lines and (len(lines) == most_events or size + len(line) > most_bytes):
            yield Batch(b"\n".join(lines), tuple(numbers))
            lines, numbers, size = [], [], 0
        lines.append(line)
        numbers.append(number)
        size += len(line) + 1
    if lines:
        yield Batch(b"\n".join(lines), tuple(numbers))


def _check(path: Path, number: int, line: bytes, *, complete: bool) -> None:
    try:
        event = json.loads(line)
    except ValueError as error:
        if not complete:
            raise LoadError(f"{path}, line {number}: ends in the middle; the file was cut off, make it again") from None
        raise LoadError(f"{path}, line {number}: no JSON ({error})") from None
    if not isinstance(event, dict) or event.get("event") != "metric" or not isinstance(event.get("fields"), dict):
        raise LoadError(
            f"{path}, line {number}: no metric event; write the file with 'python -m workbench.traffic hec'"
        )


class Collector:
    """The HEC at ``url`` (scheme, host, port). ``pause`` waits so many seconds; tests hand in one that does not."""

    def __init__(
        self,
        url: str,
        token: str,
        *,
        context: ssl.SSLContext | None = None,
        timeout: float = 30.0,
        retries: int = 8,
        pause: Callable[[float], None] = time.sleep,
    ) -> None:
        parts = urllib.parse.urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise LoadError(f"--url {url}: write it as https://host:8088")
        if not token or not token.isprintable() or not token.isascii():
            raise LoadError("no token; put SPLUNK_HEC_TOKEN into the environment (docker/.env holds it)")
        self.url = f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}"
        self._prefix = parts.path.rstrip("/")
        port = parts.port or (443 if parts.scheme == "https" else 80)
        if parts.scheme == "https":
            self._connection: http.client.HTTPConnection = http.client.HTTPSConnection(
                parts.hostname, port, timeout=timeout, context=context
            )
        else:
            self._connection = http.client.HTTPConnection(parts.hostname, port, timeout=timeout)
        self._headers = {"Authorization": f"Splunk {token}", "Content-Type": "application/json"}
        self._retries = retries
        self._pause = pause

    def send(self, batch: Batch) -> None:
        """Send ``batch``, again while Splunk is busy or away; LoadError when it refuses or stays away."""
        where = f"lines {batch.first} to {batch.last}"
        for attempt in range(self._retries + 1):
            try:
                status, answer, again_after = self._request("POST", EVENTS, batch.body)
            except ssl.SSLCertVerificationError as error:
                raise LoadError(
                    f"{self.url}: its certificate is not trusted ({error.verify_message});"
                    " name the authority with --ca-file, or use --insecure for a Splunk on your own machine"
                ) from None
            except (OSError, http.client.HTTPException) as error:
                status, again_after = 0, None
                trouble = f"no answer from {self.url}: {error or type(error).__name__}"
            else:
                if status == http.client.OK:
                    return
                trouble = f"HTTP {status}: {_text(answer)}"
                if status not in BUSY:
                    raise LoadError(_refusal(where, status, answer, batch))
            if attempt < self._retries:
                wait = min(LONGEST_PAUSE, 2.0**attempt / 2)
                self._pause(again_after if again_after is not None else wait * (0.5 + random.random() / 2))  # noqa: S311
        raise LoadError(
            f"{where}: {trouble}; gave up after {self._retries + 1} tries. Go on later with --from-line {batch.first}"
        )

    def wait_until_up(self, seconds: float) -> None:
        """Return as soon as HEC says that it is healthy; LoadError when it has not within ``seconds``."""
        end = time.monotonic() + seconds
        while True:
            try:
                status, answer, _ = self._request("GET", HEALTH)
                if status == http.client.OK:
                    return
                trouble = f"HTTP {status}: {_text(answer)}"
            except (OSError, http.client.HTTPException) as error:
                trouble = str(error) or type(error).__name__
            if time.monotonic() >= end:
                raise LoadError(f"{self.url} was not ready within {seconds:g} seconds: {trouble}")
            self._pause(2.0)

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()

    def _request(self, method: str, path: str, body: bytes | None = None) -> tuple[int, bytes, float | None]:
        """Status, body and the seconds that Retry-After asks for, if it does."""
        try:
            self._connection.request(method, self._prefix + path, body, self._headers)
            response = self._connection.getresponse()
            answer = response.read()
        except BaseException:
            self._connection.close()  # what is left of this exchange must not be read as the answer to the next
            raise
        after = response.headers.get("Retry-After", "")
        return response.status, answer, min(float(after), LONGEST_PAUSE) if after.isdigit() else None


def _refusal(where: str, status: int, answer: bytes, batch: Batch) -> str:
    said = _json(answer)
    number = said.get("invalid-event-number")
    if isinstance(number, int) and 0 <= number < len(batch.events):
        where = f"line {batch.events[number]}"
    hint = HINTS.get(status, "")
    if said.get("code") == NO_INDEX:
        hint = "the index is not there; docker/default.yml makes it when the container is made"
    return (
        f"{where}: refused with HTTP {status}: {_text(answer)}"
        + (f" ({hint})" if hint else "")
        + f". The lines before {batch.first} have arrived; go on with --from-line {batch.first}"
    )


def _text(answer: bytes) -> str:
    said = _json(answer).get("text")
    return str(said) if said else answer.decode("utf-8", "replace").strip()[:200] or "no text"


def _json(answer: bytes) -> dict:  # type: ignore[type-arg]  # whatever the server says
    try:
        said = json.loads(answer)
    except ValueError:
        return {}
    return said if isinstance(said, dict) else {}


def tls(ca_file: Path | None, *, insecure: bool) -> ssl.SSLContext:
    """Make the settings for https; LoadError when ``ca_file`` holds no certificate."""
    try:
        context = ssl.create_default_context(cafile=str(ca_file) if ca_file else None)
    except OSError as error:
        raise LoadError(f"--ca-file {ca_file}: cannot be used: {error.strerror or error}") from error
    if insecure:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="load.py", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("file", type=Path, help="JSON lines, gzip or not, as 'python -m workbench.traffic hec' writes")
    parser.add_argument(
        "--url",
        default=os.environ.get("SPLUNK_HEC_URL", "https://127.0.0.1:8088"),
        help="address of HEC (default: environment SPLUNK_HEC_URL, or https://127.0.0.1:8088)",
    )
    parser.add_argument("--events", type=int, default=2000, help="most events in a request (default 2000)")
    parser.add_argument("--bytes", type=int, default=800_000, help="most bytes in a request (default 800000)")
    parser.add_argument("--retries", type=int, default=8, help="further tries while Splunk is busy (default 8)")
    parser.add_argument("--timeout", type=float, default=30.0, help="seconds to wait for an answer (default 30)")
    parser.add_argument("--wait", type=float, default=0.0, help="seconds to wait for HEC to be up first (default 0)")
    parser.add_argument("--from-line", type=int, default=1, help="first line to send (default 1)")
    parser.add_argument("--ca-file", type=Path, help="certificate of the authority that signed that of HEC")
    parser.add_argument("--insecure", action="store_true", help="trust any certificate")
    return parser


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; exit code 0, or 1 after a message that says what to change."""
    options = _parser().parse_args(arguments)
    sent = 0
    try:
        # The token comes from the environment only: an argument would stand in the list of processes.
        collector = Collector(
            options.url,
            os.environ.get("SPLUNK_HEC_TOKEN", ""),
            context=tls(options.ca_file, insecure=options.insecure),
            timeout=options.timeout,
            retries=max(0, options.retries),
        )
        try:
            if options.wait > 0:
                collector.wait_until_up(options.wait)
            for batch in batches(options.file, max(1, options.events), max(1, options.bytes), options.from_line):
                collector.send(batch)
                sent += len(batch.events)
                print(f"\r{sent:,} points sent", end="", file=sys.stderr, flush=True)
        finally:
            collector.close()
    except LoadError as error:
        print(f"\nload.py: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print(f"\nload.py: stopped after {sent:,} points", file=sys.stderr)
        return 130
    if not sent:
        print(f"load.py: {options.file}: holds no points from line {options.from_line} on", file=sys.stderr)
        return 1
    print(f"\n{options.file}: {sent:,} points sent to {collector.url}", file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main())
