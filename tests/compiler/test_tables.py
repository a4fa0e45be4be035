"""Tables of lookups as Splunk reads them: what is taken for a table, and which columns it has (NPM106, NPM306)."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.compiler.content_samples import write_sample
from workbench.compiler.finding import Finding
from workbench.compiler.run import check_folder

APP = Path(__file__).parents[2] / "app"


def findings(root: Path, table: bytes) -> list[Finding]:
    content = write_sample(root)
    (content / "lookups" / "sample_table.csv").write_bytes(table)
    return check_folder(content)[1]


@pytest.mark.parametrize(
    "table",
    [
        pytest.param(b"host,owner\r\na,ann\r\n", id="line ends of Windows"),
        pytest.param(b"host,owner\na,ann\n\nb,ben\n\n", id="empty lines"),
        pytest.param(b"host,owner\na,ann\n  \n", id="a line of blanks"),
        pytest.param(b"host, owner \na,ann\n", id="blanks around a name"),
        pytest.param(b'"host","owner"\n"a","ann, ben"\n', id="quotes"),
        pytest.param(b'host,owner\na,"two\r\nlines"\n', id="a cell of two lines"),
        pytest.param(b"host,owner", id="no line end"),
    ],
)
def test_a_table_that_splunk_reads_passes(table: bytes, tmp_path: Path) -> None:
    assert findings(tmp_path, table) == []


@pytest.mark.parametrize(
    ("table", "message"),
    [
        pytest.param(b"\xef\xbb\xbfhost,owner\n", "has a byte order mark", id="byte order mark"),
        pytest.param(b"host,owner\na\0,b\n", "has a NUL byte", id="NUL"),
        pytest.param(b"host,owner\na\n", "line 2 has 1 columns, the header 2", id="a cell too few"),
        pytest.param(b"host,owner\r\n\r\na,b,c\r\n", "line 3 has 3 columns, the header 2", id="a cell too many"),
        pytest.param(b"host,owner\n,,\n", "line 2 has 3 columns, the header 2", id="empty cells too many"),
        pytest.param(b"host,owner,host \n", "has no header of distinct names", id="a name twice"),
        pytest.param(b"host,owner,\n", "has no header of distinct names", id="no name"),
        pytest.param(b"host,owner\n\xff,a\n", "is not CSV in UTF-8", id="not UTF-8"),
    ],
)
def test_a_table_that_splunk_reads_otherwise_is_found(table: bytes, message: str, tmp_path: Path) -> None:
    found = [finding.message for finding in findings(tmp_path, table) if finding.rule == "NPM106"]
    assert [message in text for text in found] == [True]


KEYS = "cluster,namespace,workload,process"
BASELINE = f"{KEYS},count_tcp.bytes,avg_tcp.bytes,stdev_tcp.bytes\nprod,shop,web,nginx,200,1e3,"
LEVELS = f"{KEYS},accepted_at,up_to\nprod,shop,web,*,"


def refused(root: Path, command: str, lookup: str, table: str) -> list[str]:
    """What is found in a table that ships, where a search gives it to a command of the app."""
    content = write_sample(root)
    lookups, detection = content / "lookups", content / "detections/network/sample_detection.yml"
    described = (lookups / "sample_table.yml").read_text().replace("sample_table", lookup)
    (lookups / f"{lookup}.yml").write_text(re.sub("id: .{8}", "id: 99999999", described))
    (lookups / f"{lookup}.csv").write_text(table)
    search = detection.read_text()
    detection.write_text(
        search.replace("  | `sample_detection_filter`", f"  | {command}\n  | `sample_detection_filter`")
    )
    return [finding.message for finding in check_folder(content, APP)[1] if finding.rule == "NPM106"]


@pytest.mark.parametrize(
    ("stdev", "message"),
    [
        pytest.param("5", None, id="a number"),
        pytest.param("", None, id="an empty cell"),
        pytest.param("five", "line 2: 'five' is not a number", id="a word"),
        pytest.param("-1", "line 2: a count or a standard deviation is below 0", id="below 0"),
        pytest.param("nan", "line 2", id="nan"),
        pytest.param("1e999", "line 2", id="beyond all numbers"),
        pytest.param("\uff15", "line 2: '\uff15' is not a number", id="a full-width digit"),
        pytest.param("1_0", "line 2: '1_0' is not a number", id="an underscore"),
        pytest.param("0x10", "line 2: '0x10' is not a number", id="hexadecimal"),
        pytest.param(" 5 apples", "is not a number", id="a unit"),
    ],
)
def test_a_baseline_that_npmanomaly_refuses_is_found(stdev: str, message: str | None, tmp_path: Path) -> None:
    found = refused(tmp_path, "npmanomaly baseline=npm_usual metrics=tcp.bytes", "npm_usual", f"{BASELINE}{stdev}\n")
    assert [message in text for text in found if message] == ([True] if message else found)


@pytest.mark.parametrize(
    "cells",
    [
        "2026-03-01,3",
        "1.77E+09,3",
        "46081.958,",
        "2026-02-30,",
        "2026-03-01,300%",
        "1772337600000,3",
        "1772337600s,",
        "\uff11\uff17\uff17\uff12\uff13\uff13\uff17\uff16\uff10\uff10,3",
        "2026-03-01,\uff13",
        "03/01/2026,3",
        "2026-03-01,0.5",
        "2026-03-01,1e3",
        " 2026-03-01,3",
        ",3",
    ],
)
def test_an_accepted_level_that_npmlearn_does_not_use_is_found(cells: str, tmp_path: Path) -> None:
    found = refused(tmp_path, "npmlearn accept=npm_levels", "npm_levels", f"{LEVELS}{cells}\n")
    assert ["row 2" in text for text in found] == ([] if cells == "2026-03-01,3" else [True])
