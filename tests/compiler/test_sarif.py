"""``--format sarif``: what code hosts show at the line, in the form that SARIF 2.1.0 prescribes."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import jsonschema
import pytest

from tests.compiler.content_samples import DETECTION, write_sample
from tests.compiler.test_check_command import run
from workbench.compiler import build
from workbench.compiler.finding import finding
from workbench.compiler.rule import RULES
from workbench.compiler.sarif import as_sarif

assert build  # its import enters all rules
TEXT = {"type": "object", "required": ["text"], "properties": {"text": {"type": "string", "minLength": 1}}}
LEVEL = {"enum": ["none", "note", "warning", "error"]}
LINE = {"type": "integer", "minimum": 1}
# The parts of the OASIS schema (errata 01) that this log uses, each closed, so that no other property slips in.
SCHEMA: dict[str, Any] = {
    "type": "object",
    "required": ["version", "runs"],
    "additionalProperties": False,
    "properties": {
        "$schema": {"type": "string", "format": "uri"},
        "version": {"const": "2.1.0"},
        "runs": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["tool"],
                "additionalProperties": False,
                "properties": {
                    "tool": {
                        "type": "object",
                        "required": ["driver"],
                        "additionalProperties": False,
                        "properties": {"driver": {"$ref": "#/$defs/driver"}},
                    },
                    "columnKind": {"enum": ["utf16CodeUnits", "unicodeCodePoints"]},
                    "results": {"type": "array", "items": {"$ref": "#/$defs/result"}},
                },
            },
        },
    },
    "$defs": {
        "driver": {
            "type": "object",
            "required": ["name"],
            "additionalProperties": False,
            "properties": {
                "name": {"type": "string"},
                "rules": {"type": "array", "uniqueItems": True, "items": {"$ref": "#/$defs/rule"}},
            },
        },
        "rule": {
            "type": "object",
            "required": ["id"],
            "additionalProperties": False,
            "properties": {
                "id": {"type": "string"},
                "name": {"type": "string"},
                "shortDescription": TEXT,
                "fullDescription": TEXT,
                "help": TEXT,
                "helpUri": {"type": "string", "pattern": "^https://"},
                "defaultConfiguration": {
                    "type": "object",
                    "additionalProperties": False,
                    "properties": {"level": LEVEL},
                },
            },
        },
        "result": {
            "type": "object",
            "required": ["message"],
            "additionalProperties": False,
            "properties": {
                "ruleId": {"type": "string"},
                "ruleIndex": {"type": "integer", "minimum": -1},
                "level": LEVEL,
                "message": TEXT,
                "locations": {"type": "array", "items": {"$ref": "#/$defs/location"}},
            },
        },
        "location": {
            "type": "object",
            "additionalProperties": False,
            "properties": {
                "physicalLocation": {
                    "type": "object",
                    "additionalProperties": False,
                    "properties": {
                        "artifactLocation": {"type": "object", "properties": {"uri": {"type": "string"}}},
                        "region": {
                            "type": "object",
                            "additionalProperties": False,
                            "properties": dict.fromkeys(("startLine", "startColumn", "endColumn"), LINE),
                        },
                    },
                }
            },
        },
    },
}


def read(log: str) -> dict[str, Any]:
    """Return the one run of a log, held against the schema."""
    parsed = json.loads(log)
    jsonschema.validate(parsed, SCHEMA)
    (run_of,) = parsed["runs"]
    assert isinstance(run_of, dict)
    return run_of


def test_a_finding_is_at_the_characters_that_are_meant(tmp_path: Path) -> None:
    content = write_sample(tmp_path, (DETECTION, "lookup sample_table", "lookup sample_tables"))
    done = run("--check", "--format", "sarif", "--content", ".", folder=content)
    assert (done.returncode, done.stderr) == (1, "")
    (result,) = read(done.stdout)["results"]
    assert result == {
        "ruleId": "NPM216",
        "ruleIndex": sorted(RULES).index("NPM216"),
        "level": "error",
        "message": {
            "text": "search: unknown lookup sample_tables (did you mean sample_table?); "
            "correct the name or add lookups/sample_tables.yml"
        },
        "locations": [
            {
                "physicalLocation": {
                    "artifactLocation": {"uri": DETECTION},
                    "region": {"startLine": 12, "startColumn": 12, "endColumn": 25},
                }
            }
        ],
    }


def test_content_without_findings_is_a_run_without_results(tmp_path: Path) -> None:
    done = run("--check", "--format", "sarif", "--content", str(write_sample(tmp_path)))
    assert done.returncode == 0
    assert read(done.stdout)["results"] == []


def test_every_rule_says_what_it_finds_at_its_index() -> None:
    driver = read(as_sarif([]))["tool"]["driver"]
    assert [rule["id"] for rule in driver["rules"]] == sorted(RULES)
    for rule in driver["rules"]:
        assert re.fullmatch(r"([A-Z][a-z]*)+", rule["name"])
        assert RULES[rule["id"]].what in rule["help"]["text"]


@pytest.mark.parametrize(
    ("file", "uri"),
    [
        ("a b/é#1.yml", "a%20b/%C3%A9%231.yml"),
        ("/srv/a b.yml", "file:///srv/a%20b.yml"),
    ],
)
def test_a_file_is_named_by_an_address_that_leads_back_to_it(file: str, uri: str) -> None:
    (result,) = read(as_sarif([finding(RULES["NPM001"], file, "file: is wrong", "correct it")]))["results"]
    assert result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == uri
    assert unquote(urlsplit(uri).path) == file
