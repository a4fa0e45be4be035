"""``python build.py --check`` and ``--lock`` as a person or an editor runs them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.compiler.content_samples import DETECTION, MACRO_FILE, write_sample

CHECKOUT = Path(__file__).parents[2]
Copy = Callable[[Path], Path]


def run(*arguments: str, checkout: Path = CHECKOUT, folder: Path | None = None) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, str(checkout / "build.py"), *arguments],
        capture_output=True,
        text=True,
        check=False,
        cwd=folder or checkout,
        env=os.environ | {"PYTHONDONTWRITEBYTECODE": "1"},
    )


def test_our_own_content_is_clean() -> None:
    done = run("--check", "--format", "json")
    assert (done.returncode, done.stdout, done.stderr) == (0, "[]\n", "")
    done = run("--check")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_findings_come_as_text_with_the_wrong_text_marked(tmp_path: Path) -> None:
    content = write_sample(tmp_path / "content", (DETECTION, "lookup sample_table", "lookup sample_tables"))
    done = run("--check", "--content", str(content), folder=content)
    assert done.returncode == 1
    assert done.stdout.splitlines() == [
        f"{DETECTION}:12:12: error NPM216: search: unknown lookup sample_tables (did you mean sample_table?); "
        "correct the name or add lookups/sample_tables.yml",
        "      | lookup sample_tables host as k8s.cluster.name OUTPUT owner",
        "               ^^^^^^^^^^^^^",
    ]
    assert done.stderr == "1 finding\n"


def test_findings_come_as_json_with_exactly_these_keys(tmp_path: Path) -> None:
    content = write_sample(
        tmp_path / "content",
        (DETECTION, "version: 4", "version: four"),
        (DETECTION, "avg(tcp.bytes) as bytes", "avg(tcp.bytes) as max_bytes"),
        (MACRO_FILE, "index=sample", "index=sample `nothing`"),
    )
    done = run("--check", "--format", "json", "--content", str(content), folder=content)
    assert (done.returncode, done.stderr) == (1, "")
    findings = json.loads(done.stdout)
    assert [(one["rule"], one["file"], one["line"], one["column"]) for one in findings] == [
        ("NPM011", DETECTION, 3, 10),
        ("NPM304", DETECTION, 11, 12),
        ("NPM208", MACRO_FILE, 2, 26),
    ]
    for one in findings:
        assert list(one) == ["rule", "severity", "file", "line", "column", "message", "fix"]
        assert all(one.values())


def test_a_warning_is_a_finding_but_stops_no_build(tmp_path: Path, copy_checkout: Copy) -> None:
    checkout = copy_checkout(tmp_path / "checkout")
    (checkout / "contentctl/macros/idle.yml").write_text("name: idle\ndefinition: a=1\ndescription: Idle.\n")
    assert run("--check", checkout=checkout).returncode == 1
    done = run(checkout=checkout)
    assert done.returncode == 0
    assert "contentctl/macros/idle.yml:1:7: warning NPM211: name: `idle` is never called" in done.stderr
    assert len(list((checkout / "dist").iterdir())) == 1


def test_errors_stop_a_build_with_nothing_written(tmp_path: Path, copy_checkout: Copy) -> None:
    checkout = copy_checkout(tmp_path / "checkout")
    (checkout / "app/app.manifest").write_text("{")
    done = run("--format", "json", checkout=checkout)
    assert done.returncode == 1
    assert [one["rule"] for one in json.loads(done.stdout)] == ["NPM702"]
    assert done.stderr == "1 finding; nothing was written\n"
    assert not (checkout / "dist").exists()


def test_a_folder_without_content_is_one_finding(tmp_path: Path) -> None:
    done = run("--check", "--format", "json", "--content", str(tmp_path))
    (one,) = json.loads(done.stdout)
    assert (one["rule"], one["fix"]) == ("NPM022", "give the folder that holds contentctl.yml")


@pytest.mark.parametrize("bump", [False, True], ids=["same version", "new version"])
def test_a_locked_search_changes_only_with_its_version(bump: bool, tmp_path: Path) -> None:
    content = write_sample(tmp_path)
    assert run("--lock", "--content", str(content)).stdout == f"{content}/searches.lock.json\n"
    assert run("--check", "--content", str(content)).returncode == 0
    text = (content / DETECTION).read_text().replace("avg(tcp.bytes)", "max(tcp.bytes)")
    (content / DETECTION).write_text(text.replace("version: 4", "version: 5") if bump else text)
    done = run("--check", "--format", "json", "--content", str(content))
    assert [one["rule"] for one in json.loads(done.stdout)] == ([] if bump else ["NPM601"])
    run("--lock", "--content", str(content))
    assert run("--check", "--content", str(content)).returncode == 0


def test_the_committed_lock_is_in_step_with_our_content(tmp_path: Path, copy_checkout: Copy) -> None:
    checkout = copy_checkout(tmp_path / "checkout")
    assert run("--lock", checkout=checkout).returncode == 0
    lock = "contentctl/searches.lock.json"
    assert (checkout / lock).read_text() == (CHECKOUT / lock).read_text(), "run make lock"


def test_content_that_cannot_be_read_is_not_locked(tmp_path: Path) -> None:
    content = write_sample(tmp_path, (DETECTION, "version: 4", "version: four"))
    done = run("--lock", "--content", str(content))
    assert done.returncode == 1
    assert "NPM011" in done.stderr
    assert not (content / "searches.lock.json").exists()


BROKEN = (
    (DETECTION, "version: 4", "version: four"),
    (DETECTION, "avg(tcp.bytes) as bytes", "avg(tcp.bytes) as max_bytes"),
    (MACRO_FILE, "index=sample", "index=sample `nothing`"),
)


@pytest.mark.parametrize(
    ("options", "rules"),
    [
        ((), ["NPM011", "NPM304", "NPM208"]),
        (("--only", "NPM304"), ["NPM304"]),
        (("--only", "NPM0,npm208"), ["NPM011", "NPM208"]),
        (("--ignore", "NPM2 NPM011"), ["NPM304"]),
        (("--only", "NPM2,NPM3", "--ignore", "NPM304"), ["NPM208"]),
        (("--only", "NPM5"), []),
    ],
)
def test_only_and_ignore_choose_rules_and_groups(options: tuple[str, ...], rules: list[str], tmp_path: Path) -> None:
    done = run("--check", *options, "--format", "json", "--content", str(write_sample(tmp_path, *BROKEN)))
    assert [one["rule"] for one in json.loads(done.stdout)] == rules
    assert done.returncode == bool(rules)


def test_a_rule_that_does_not_exist_is_refused() -> None:
    done = run("--check", "--only", "NPM999")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "build.py: NPM999 is not a rule or the beginning of one, such as NPM217 or NPM2\n"


def test_a_build_looks_for_everything() -> None:
    done = run("--ignore", "NPM217")
    assert done.returncode == 2
    assert "--only and --ignore go with --check" in done.stderr
