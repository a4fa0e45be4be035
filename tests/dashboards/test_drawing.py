"""Drawing needs node, npm and Chromium, which are optional: what is tested here is what happens without them."""

from __future__ import annotations

import json
import struct
from pathlib import Path

import pytest

from workbench.dashboards import drawing
from workbench.dashboards.__main__ import main
from workbench.dashboards.probes import NAME
from workbench.dashboards.view import DashboardError

PICTURES = Path(__file__).parents[2] / "docs" / "images" / "dashboards"


def test_what_is_missing_is_said_with_where_it_comes_from(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        "workbench.dashboards.drawing.shutil.which", lambda name: "/bin/node" if name == "node" else None
    )
    with pytest.raises(DashboardError) as error:
        drawing.tools()
    assert "pictures need npm, chromium, not found on PATH" in str(error.value)
    assert "apt-get install chromium" in str(error.value)


def test_the_command_line_ends_with_one_line_and_no_traceback(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PATH", "")
    assert main(["screenshots"]) == 1
    said = capsys.readouterr().err
    assert said.startswith("dashboards: pictures need node, npm, chromium")
    assert "Traceback" not in said


def test_packages_are_pinned_and_the_lock_names_no_registry() -> None:
    packages = json.loads((drawing.RENDER / "package.json").read_text())["dependencies"]
    lock = json.loads((drawing.RENDER / "package-lock.json").read_text())["packages"]
    for name, version in packages.items():
        assert version[0].isdigit(), f"{name} is not pinned"
        assert lock[f"node_modules/{name}"]["version"] == version
    assert [name for name, one in lock.items() if "resolved" in one] == []
    assert [name for name, one in lock.items() if name and "integrity" not in one] == []


def test_there_is_a_small_picture_of_each_dashboard(views: dict[str, object]) -> None:
    for name in views.keys() - {NAME}:  # the replay does not know what a Splunk would answer
        picture = PICTURES / f"{name}.png"
        assert picture.is_file(), "run make screenshots"
        content = picture.read_bytes()
        width, height = struct.unpack(">II", content[16:24])  # PNG, 11.2.2: the header begins with them
        assert len(content) < width * height / 8
