"""Macro expansion."""

from __future__ import annotations

import pytest

from workbench.replay import macros
from workbench.replay.errors import ReplayError
from workbench.replay.macros import Macro, expand


def table(*entries: Macro) -> dict[str, Macro]:
    return {entry.key: entry for entry in entries}


MACROS = table(
    Macro("kubernetes_metrics", (), "index=kubernetes_metrics"),
    Macro("detection_filter", (), "search *"),
    Macro("over", ("field", "limit"), "where '$field$' > $limit$"),
    Macro("over", ("field",), "`over($field$, 5)`"),
    Macro("nothing", (), ""),
    Macro("price", (), "a$b c$"),
)


@pytest.mark.parametrize(
    ("text", "expanded"),
    [
        ("| mstats count(x) where `kubernetes_metrics` by y", "| mstats count(x) where index=kubernetes_metrics by y"),
        ("a | `detection_filter`", "a | search *"),
        ("`over(tcp.bytes, 7)`", "where 'tcp.bytes' > 7"),
        ("`over(tcp.bytes)`", "where 'tcp.bytes' > 5"),
        ('`over("a, b", 7)`', "where 'a, b' > 7"),
        ("`over(max(a, b), 7)`", "where 'max(a, b)' > 7"),
        ("`over(limit=7, field=x)`", "where 'x' > 7"),
        ("x `nothing` y", "x  y"),
        ("`price`", "a$b c$"),
        ("`kubernetes_metrics` `kubernetes_metrics`", "index=kubernetes_metrics index=kubernetes_metrics"),
    ],
)
def test_a_call_gives_way_to_the_definition(text: str, expanded: str) -> None:
    assert expand(text, MACROS) == expanded


@pytest.mark.parametrize("text", ['eval a="see `nothing`"', 'eval a="\\"`x`"', "search a ```calls `unknown` ```"])
def test_strings_and_comments_stay_as_they_are(text: str) -> None:
    assert expand(text, MACROS) == text


@pytest.mark.parametrize(
    ("text", "place", "said"),
    [
        ("| a\n| `no_such`", "line 2, column 3", "macro `no_such` is unknown"),
        ("`over(a, b, c)`", "line 1, column 1", "is called with 3 arguments, but macros.conf has over(1), over(2)"),
        ("`kubernetes_metrics(1)`", "line 1, column 1", "called with 1 arguments"),
        ("x `open", "line 1, column 3", "no closing backtick"),
        ("x ```open", "line 1, column 3", "no closing ```"),
        ("`over(limit=7, limit=8)`", "line 1, column 1", "an argument twice by name"),
        ("` `", "line 1, column 1", "is no macro call"),
    ],
)
def test_a_call_that_cannot_be_expanded_is_an_error_with_its_place(text: str, place: str, said: str) -> None:
    with pytest.raises(ReplayError) as error:
        expand(text, MACROS)
    assert place in str(error.value)
    assert said in str(error.value)


def test_a_macro_that_calls_itself_by_way_of_another_is_an_error() -> None:
    with pytest.raises(ReplayError, match=r"in macro `b`: macro `a` calls itself"):
        expand("`a`", table(Macro("a", (), "`b`"), Macro("b", (), "`a`")))


def test_stanzas_become_macros_and_must_agree_with_their_names() -> None:
    read = macros.from_stanzas({"m(2)": {"args": "a, b", "definition": "$a$ $b$"}, "n": {"definition": "x"}})
    assert read == table(Macro("m", ("a", "b"), "$a$ $b$"), Macro("n", (), "x"))
    for stanza, settings in {"m(2)": {"args": "a", "definition": ""}, "n": {"args": "a"}, "o": {}}.items():
        with pytest.raises(ReplayError, match=r"macros\.conf \["):
            macros.from_stanzas({stanza: settings})


@pytest.mark.parametrize("setting", [{"iseval": "1"}, {"validation": "isnum(a)"}])
def test_settings_that_are_not_replayed_are_an_error_where_the_macro_is_used(setting: dict[str, str]) -> None:
    read = macros.from_stanzas({"m": {"definition": "x", **setting}})
    with pytest.raises(ReplayError, match=r"macro `m` uses (iseval|validation), which the replay does not know"):
        expand("`m`", read)
