"""The two published detections, unmodified: exactly the findings that their bugs deserve.

docs/seed-findings.md shows them; ``make golden`` (pytest --update-golden) rewrites it.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.compiler.content_samples import lay_out_seeds
from workbench.compiler.finding import Finding
from workbench.compiler.rule import RULES
from workbench.compiler.run import check_folder

PAGE = Path(__file__).parents[2] / "docs" / "seed-findings.md"
OUTBOUND = "kubernetes_anomalous_outbound_network_activity_from_process"
EDGE = "kubernetes_newly_seen_tcp_edge"

# (seed, line, column, rule, the text that is wrong), and what comes of it
DESERVED = [
    (OUTBOUND, 10, 90, "NPM218", "earliest=-1h", "the lag of ten minutes is lost: late data points are never searched"),
    (OUTBOUND, 10, 242, "NPM217", "join", "behind 50,000 series the baseline is missing, and no alert comes"),
    (
        OUTBOUND,
        10,
        428,
        "NPM305",
        "by source.workload.name source.process.name",
        "a loud cluster hides the same workload in a quiet one",
    ),
    (
        OUTBOUND,
        10,
        346,
        "NPM304",
        "avg(udp.*) as stdev_udp.*",
        "UDP below four times its average is never reported, however steady",
    ),
    (EDGE, 11, 85, "NPM218", "earliest=-1h", "the lag of ten minutes is lost: late edges are never reported"),
    (EDGE, 13, 7, "NPM217", "append", "behind 10,000 or 50,000 edges known ones look new"),
    (
        EDGE,
        13,
        119,
        "NPM305",
        "by source.workload.name dest.workload.name",
        "an edge known in staging is known in production",
    ),
    (EDGE, 17, 29, "NPM303", 'current!="false"', "depending on how it is read, every edge is reported"),
]


def marked(finding: Finding) -> str:
    """The text that the carets stand under."""
    line = Path(finding.file).read_text(encoding="utf-8-sig").split("\n")[finding.line - 1]
    return line[finding.column - 1 : finding.column - 1 + finding.length]


@pytest.fixture
def findings(tmp_path: Path, shared: Path, monkeypatch: pytest.MonkeyPatch) -> list[Finding]:
    root = lay_out_seeds(tmp_path, shared)
    monkeypatch.chdir(root)
    return check_folder(root)[1]


def test_the_seeds_give_these_findings_and_no_others(findings: list[Finding]) -> None:
    assert sorted((Path(one.file).stem, one.line, one.column, one.rule, marked(one)) for one in findings) == sorted(
        deserved[:5] for deserved in DESERVED
    )
    assert {one.severity for one in findings} == {"error"}


def test_the_page_shows_them(findings: list[Finding], request: pytest.FixtureRequest) -> None:
    comes = {(seed, rule): what for seed, _, _, rule, _, what in DESERVED}
    lines = [
        "# What the compiler finds in the originals",
        "",
        "The two detections of Splunk's Enterprise Security Content Update that this app starts from, as published on",
        "2026-03-10, checked with `python build.py --check`. Made by `make golden`; do not edit.",
        "",
        "| Detection | Line:column | Rule | Text | Finding | What comes of it |",
        "| --- | --- | --- | --- | --- | --- |",
    ]
    for one in findings:
        seed = Path(one.file).stem
        rule = f"[{one.rule}](rules.md#{one.rule.lower()})"
        message = one.message.removeprefix("search: ").replace("*", "\\*")
        lines.append(
            f"| {seed} | {one.line}:{one.column} | {rule} | `{marked(one)}` | {message} | {comes[seed, one.rule]} |"
        )
    rules = (RULES[number] for number in sorted({one.rule for one in findings}))
    lines += ["", *(f"- {rule.id}: {rule.what} {rule.why}" for rule in rules), ""]
    page = "\n".join(lines)
    if request.config.getoption("--update-golden"):
        PAGE.write_text(page)
    assert PAGE.read_text() == page
