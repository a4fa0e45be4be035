"""What may be typed after npmanomaly, and what is said of the rest."""

import time

import pytest
from npmlib.anomaly.options import DEFAULT_BY, DEFAULT_METRICS, Options, parse_options
from npmlib.errors import SearchError


def test_nothing_typed_gives_the_documented_defaults() -> None:
    assert parse_options({}) == Options(
        baseline="npm_baseline",
        by=("cluster", "namespace", "workload", "process"),
        metrics=("tcp.bytes", "tcp.new_sockets", "tcp.packets", "udp.bytes", "udp.packets"),
        threshold=3.0,
        minsamples=100,
        minspread=0.05,
        unseen="ignore",
    )


def test_every_option_typed() -> None:
    typed = {
        "baseline": "my_baseline-2",
        "by": "cluster, pod",
        "metrics": "rx ,tx",
        "threshold": "2.5",
        "minsamples": "0",
        "minspread": "0",
        "peaks": "ignore",
        "unseen": "flag",
    }
    assert parse_options(typed) == Options(
        "my_baseline-2", ("cluster", "pod"), ("rx", "tx"), 2.5, 0, 0.0, "ignore", "flag"
    )


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"treshold": "3"}, "there is no option 'treshold' (there are: baseline, by, metrics, threshold"),
        ({"threshold": "three"}, "threshold='three' must be a number from 0 up"),
        ({"threshold": "-1"}, "threshold='-1' must be a number from 0 up"),
        ({"threshold": "nan"}, "threshold='nan' must be a number from 0 up"),
        ({"threshold": "inf"}, "threshold='inf' must be a number from 0 up"),
        ({"threshold": "1e999"}, "threshold='1e999' must be a number from 0 up"),
        ({"minsamples": "1.5"}, "minsamples='1.5' must be a whole number"),
        ({"minsamples": "9" * 99}, "must be a whole number"),
        ({"minspread": "5%"}, "minspread='5%' must be a fraction"),
        ({"unseen": "yes"}, "unseen='yes' must be ignore or flag"),
        ({"by": "cluster,,pod"}, "none empty"),
        ({"by": ""}, "none empty"),
        ({"by": "pod,pod"}, "by names 'pod' twice"),
        ({"by": "pod,score"}, "by names 'score', which is a column that npmanomaly writes"),
        ({"metrics": "_time"}, "metrics names '_time', which is a column that npmanomaly writes"),
        ({"metrics": "tcp.bytes,cluster"}, "'cluster' stands in both by and metrics"),
        *(
            ({"baseline": name}, "must be the bare name of a lookup")
            for name in (
                "",
                "../npm_baseline",
                "/etc/passwd",
                "a/b",
                "npm_baseline.csv",
                "-x",
                "a b",
                "a\nb",
                "a\x00",
            )
        ),
    ],
)
def test_what_cannot_be_meant_is_refused_by_name(typed: dict[str, str], said: str) -> None:
    with pytest.raises(SearchError) as refused:
        parse_options(typed)
    assert said in str(refused.value)


def test_everything_wrong_is_said_at_once() -> None:
    with pytest.raises(SearchError) as refused:
        parse_options({"threshold": "x", "minsamples": "y", "color": "red"})
    assert all(name in str(refused.value) for name in ("threshold='x'", "minsamples='y'", "'color'"))


def test_the_defaults_are_the_fields_and_metrics_of_network_performance_monitoring() -> None:
    assert len(DEFAULT_BY) == 4
    assert len(DEFAULT_METRICS) == 5


@pytest.mark.parametrize("option", ["by", "metrics"])
def test_a_list_of_a_hundred_thousand_names_takes_no_time(option: str) -> None:
    names = tuple(f"name{number}" for number in range(100_000))
    before = time.process_time()
    assert getattr(parse_options({option: ",".join(names)}), option) == names
    with pytest.raises(SearchError, match="names 'name7' twice"):
        parse_options({option: ",".join([*names, "name7"])})
    assert time.process_time() - before < 2
