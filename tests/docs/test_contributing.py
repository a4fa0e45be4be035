"""The worked examples of CONTRIBUTING.md work, and its tables name what there is."""

from __future__ import annotations

import inspect
import re
import sys
import textwrap
from collections.abc import Callable
from pathlib import Path

from tests.detections import world as worlds
from tests.stores import write_index
from workbench.compiler.build import build_package, check_all
from workbench.compiler.check import CHECKS
from workbench.compiler.project import read_project
from workbench.compiler.rules import lock
from workbench.replay import engine
from workbench.replay.context import Limits, SearchContext, Window
from workbench.traffic.store import MetricsStore

CHECKOUT = Path(__file__).parents[2]
TEXT = (CHECKOUT / "CONTRIBUTING.md").read_text(encoding="utf-8")


def example(section: str, language: str) -> str:
    """Return the first code block of a language in a section."""
    text = TEXT.split(f"\n## {section}\n", 1)[1].split("\n## ", 1)[0]
    fences = re.search(rf"^    (```+){language}\n(.*?)^    \1$", text, re.MULTILINE | re.DOTALL)
    assert fences, f"{section} has no block of {language}"
    return textwrap.dedent(fences[2])


def test_the_rule_and_its_sample_are_those_of_the_compiler() -> None:
    (check,) = (check for check in CHECKS if check.rule.id == "NPM219")
    module = sys.modules["workbench.compiler.rules.pipeline"]
    assert check.rule.name == "cut-sort"
    assert example("Add a rule", "python") in inspect.getsource(module)
    sample = (CHECKOUT / "tests" / "compiler" / "samples" / "NPM219.md").read_text(encoding="utf-8")
    printed = re.compile(r"\n```text\n.*?\n```\n", re.DOTALL)
    assert example("Add a rule", "markdown") == printed.sub("", sample)


def test_the_detection_compiles_and_finds_what_its_test_says(
    copy_checkout: Callable[[Path], Path], tmp_path: Path
) -> None:
    checkout = copy_checkout(tmp_path / "checkout")
    (named,) = re.findall(r"Write `(contentctl/detections/\S+\.yml)`", TEXT)
    (checkout / named).write_text(example("Add a detection", "yaml"), encoding="utf-8")
    lock.write_lock(read_project(checkout / "contentctl")[0])
    assert check_all(checkout, checkout / "contentctl") == []
    staged = build_package(checkout, checkout / "contentctl", checkout / "dist").staged
    names = {**vars(worlds)}
    exec(example("Add a detection", "python"), names)  # noqa: S102  # the example itself is under test
    (test,) = (made for name, made in names.items() if name.startswith("test_"))
    test(worlds.World(staged, tmp_path / "world"))


def test_the_source_of_metrics_gives_series_under_plain_names(
    copy_checkout: Callable[[Path], Path], tmp_path: Path
) -> None:
    checkout = copy_checkout(tmp_path / "checkout")
    (named,) = re.findall(r"Write `(contentctl/macros/\S+\.yml)`", TEXT)
    (checkout / named).write_text(example("Add a source of metrics", "yaml"), encoding="utf-8")
    choice = checkout / "contentctl" / "macros" / "npm_sent_of.yml"
    text = choice.read_text(encoding="utf-8")
    choice.write_text(text.replace("description: ", "description: npm_sent_flow, or another. "), encoding="utf-8")
    assert check_all(checkout, checkout / "contentctl") == []
    world = worlds.World(build_package(checkout, checkout / "contentctl", checkout / "dist").staged, tmp_path / "world")
    stanza, definition = re.findall(r"\[(.+)\]\ndefinition = (.+)", example("Add a source of metrics", "ini"))[0]
    world.set_macro(stanza, definition)
    sent = [("web-5d59d67564-x2v4k", 30.0), ("web-5d59d67564-8zq7n", 12.0), ("db", 5.0)]
    points = [
        {"_time": worlds.NOW, "cluster": "prod", "pod_namespace": "shop", "pod_owner": owner, "flow.bytes": amount}
        for owner, amount in sent
    ]
    index = tmp_path / "store" / "kubernetes_metrics"
    write_index(index, points, ("cluster", "pod_namespace", "pod_owner"), ("flow.bytes",))
    store = MetricsStore(tmp_path / "store", threads=1)
    window = Window(worlds.NOW, worlds.NOW + 60)
    context = SearchContext(world.app, store, window, worlds.NOW, Limits(), "none", Path(sys.executable))
    names = ("cluster", "namespace", "workload", "process", "tcp.bytes")
    rows = sorted(tuple(row[name] for name in names) for row in engine.run_text("| `npm_sent`", context))
    store.close()
    assert rows == [("prod", "shop", "db", "-", 5.0), ("prod", "shop", "web", "-", 42.0)]


def test_the_option_is_written_where_the_steps_say() -> None:
    lines = [line.strip() for line in example("Add an option of a command", "python").strip().splitlines()]
    options = (CHECKOUT / "app/bin/npmlib/anomaly/options.py").read_text(encoding="utf-8")
    assert "\n".join(lines) in "\n".join(line.strip() for line in options.splitlines())
    baseline = (CHECKOUT / "app/bin/npmlib/anomaly/baseline.py").read_text(encoding="utf-8")
    assert "options.minspread" in baseline.split("def _statistics(", 1)[1].split("\ndef ", 1)[0]


def test_the_folders_exist() -> None:
    section = TEXT.split("\n## Where things are\n", 1)[1].split("\n## ", 1)[0]
    folders = re.findall(r"`([\w/]+)`", "".join(re.findall(r"^\|([^|]*)\|", section, re.MULTILINE)))
    rooms = [
        f"workbench/{room.name}" for room in (CHECKOUT / "workbench").iterdir() if (room / "__init__.py").is_file()
    ]
    assert {folder.rstrip("/") for folder in folders} >= set(rooms)
    for folder in folders:
        assert (CHECKOUT / folder).is_dir(), folder


def test_every_make_target_has_a_time() -> None:
    makefile = (CHECKOUT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z-]+):.*## ", makefile, re.MULTILINE)) - {"help", "clean", "screenshots"}
    assert set(re.findall(r"^\| `make ([a-z-]+)` \|.* (?:\d+|several) (?:s|min) \|$", TEXT, re.MULTILINE)) == targets
