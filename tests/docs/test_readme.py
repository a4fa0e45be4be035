"""What README.md and the documents say is what the code does."""

from __future__ import annotations

import json
import re
from pathlib import Path

from workbench.compiler.build import Package
from workbench.evaluate.aims import MONTH
from workbench.evaluate.study import BENCHMARK, SERVERS
from workbench.replay.app import App
from workbench.spl.tree import Fields

CHECKOUT = Path(__file__).parents[2]
README = (CHECKOUT / "README.md").read_text(encoding="utf-8")


def table_under(heading: str) -> list[list[str]]:
    """Rows of the first table below a heading, without its head."""
    section = README.split(f"## {heading}\n", 1)[1].split("\n## ", 1)[0]
    lines = [line for line in section.splitlines() if line.startswith("|")]
    rows = [[cell.strip().strip("`") for cell in line.strip("|").split("|")] for line in lines]
    return [row for row in rows[1:] if not set("".join(row)) <= {"-", ":"}]


def test_the_finding_in_the_readme_has_fields_that_the_detection_gives(built: Package) -> None:
    from workbench.spl.parser import parse

    app = App.load(built.staged)
    (search,) = (found for name, found in app.saved_searches.items() if "Anomalous Outbound" in name)
    commands = parse(app.expand(search.search)).commands
    fields = [command for command in commands if isinstance(command, Fields)][-1]
    shown = {name.strip() for row in table_under("A finding") for name in row[0].split("(")[0].split(",")} - {""}
    assert shown - {"risk_message"} <= set(fields.names)


def test_the_figures_of_the_profile_are_those_of_the_evaluation() -> None:
    figures = json.loads((CHECKOUT / "docs" / "detection-quality.json").read_text(encoding="utf-8"))
    sets = [figures["sets"][name]["detectors"] for name in (SERVERS, BENCHMARK)]
    measured = [
        [
            *(f"{detectors[name]['findings'] * MONTH:.1f}" for detectors in sets),
            *(f"{detectors[name]['recall']:.2f}" for detectors in sets),
        ]
        for name in ("original", "quiet", "loud", "hunting")
    ]
    assert [row[1:] for row in table_under("How well it works")] == measured


def test_every_make_target_that_is_named_exists() -> None:
    texts = [path.read_text(encoding="utf-8") for path in (CHECKOUT / "README.md", CHECKOUT / "CONTRIBUTING.md")]
    named = {target for text in texts for target in re.findall(r"(?:`|^ +)make ([a-z]+)\b", text, re.MULTILINE)}
    there = set(re.findall(r"^([a-z]+):", (CHECKOUT / "Makefile").read_text(), re.MULTILINE))
    assert named <= there


def test_every_relative_link_leads_somewhere() -> None:
    for document in [CHECKOUT / "README.md", CHECKOUT / "CONTRIBUTING.md", *(CHECKOUT / "docs").glob("*.md")]:
        prose = re.sub(r"(`+)[^\n]+?\1(?!`)", "", document.read_text(encoding="utf-8"))  # a pattern in code is no link
        for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", prose):
            assert (document.parent / target).exists(), f"{document.name} links to {target}"


def test_the_assumptions_are_numbered_and_each_has_a_probe() -> None:
    text = (CHECKOUT / "docs" / "assumptions.md").read_text(encoding="utf-8")
    rows = [re.split(r"(?<!\\)\|", line)[1:-1] for line in text.splitlines() if re.match(r"\| \d", line)]
    assert [int(row[0]) for row in rows] == list(range(1, len(rows) + 1))
    assert all(row[2].count("`") >= 2 for row in rows)


# What is meant by the number of an assumption, wherever one is named: rows move when one is settled.
MEANT = {3: "50,000 rows", 5: "risk message", 6: "Throttling", 17: "image_version", 20: "export a macro"}


def test_the_number_of_an_assumption_is_that_of_the_row_that_is_meant() -> None:
    rows = (CHECKOUT / "docs" / "assumptions.md").read_text(encoding="utf-8").splitlines()
    pages = [page.read_text(encoding="utf-8") for page in (CHECKOUT / "docs").rglob("*.md")]
    named = re.findall(r"\[assumptions?\s+(\d+)(?:\s+and\s+(\d+))?\]", "\n".join(pages))
    assert {int(number) for pair in named for number in pair if number} == set(MEANT)
    for number, words in MEANT.items():
        (row,) = (row for row in rows if row.startswith(f"| {number} |"))
        assert words in row


def test_the_table_of_differences_has_a_test_for_each_line_that_can_be_shown() -> None:
    tests = "\n".join(path.read_text() for path in (CHECKOUT / "tests" / "detections").glob("test_*.py"))
    for name in (
        "takes_the_udp_average",
        "mixes_clusters",
        "join_cuts_off",
        "constant_and_forgets_why",
        "append_is_cut_off",
        "late_data",
        "made_up_for",
        "reading_of_a_multivalue",
        "still_learning",
    ):
        assert name in tests


def test_the_readme_fits_on_two_screens() -> None:
    assert len(README.splitlines()) < 100
