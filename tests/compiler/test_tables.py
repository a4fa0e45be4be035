"""Tables of lookups as Splunk reads them: what is taken for a table, and which columns it has (NPM106, NPM306)."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.compiler.content_samples import write_sample
from workbench.compiler.finding import Finding
from workbench.compiler.run import check_folder


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
