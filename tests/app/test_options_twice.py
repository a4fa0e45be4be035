"""Both commands refuse an option that is given twice, however it is written: only one could count."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import fields
from io import BytesIO
from pathlib import Path
from typing import BinaryIO

import pytest

from tests.app.chunks import getinfo
from tests.app.conftest import ROOT
from tests.app.outcome import replies_of

sys.path.append(str(ROOT / "build" / "sdk"))

from npmlib.anomaly import command as anomaly
from npmlib.anomaly.options import Options
from npmlib.learn import command as learn
from npmlib.learn.options import LearnOptions

Run = Callable[[BinaryIO, BinaryIO, str], int]
COMMANDS: dict[str, tuple[Run, type]] = {"npmanomaly": (anomaly.run, Options), "npmlearn": (learn.run, LearnOptions)}
VALID = {"threshold": "3", "minsamples": "3", "minspread": "0.1", "peaks": "use", "unseen": "flag", "action": "filter"}


def test_there_is_no_third_command() -> None:
    assert {path.stem for path in (ROOT / "app" / "bin").glob("*.py")} == set(COMMANDS)


@pytest.mark.parametrize(
    ("command", "option"), [(name, each.name) for name, (_, options) in COMMANDS.items() for each in fields(options)]
)
def test_an_option_given_twice_is_refused(command: str, option: str, tmp_path: Path) -> None:
    run, _ = COMMANDS[command]
    value = VALID.get(option, "x")
    variants = {
        f"{option}={value}": f"the option {option} is given more than once",
        f"{option}=": f"the option {option} is given more than once",
        f'"{option}"={value}': f"'\"{option}\"={value}' is not an option",
        f"{option} ={value}": f"'{option} ={value}' is not an option",
        f"{option.upper()}={value}": f"'{option.upper()}={value}' is not an option",
        f"{option.title()}={value}": f"'{option.title()}={value}' is not an option",
    }
    for second, said in variants.items():
        for args in ([f"{option}={value}", second], [second, f"{option}={value}"]):
            reply = BytesIO()
            assert run(BytesIO(getinfo(args)), reply, str(tmp_path)) == 1
            *_, last = replies_of(reply.getvalue())
            ((_level, text),) = last.metadata["inspector"]["messages"]
            assert said in text
