"""One run of a custom search command as a process, driven as Splunk drives it.

Splunk sends a chunk and waits for its reply before the next. A command may write a large reply, or much to
stderr, while it is still being sent its input; so two threads empty its pipes all the time, and a timer
ends it when the time is up, which also frees a write that would block for ever.
"""

from __future__ import annotations

import queue
import subprocess
import threading
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO

from workbench.replay.chunked import Chunk, ProtocolError, encode_chunk, read_chunk
from workbench.replay.context import Message
from workbench.replay.errors import ReplayError

DEFAULT_TIME_LIMIT = 600.0  # seconds
STDERR_LINES = 50  # the last lines kept for messages
ERROR_LEVELS = ("ERROR", "FATAL")


class CommandProcess:
    """A running custom command called ``name``; use it in a ``with`` block.

    ``messages`` collects what the command told the user. Every failure is a ReplayError with the command's
    own words: an ERROR message, an exit code other than 0, a reply that is missing or no chunk, the time
    limit (seconds).
    """

    def __init__(
        self,
        name: str,
        argv: Sequence[str],
        folder: Path,
        environment: Mapping[str, str],
        time_limit: float = DEFAULT_TIME_LIMIT,
    ) -> None:
        self.name = name
        self.messages: list[Message] = []
        self._timed_out = False
        self._time_limit = time_limit
        self._replies: queue.SimpleQueue[Chunk | ProtocolError | None] = queue.SimpleQueue()
        self._stderr: deque[str] = deque(maxlen=STDERR_LINES)
        try:
            self._process = subprocess.Popen(
                list(argv),
                cwd=folder,
                env=dict(environment),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
            )
        except OSError as error:
            raise ReplayError(f"cannot be started with {argv[0]}: {error}", name) from error
        self._threads = [threading.Thread(target=self._collect_replies, daemon=True)]
        self._threads.append(threading.Thread(target=self._collect_stderr, daemon=True))
        self._timer = threading.Timer(time_limit, self._end_overdue)
        self._timer.daemon = True
        for thread in (*self._threads, self._timer):
            thread.start()

    def __enter__(self) -> CommandProcess:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End the process if it still runs and close its pipes."""
        self._timer.cancel()
        if self._process.poll() is None:
            self._process.kill()
        self._process.wait()
        for thread in self._threads:
            thread.join(timeout=5)
        for pipe in (self._process.stdin, self._process.stdout, self._process.stderr):
            if pipe is not None:
                with suppress(OSError):
                    pipe.close()

    def ask(self, metadata: dict[str, Any], body: bytes = b"") -> Chunk:
        """Send one chunk and return the reply to it; ReplayError when the command fails or refuses."""
        stdin = _pipe(self._process.stdin)
        with suppress(BrokenPipeError):  # a command that has given up may still have left its reason on stdout
            stdin.write(encode_chunk(metadata, body))
            stdin.flush()
        reply = self._replies.get()
        if reply is None or isinstance(reply, ProtocolError):
            raise self._failure(f"gave no reply to {metadata.get('action')}" if reply is None else str(reply))
        refusals = [message for message in self._note(reply) if message.level in ERROR_LEVELS]
        if refusals:
            raise ReplayError("\n".join(message.text for message in refusals), self.name)
        if reply.metadata.get("error"):
            raise ReplayError(str(reply.metadata["error"]), self.name)
        return reply

    def finish(self) -> None:
        """Close the command's input and wait for its end; ReplayError unless it says no more and exits with 0."""
        with suppress(BrokenPipeError):
            _pipe(self._process.stdin).close()
        extra = self._replies.get()
        if extra is not None:
            raise self._failure(f"sent more than one reply: {extra}"[:200])
        if self._process.wait() != 0:
            raise self._failure("failed after its last reply")

    def _note(self, reply: Chunk) -> list[Message]:
        inspector = reply.metadata.get("inspector")
        entries = inspector.get("messages", []) if isinstance(inspector, dict) else []
        fresh = [Message(str(level), str(text)) for level, text in entries]
        self.messages.extend(fresh)
        return fresh

    def _failure(self, what: str) -> ReplayError:
        if self._timed_out:
            return ReplayError(f"did not finish within {self._time_limit:g} seconds and was ended", self.name)
        with suppress(OSError):
            _pipe(self._process.stdin).close()
        try:
            code = str(self._process.wait(timeout=5))
        except subprocess.TimeoutExpired:
            code = "none, it still ran"
        for thread in self._threads:
            thread.join(timeout=5)
        said = "\n".join(self._stderr)
        return ReplayError(f"{what} (exit code {code})" + (f"; it wrote to stderr:\n{said}" if said else ""), self.name)

    def _end_overdue(self) -> None:
        if self._process.poll() is None:
            self._timed_out = True
            self._process.kill()

    def _collect_replies(self) -> None:
        try:
            for reply in _chunks(_pipe(self._process.stdout)):
                self._replies.put(reply)
        except ProtocolError as error:
            self._replies.put(error)
            with suppress(OSError):  # what follows cannot be understood; but the pipe must not fill up
                while _pipe(self._process.stdout).read(1 << 16):
                    pass
        self._replies.put(None)

    def _collect_stderr(self) -> None:
        for line in _pipe(self._process.stderr):
            self._stderr.append(line.decode("utf-8", "replace").rstrip())


def _chunks(stream: BinaryIO) -> Iterator[Chunk]:
    while (chunk := read_chunk(stream)) is not None:
        yield chunk


def _pipe(stream: object) -> BinaryIO:
    return stream  # type: ignore[return-value]  # Popen was given PIPE for all three
