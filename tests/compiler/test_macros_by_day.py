"""Macros that a search calls to read day by day: definitions in, exact forms over given times out."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.compiler.content_samples import compile_content, write_sample
from workbench import conf
from workbench.compiler.macros import over_times, readers_of
from workbench.spl.macros import Macro

MACROS = {
    macro.stanza: macro
    for macro in (
        Macro("index", (), "index=metrics"),
        Macro("sent", ("seconds",), 'mstats sum(a) where `index` name="where" by host span=$seconds$s'),
        Macro("edges", (), "mstats sum(a) WHERE `index` by host | addinfo | stats max(info_max_time) as until"),
        Macro(
            "both", ("x",), 'makeresults | eval a="| addinfo" | append [| `sent(30)` | eval b=$x$] | append [| `edges`]'
        ),
        Macro("half", (), "foreach a [ eval b=`both(1)`"),
        Macro("name", ("x",), "lower($x$)"),
        Macro("all", (), "mstats sum(a) BY host"),
        Macro("one", (), "mstats sum(a)"),
    )
}


def test_what_reads_metrics_or_asks_for_the_times_of_the_search_is_told_also_by_way_of_others() -> None:
    assert readers_of(MACROS) == {"sent(1)", "edges", "both(1)", "half", "all", "one"}


@pytest.mark.parametrize(
    ("stanza", "derived", "definition"),
    [
        (
            "sent(1)",
            "sent(3)",
            'mstats sum(a) where earliest=$from$ latest=$to$ `index` name="where" by host span=$seconds$s',
        ),
        (
            "edges",
            "edges(2)",
            "mstats sum(a) WHERE earliest=$from$ latest=$to$ `index` by host"
            " | eval info_min_time=$from$, info_max_time=$to$ | stats max(info_max_time) as until",
        ),
        (
            "both(1)",
            "both(3)",
            'makeresults | eval a="| addinfo" | append [| `sent(30, $from$, $to$)` | eval b=$x$]'
            " | append [| `edges($from$, $to$)`]",
        ),
        ("all", "all(2)", "mstats sum(a) where earliest=$from$ latest=$to$ BY host"),
        ("one", "one(2)", "mstats sum(a) where earliest=$from$ latest=$to$"),
        ("half", "half(2)", "foreach a [ eval b=`both(1, $from$, $to$)`"),
    ],
)
def test_a_form_over_given_times_passes_them_on_to_each_reading(stanza: str, derived: str, definition: str) -> None:
    form = over_times(MACROS[stanza], readers_of(MACROS))
    assert (form.stanza, form.definition) == (derived, definition)


def test_a_search_that_another_one_names_becomes_a_macro_with_its_readings(tmp_path: Path) -> None:
    other = "baselines/other.yml"
    text = (write_sample(tmp_path / "sample") / "baselines" / "sample_baseline.yml").read_text()
    content = write_sample(tmp_path / "content")
    learns = text.replace("| mstats latest(tcp.owner) as owner where `sample_index` by host", "| `owners(host)`")
    runs = text.replace("Sample Baseline", "Other").replace("22222222-2", "33333333-2")
    search = '| makeresults | eval a="sample_baseline_search" | map search="| `$a$(1, 2)`"'
    runs = "\n".join(f"search: '{search}'" if line.startswith("search:") else line for line in runs.splitlines())
    (content / "baselines" / "sample_baseline.yml").write_text(learns)
    (content / other).write_text(runs)
    for name, reads, described in (
        ("owners", "`owners_of_hosts($field$)`", "The choice, owners_of_hosts or owners_of_pods."),
        ("owners_of_hosts", "mstats count(a) as owner where `sample_index` by $field$", "By a."),
        ("owners_of_pods", "mstats count(b) as owner where `sample_index` by $field$", "By b."),
        ("owners_of_nodes", "mstats count(c) as owner where `sample_index` by $field$", "By c."),
    ):
        macro = f"name: {name}\ndefinition: '{reads}'\narguments: [field]\ndescription: {described}\n"
        (content / "macros" / f"{name}.yml").write_text(macro)
    stanzas = conf.parse(compile_content(content)["macros.conf"]).stanzas
    derived = {name: each for name, each in stanzas.items() if "from, to" in each.get("args", "")}
    assert {name: (each["args"], each["definition"]) for name, each in derived.items()} == {
        "sample_baseline_search(2)": ("from, to", "`owners(host, $from$, $to$)` | outputlookup sample_table"),
        "owners(3)": ("field, from, to", "`owners_of_hosts($field$, $from$, $to$)`"),
        "owners_of_hosts(3)": (
            "field, from, to",
            "mstats count(a) as owner where earliest=$from$ latest=$to$ `sample_index` by $field$",
        ),
        "owners_of_pods(3)": (
            "field, from, to",
            "mstats count(b) as owner where earliest=$from$ latest=$to$ `sample_index` by $field$",
        ),
    }
