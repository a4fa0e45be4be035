"""What may be typed after npmlearn, and what the checks of content know of it."""

from __future__ import annotations

import pytest
from npmlib.errors import SearchError
from npmlib.learn.options import RESULT_FIELDS, LearnOptions, parse_options, unit

from tests.app.conftest import ROOT
from workbench.compiler.owncommands import RESULT_FIELDS as KNOWN
from workbench.compiler.owncommands import own_commands
from workbench.spl.fields.sets import FieldSet


def test_defaults() -> None:
    options = parse_options({})
    assert options.by == ("cluster", "namespace", "workload", "process")
    assert options.metrics == ("tcp.bytes", "tcp.new_sockets", "tcp.packets", "udp.bytes", "udp.packets")
    assert options.accept == "npm_accepted_levels"


def test_all_options() -> None:
    typed = {"by": "cluster, process", "metrics": "tx.bytes", "accept": "deploys"}
    assert parse_options(typed) == LearnOptions(("cluster", "process"), ("tx.bytes",), "deploys")


@pytest.mark.parametrize("name", ["hour", "kind", "metric", "profile", "expected"])
def test_a_field_of_a_series_must_not_be_a_column_that_is_written(name: str) -> None:
    with pytest.raises(SearchError, match=f"by names '{name}', which is a column that npmlearn writes"):
        parse_options({"by": f"cluster,{name}"})


@pytest.mark.parametrize("name", ["", "../x", "a/b", "x.csv", "-x", "x y"])
def test_a_lookup_has_a_bare_name(name: str) -> None:
    with pytest.raises(SearchError, match=r"accept='.*' must be the bare name of a lookup"):
        parse_options({"accept": name})


def test_all_mistakes_are_reported_at_once() -> None:
    with pytest.raises(SearchError) as refused:
        parse_options({"by": "a,,b", "metrics": "x,x", "accept": "/etc"})
    assert str(refused.value).count(";") == 3


@pytest.mark.parametrize(
    ("metric", "expected"), [("tcp.bytes", 1000), ("udp.bytes", 1000), ("tcp.packets", 1), ("bytes", 1)]
)
def test_unit(metric: str, expected: float) -> None:
    assert unit(metric) == expected


def test_the_help_has_the_options_and_the_checks_of_content_the_columns() -> None:
    command = own_commands(ROOT / "app")["npmlearn"]
    assert set(command.options) == {"by", "metrics", "accept", "deploys", "table", "floors"}
    assert command.lookups == {"accept", "deploys", "table"}
    assert not command.generating
    before = FieldSet.of(["anything"])
    default = parse_options({}).by
    assert set(KNOWN["npmlearn"]("", before).fields) == {*default, *RESULT_FIELDS}
    assert set(KNOWN["npmlearn"]('by="a,b" metrics=x', before).fields) == {"a", "b", *RESULT_FIELDS}
