"""What the tests of the compiler share: the real contentctl."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeAlias

import pytest

CHECKOUT = Path(__file__).parents[2]
Contentctl: TypeAlias = Callable[[str, Path], tuple[int, str]]
"""From an action and the folder of a project to the exit code and all that contentctl wrote."""

# Imports contentctl, which takes longer than it then works, and does each action in a process forked from this one.
LOADED = """
import json, os, sys
from contentctl.contentctl import main
for line in sys.stdin:
    action, folder, written = json.loads(line)
    child = os.fork()
    if not child:
        output = os.open(written, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
        os.dup2(output, 1), os.dup2(output, 2), os.chdir(folder)
        sys.argv = ["contentctl", action]
        sys.exit(main())
    print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)
"""


@pytest.fixture(scope="session")
def contentctl(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Contentctl]:
    """The program of NPM_CONTENTCTL, or of where make puts it.

    Offline: a proxy that leads nowhere makes every attempt to connect fail.
    """
    named = os.environ.get("NPM_CONTENTCTL", CHECKOUT / ".venv-contentctl" / "bin" / "contentctl")
    python = Path(named).with_name("python")
    assert python.is_file(), f"{python} is absent; run make test, or set NPM_CONTENTCTL"
    nowhere = dict.fromkeys(("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY"), "http://127.0.0.1:9")
    environment = os.environ | nowhere | {"no_proxy": "", "NO_PROXY": ""}
    written = tmp_path_factory.mktemp("contentctl") / "output.txt"
    with subprocess.Popen(
        [str(python), "-c", LOADED], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        asked, answers = process.stdin, process.stdout

        def act(action: str, project: Path) -> tuple[int, str]:
            print(json.dumps([action, str(project), str(written)]), file=asked, flush=True)
            return int(answers.readline()), written.read_text()

        yield act
