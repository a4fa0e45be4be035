"""Runs a custom search command of the app on rows: spawns the staged script and speaks the chunked protocol with it.

The order of things is that of reference/command-protocol.md section 2: some spawns that get a getinfo and
then the end of input, then the real one, which gets its getinfo and the rows in chunks. For streaming and
stateful commands the rows come in pieces with ``finished`` false and an empty piece with ``finished`` true
at the end; events and reporting commands get all rows before the next command gets any of theirs, in one chunk with
``finished`` true, or, where there are more rows than go into one, in pieces of which the last has it.

Not replayed, and said so by an error: ``required_fields`` (what happens to dropped rows is unsettled), a
``streaming_preop``, commands that are not chunked. Unverified without a live Splunk: how often a command is
probed; how many rows of an events command come in one chunk; the session
key, sid and version sent here are stand-ins.
"""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any
from urllib.parse import quote

from workbench.conf import is_true
from workbench.replay import chunk_csv
from workbench.replay.commandprocess import DEFAULT_TIME_LIMIT, CommandProcess
from workbench.replay.context import SearchContext
from workbench.replay.errors import ReplayError
from workbench.replay.rows import Row
from workbench.spl.arguments import ArgumentError, closed_arguments

SPLUNK_VERSION = "9.4.0"
_TYPES_OF_ALL_ROWS = ("events", "reporting")
_PASSED_ON = ("PATH", "LANG", "LC_ALL", "TMPDIR", "SYSTEMROOT")


def run(
    name: str,
    arguments: str,
    rows: Iterable[Row],
    context: SearchContext,
    time_limit: float = DEFAULT_TIME_LIMIT,
) -> Iterator[Row]:
    """Pipe ``rows`` through custom command ``name`` of the app and give the rows that it answers.

    It is spawned ``context.probes`` times before. The command's messages go to ``context.messages``. ``time_limit``
    (seconds) holds for each spawn. Raises ReplayError when the command is unknown, before any row is read, and with
    the command's own words when it fails.
    """
    return _spawned(name, _argv(name, context), arguments, rows, context, time_limit)


def _spawned(
    name: str,
    argv: list[str],
    arguments: str,
    rows: Iterable[Row],
    context: SearchContext,
    time_limit: float,
) -> Iterator[Row]:
    environment = {key: os.environ[key] for key in _PASSED_ON if key in os.environ}
    with tempfile.TemporaryDirectory(prefix="dispatch-") as dispatch_dir:
        getinfo = _getinfo(name, arguments, dispatch_dir, context)
        for spawn in range(context.probes + 1):
            is_probe = spawn < context.probes
            with CommandProcess(name, argv, context.app.root / "bin", environment, time_limit) as process:
                reply = process.ask(getinfo).metadata
                _require_known(name, reply)
                if not is_probe:
                    yield from _execute(process, str(reply.get("type", "streaming")), rows, context)
                process.finish()
                if not is_probe:
                    context.messages.extend(process.messages)


def _execute(process: CommandProcess, kind: str, rows: Iterable[Row], context: SearchContext) -> Iterator[Row]:
    source = iter(rows)
    if kind in _TYPES_OF_ALL_ROWS:
        answered: list[Row] = []
        piece = list(islice(source, context.limits.chunk_rows))
        while following := list(islice(source, context.limits.chunk_rows)):
            answered += _answer(process, piece, finished=False)
            piece = following
        yield from answered + _answer(process, piece, finished=True)
        return
    while piece := list(islice(source, context.limits.chunk_rows)):
        yield from _answer(process, piece, finished=False)
    yield from _answer(process, [], finished=True)


def _answer(process: CommandProcess, rows: list[Row], finished: bool) -> list[Row]:
    body = chunk_csv.encode(_columns(rows), rows) if rows else b""
    reply = process.ask({"action": "execute", "finished": finished}, body)
    try:
        return chunk_csv.decode(reply.body)[1]
    except ReplayError as error:
        raise ReplayError(f"its reply cannot be read: {error.message}", process.name) from error


def _columns(rows: list[Row]) -> tuple[str, ...]:
    """Return the fields of all rows in the order they first appear."""
    columns = dict.fromkeys(rows[0])
    for row in rows:
        if row.keys() != columns.keys():
            columns.update(dict.fromkeys(row))
    return tuple(columns)


def _argv(name: str, context: SearchContext) -> list[str]:
    settings = context.app.commands.get(name)
    if settings is None:
        known = ", ".join(sorted(context.app.commands)) or "none"
        message = f"the replay does not know this command, and the app has none of this name (it has: {known})"
        raise ReplayError(message, name)
    if not is_true(settings.get("chunked")):
        raise ReplayError("is not replayed: commands.conf must say chunked = true", name)
    script = Path("bin") / settings.get("filename", f"{name}.py")
    if not (context.app.root / script).is_file():
        raise ReplayError(f"its script {script} is missing in {context.app.root}", name)
    extra = [(int(key.rsplit(".", 1)[1]), value) for key, value in settings.items() if _is_argument(key)]
    return [
        _interpreter(context.interpreter),
        "-B",
        str(context.app.root.resolve() / script),
        *(value for _, value in sorted(extra)),
    ]


def _interpreter(interpreter: Path) -> str:
    """Return the absolute path of the interpreter, links kept for virtual environments; a bare name is left to PATH."""
    return str(interpreter) if len(interpreter.parts) == 1 else str(interpreter.absolute())


def _is_argument(key: str) -> bool:
    return re.fullmatch(r"command\.arg\.\d+", key) is not None


def _require_known(name: str, reply: dict[str, Any]) -> None:
    required = reply.get("required_fields")
    if required and required != ["*"]:
        raise ReplayError(f"asks for required_fields {required}, which is not replayed; select fields in SPL", name)
    if reply.get("streaming_preop"):
        raise ReplayError("asks for a streaming_preop, which is not replayed", name)


def _getinfo(name: str, arguments: str, dispatch_dir: str, context: SearchContext) -> dict[str, Any]:
    try:
        given = closed_arguments(arguments)
    except ArgumentError as error:
        raise ReplayError(str(error), name) from None
    return {
        "action": "getinfo",
        "preview": False,
        "streaming_command_will_restart": False,
        "searchinfo": {
            "args": [argument.text for argument in given],
            "raw_args": [argument.written for argument in given],
            "dispatch_dir": dispatch_dir,
            "sid": f"{context.now:.3f}",
            "app": context.app.root.name,
            "owner": "nobody",
            "username": "admin",
            "session_key": "replay",
            "splunkd_uri": "https://127.0.0.1:8089",
            "splunk_version": SPLUNK_VERSION,
            "search": quote(f"| {name} {arguments}".strip(), safe=""),
            "command": name,
            "maxresultrows": context.limits.chunk_rows,
            "earliest_time": f"{context.window.earliest:.3f}",
            "latest_time": f"{context.window.latest:.3f}",
        },
    }
