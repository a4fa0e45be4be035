"""What the field flow promises holds for the rows of the replay, which knows nothing of it: random pipelines."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.examples import examples
from tests.replay.given_rows import context
from workbench.replay import engine
from workbench.replay.context import SearchContext
from workbench.replay.rows import Row, as_number
from workbench.spl.fields.flow import FieldSet, LookupTable, field_flow
from workbench.spl.parser import parse_subsearch
from workbench.spl.tree import Search

FIELDS = ("a", "b", "c", "x_a", "x_b", "t.u")
TABLES = {"one": LookupTable(("k", "v", "w"), max_matches=1), "many": LookupTable(("k", "v"), max_matches=100)}

field = st.sampled_from(FIELDS)
value = st.one_of(st.none(), st.integers(-2, 3), st.sampled_from(["", "0", "p", "q", "2.5"]), st.just(("p", "q")))
rows = st.lists(st.dictionaries(field, value, max_size=len(FIELDS)), max_size=5)


def quoted(name: str) -> str:
    return f"'{name}'" if "." in name else name


term = field.map(quoted)
condition: st.SearchStrategy[str] = st.deferred(
    lambda: st.one_of(
        st.builds("{} {} {}".format, term, st.sampled_from(["=", "!=", ">", "<="]), st.one_of(term, st.just("0"))),
        st.builds("{}({})".format, st.sampled_from(["isnull", "isnotnull", "isnum", "NOT isstr"]), term),
        st.builds('like({}, "%p%")'.format, term),
        st.builds('{} IN ("p", 2)'.format, term),
        st.builds("({}) {} ({})".format, condition, st.sampled_from(["AND", "OR"]), condition),
        st.builds("NOT ({})".format, condition),
    )
)
expression: st.SearchStrategy[str] = st.deferred(
    lambda: st.one_of(
        term,
        st.sampled_from(["1", "0", '"p"', "null()", "now()", 'split("p,q", ",")']),
        st.builds("({} {} {})".format, expression, st.sampled_from(["+", "-", "*", "/", "%", "."]), expression),
        st.builds("if({}, {}, {})".format, condition, expression, expression),
        st.builds("case({}, {}, {}, {})".format, condition, expression, condition, expression),
        st.builds("case({}, {}, true(), {})".format, condition, expression, expression),
        st.builds("case({0} > 1, {1}, {0} <= 1, {2})".format, term, expression, expression),
        st.builds("case(isnull({0}), {1}, isnotnull({0}), {0})".format, term, expression),
        st.builds(
            "{}({})".format,
            st.sampled_from(["abs", "round", "len", "lower", "tostring", "tonumber", "mvcount", "mvdedup", "exact"]),
            expression,
        ),
        st.builds(
            "{}({}, {})".format,
            st.sampled_from(["coalesce", "min", "max", "mvappend", "nullif", "mvzip", "pow"]),
            expression,
            expression,
        ),
        st.builds('mvjoin({}, "+")'.format, expression),
        st.builds("mvindex({}, {})".format, expression, st.sampled_from(["0", "1", "-1", "0, 1"])),
        st.builds('replace({}, "p", "")'.format, expression),
        st.builds("substr({}, 1, 1)".format, expression),
        st.builds('strftime({}, "%H")'.format, expression),
    )
)
function = st.sampled_from(
    ["count", "dc", "sum", "avg", "min", "max", "values", "list", "first", "last", "mode", "latest", "stdev", "perc90"]
)
aggregation = st.one_of(
    st.builds("{}({}) as {}".format, function, field, st.sampled_from(["n", "e", "x_d"])),
    st.just("count as n"),
    st.builds("count(eval({})) as n".format, condition),
    st.builds("{}(x_*) as *_y".format, function),
)
by = st.one_of(st.just(""), st.builds("by {}".format, field), st.just("by a b"))
comparison = st.one_of(
    st.builds("{}{}{}".format, field, st.sampled_from(["=", "!=", ">", "<="]), st.sampled_from(["p", "0", "*", "2"])),
    st.builds("{} IN (p, 2)".format, field),
)
filtering = st.one_of(
    comparison,
    st.builds("NOT {}".format, comparison),
    st.builds("{} OR {}".format, comparison, comparison),
    st.builds("({} OR NOT {}) {}".format, comparison, comparison, comparison),
)
subsearch = st.one_of(
    st.just('makeresults | eval a=1, b=split("p,q", ",")'),
    st.just("inputlookup one | rename k as a"),
    st.builds("makeresults count=2 | streamstats count as a | eval b={}, d=if(a=1, null(), 2)".format, st.just('"p"')),
)
foreach = st.sampled_from(
    [
        "foreach x_* [ eval <<FIELD>>=coalesce('<<FIELD>>', 0) ]",
        "foreach x_* [ eval s=coalesce(s, 0) + 1, <<MATCHSTR>>_z='<<FIELD>>' * 2 ]",
        "foreach x_* a [ eval last='<<FIELD>>', n_<<MATCHSTR>>=last . \"p\" ]",
        "foreach x_* [ eval c=if(isnull('x_<<MATCHSTR>>'), c, '<<MATCHSTR>>') ]",
        "foreach * [ eval w='<<FIELD>>' ]",
    ]
)
target = st.sampled_from(["a", "b", "x_a", "x_d", "e"])
command = st.one_of(
    st.builds("eval {}={}".format, target, expression),
    st.builds("eval {}={}, {}={}".format, target, expression, target, expression),
    st.builds("where {}".format, condition),
    st.builds("search {}".format, filtering),
    st.builds("{} {} {}".format, st.sampled_from(["stats", "eventstats", "streamstats"]), aggregation, by),
    st.builds("eventstats {}({}) as {} {}".format, function, field, field, by),
    st.builds("streamstats current=f {} {}".format, aggregation, by),
    st.builds("rename {} as {}".format, field, target),
    st.just("rename a as b, b as c"),
    st.builds("fields {}{}".format, st.sampled_from(["", "- "]), st.sampled_from(["a b", "x_*", "a, t.*", "*_a", "e"])),
    st.builds("table {}".format, st.sampled_from(["a b", "x_*", "e a", "*"])),
    st.builds("fillnull {}".format, st.sampled_from(["", "a", "value=p x_a b", "e"])),
    st.builds("mvexpand {}".format, field),
    st.builds("dedup {}".format, st.sampled_from(["a", "a b", "b keepempty=t"])),
    st.sampled_from(["sort 0 a", "head 2", "addinfo", "head (a > 0)", "eval _time=a"]),
    st.sampled_from(["bin _time span=2s", "bin span=2s _time as e"]),
    st.builds("lookup {} k as {} {}".format, st.sampled_from(["one", "many"]), field,
              st.sampled_from(["OUTPUT v", "OUTPUT v as a", "OUTPUTNEW v as b", ""])),
    st.builds("inputlookup append=t {}".format, st.sampled_from(["one", "many", "one where v=*"])),
    st.builds("append [ {} ]".format, subsearch),
    st.builds("join type={} {} [ {} ]".format, st.sampled_from(["inner", "left"]), st.sampled_from("ab"), subsearch),
    st.just("join type=left overwrite=f a [ makeresults | eval a=1, b=\"p\", e=null() ]"),
    foreach,
)  # fmt: skip

# One for each pipeline, to names that nothing else makes.
wild_rename = st.sampled_from(["rename x_* as r_*", "rename * as r_*", "rename a* as r_*", "rename *_a as r_*"])
pipelines = st.builds(
    lambda before, between, after: [*before, *between, *after],
    st.lists(command, max_size=3),
    st.lists(wild_rename, max_size=1),
    st.lists(command, max_size=3),
).filter(bool)


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> SearchContext:
    root = tmp_path_factory.mktemp("app")
    (root / "default").mkdir()
    (root / "default/transforms.conf").write_text(
        "[one]\nfilename = one.csv\nmax_matches = 1\n[many]\nfilename = many.csv\n"
    )
    (root / "lookups").mkdir()
    (root / "lookups/one.csv").write_text("k,v,w\np,1,\n2,,x\nq,0,y\n")
    (root / "lookups/many.csv").write_text("k,v\np,1\np,2\n2,\nq,5\n")
    return context(Path(root))


def observed(rows: list[Row]) -> FieldSet:
    """What can be said of given rows, as the set that the first command starts from."""
    names = sorted({name for row in rows for name in row})
    return FieldSet.of(
        names,
        null=[name for name in names if any(row.get(name) is None for row in rows)],
        many=[name for name in names if any(isinstance(row.get(name), tuple) for row in rows)],
    )


def check(rows: list[Row], fields: FieldSet) -> None:
    for row in rows:
        for name, cell in row.items():
            assert cell is None or fields.produces(name), f"{name} exists"
            assert not isinstance(cell, tuple) or fields.trait(name).many != "no", f"{name} has several values"
        for name, trait in fields.fields.items():
            assert trait.null != "no" or "*" in name or row.get(name) is not None, f"{name} is null"
            assert not trait.nonzero or as_number(row.get(name)) != 0, f"{name} is zero"


@settings(max_examples=examples(120, 2500))
@given(rows=rows, pipeline=pipelines)
def test_no_row_breaks_a_promise(running: SearchContext, rows: list[Row], pipeline: list[str]) -> None:
    search = parse_subsearch(" | ".join(pipeline))
    steps = field_flow(search, TABLES, {}, start=observed(rows))
    before = rows
    for number, step in enumerate([step for step in steps if step.depth == 0], start=1):
        first = Search(search.commands[:number], search.span, search.text)
        after = list(engine.run(first, running, (dict(row) for row in rows)))
        check(after, step.after)
        for use in step.missing:
            assert use.where in ("column", "key") or all(row.get(use.name) is None for row in before), use
        before = after
