"""The search command: values without case, field names with case, multivalues by any of their values."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.replay.given_rows import context, run_on
from workbench.replay.errors import ReplayError
from workbench.replay.rows import Row

ROW = {"name": "Web-1", "count": 10, "digits": "7.50", "many": ("True", "false"), "empty": "", "gone": None}
ADDRESSES = {"ip": "10.1.2.3", "ips": ("192.0.2.1", "10.9.9.9"), "six": "2001:db8::5", "name": "10.0.0.0/8"}


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ('name="web-1"', True),
        ("name=WEB*", True),
        ("name=*1", True),
        ("name=*", True),
        ("name=we", False),
        ("Name=web-1", False),
        ("name=CASE(Web-1)", True),
        ("name=CASE(web-1)", False),
        ("name!=db", True),
        ("name!=web-1", False),
        ("gone!=db", False),
        ("missing!=db", False),
        ("NOT missing=db", True),
        ("gone=*", False),
        ('empty=""', True),
        ("empty=*", True),
        ("count=10.0", True),
        ("count>9", True),
        ("count>9 count<10", False),
        ("digits=7.5", True),
        ("digits>10", False),
        ("digits>=7.5 digits<=7.5", True),
        ("name>W", True),
        ("name>x", False),
        ('many="true"', True),
        ("many=FALSE", True),
        ("many=maybe", False),
        ("name IN (db, web*)", True),
        ("name IN (db, cache)", False),
        ("count=10 name=db OR name=web*", True),
        ("(count=10 name=db) OR name=cache", False),
        ("NOT count=10 OR name=web*", True),
        ("*", True),
        ("web", False),
    ],
)
def test_a_row_is_kept_when_the_filter_holds(text: str, kept: Any) -> None:
    assert run_on([ROW], f"search {text}") == ([ROW] if kept else [])


@pytest.mark.parametrize(("mv_ne", "kept"), [("any", 1), ("none", 0)])
def test_unequal_of_a_multivalue_is_a_switch(mv_ne: Any, kept: Any) -> None:
    found = run_on([ROW], 'search many="true" many!="false"', context(mv_ne=mv_ne))
    assert len(found) == kept


def test_unequal_of_a_multivalue_without_the_value_holds_under_both_readings() -> None:
    for mv_ne in ("any", "none"):
        assert run_on([ROW], "search many!=maybe", context(mv_ne=mv_ne)) == [ROW]


def test_words_are_looked_for_in_the_event_text() -> None:
    rows = [{"_raw": "GET /login failed"}, {"_raw": "GET /index"}]
    assert run_on(rows, 'search LOGIN "get /"') == rows[:1]
    assert run_on(rows, "search in*x") == rows[1:]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("search tcp.*=5", "a field name with wildcards, 'tcp.*', is not replayed"),
        ("search a=1 `m`", "macro `m` was not expanded"),
    ],
)
def test_what_is_not_replayed_is_an_error_before_any_row_is_read(text: str, message: str) -> None:
    def rows() -> Iterator[Row]:
        pytest.fail("a row was read")
        yield {}

    with pytest.raises(ReplayError, match="search") as caught:
        run_on(rows(), text)
    assert message in caught.value.message


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ('ip="10.0.0.0/8"', True),
        ("ip=10.1.2.0/24", True),
        ("ip=10.1.3.0/24", False),
        ("ip!=10.0.0.0/8", False),
        ("ip!=192.168.0.0/16", True),
        ("ip IN (192.168.0.0/16, 10.0.0.0/8)", True),
        ("NOT ip=10.0.0.0/8", False),
        ("ips=10.0.0.0/8", True),
        ("six=2001:db8::/32", True),
        ("six=10.0.0.0/8", False),
        ("ip=2001:db8::/32", False),
        ("ip=10.1.2.3/x", False),
        ("name=10.0.0.0/8", True),
    ],
)
def test_a_block_of_addresses_stands_for_its_addresses(text: str, kept: bool) -> None:
    assert bool(run_on([ADDRESSES], f"search {text}")) is kept


@pytest.mark.parametrize(
    ("subsearch", "kept"),
    [
        ('makeresults | eval name="web-1", count=10', True),
        ('makeresults | eval name="web-1", count=11', False),
        ('makeresults | eval name=split("db,web-1", ",")', True),
        ("makeresults count=2 | eval name=null()", True),
        ("makeresults count=0", False),
    ],
)
def test_a_subsearch_stands_for_the_condition_that_one_of_its_rows_holds(subsearch: str, kept: bool) -> None:
    assert run_on([ROW], f"search [ {subsearch} ]") == ([ROW] if kept else [])
    assert run_on([ROW], f"search NOT (count=11 OR [ {subsearch} ])") == ([] if kept else [ROW])


def test_a_field_of_a_subsearch_that_splunk_inserts_without_its_name_is_refused() -> None:
    with pytest.raises(ReplayError, match="a field query of the subsearch of a filter is not replayed"):
        run_on([ROW], 'search [ makeresults | eval query="web" ]')
