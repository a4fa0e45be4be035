"""The baseline lookup: the shape it must have, and what is said of any other."""

import math
from dataclasses import replace
from pathlib import Path

import pytest
from npmlib.anomaly.baseline import Limit, load_baseline, part_of_day
from npmlib.anomaly.options import Options
from npmlib.errors import SearchError

ONE_METRIC = Options(by=("cluster", "process"), metrics=("tcp.bytes",), minsamples=10, minspread=0.1)
HEADER = "cluster,process,count_tcp.bytes,avg_tcp.bytes,stdev_tcp.bytes\n"


@pytest.fixture
def app_folder(tmp_path: Path) -> Path:
    (tmp_path / "lookups").mkdir()
    return tmp_path


def write(app_folder: Path, text: str | bytes, name: str = "npm_baseline") -> str:
    content = text if isinstance(text, bytes) else text.encode()
    (app_folder / "lookups" / f"{name}.csv").write_bytes(content)
    return str(app_folder)


def refusal(app_folder: str, options: Options = ONE_METRIC) -> str:
    with pytest.raises(SearchError) as refused:
        load_baseline(app_folder, options)
    return str(refused.value)


def test_a_row_becomes_one_limit_a_metric(app_folder: Path) -> None:
    folder = write(app_folder, HEADER + "prod,nginx,2000,100,20\n")
    assert load_baseline(folder, ONE_METRIC) == {("prod", "nginx"): (Limit(upper=160.0, expected=100.0, spread=20.0),)}


def test_columns_in_any_order_quotes_bom_and_crlf(app_folder: Path) -> None:
    header = '\ufeffstdev_tcp.bytes,"process",more,avg_tcp.bytes,cluster,count_tcp.bytes\r\n'
    text = header + '"20","a,""b""",x,1e2,prod,2000\r\n\r\n'
    folder = write(app_folder, text)
    assert load_baseline(folder, ONE_METRIC) == {("prod", 'a,"b"'): (Limit(160.0, 100.0, 20.0),)}


def test_a_spread_below_the_floor_is_raised_to_it(app_folder: Path) -> None:
    folder = write(app_folder, HEADER + "prod,constant,2000,100,0\n")
    assert load_baseline(folder, ONE_METRIC)[("prod", "constant")] == (Limit(130.0, 100.0, 10.0),)


def test_a_thin_baseline_has_no_upper_limit(app_folder: Path) -> None:
    folder = write(app_folder, HEADER + "prod,young,9,100,20\nprod,enough,10,100,20\n")
    baseline = load_baseline(folder, ONE_METRIC)
    assert baseline[("prod", "young")] == (Limit(math.inf, 100.0, 20.0),)
    assert baseline[("prod", "enough")] == (Limit(160.0, 100.0, 20.0),)


PEAKED = HEADER.strip() + ",p95_00_tcp.bytes,p95_22_tcp.bytes\n"


def peaks(first: float | None, last: float | None) -> tuple[float | None, ...]:
    """Those of two parts of the day; the others are unknown."""
    return (first, *[None] * 10, last)


@pytest.mark.parametrize(
    ("cells", "limit", "largest"),
    [
        ("136,300", Limit(160.0, 100.0, 20.0, peaks(136, 300)), [4 / 3 * 136, 160, 400, 400]),
        ("88,1e2", Limit(160.0, 100.0, 20.0, peaks(88, 100)), [120, 160, 4 / 3 * 100, 4 / 3 * 100]),
        (",", Limit(160.0, 100.0, 20.0, peaks(None, None)), [160, 160, 160, 160]),
    ],
    ids=["over the limit", "about the average", "not known yet"],
)
def test_a_third_over_the_usual_peak_of_the_time_of_day_is_a_second_limit(
    app_folder: Path, cells: str, limit: Limit, largest: list[float]
) -> None:
    """A column that is not there is one of peaks not known; a time that is not known is compared with the highest."""
    baseline = load_baseline(write(app_folder, PEAKED + f"prod,nginx,2000,100,20,{cells}\n"), ONE_METRIC)
    series = ("prod", "nginx")
    assert baseline == {series: (limit,)}
    assert [limit.largest(part) for part in (0, 5, 11, None)] == largest
    assert [baseline.largest(series, part) for part in (0, 5, 11, None)] == [[each] for each in largest]


@pytest.mark.parametrize(
    ("time", "part"),
    [("1772323200", 0), ("1772330399.9", 0), ("1772330400", 1), ("1772409599", 11), ("-1", 11)]
    + [(no_time, None) for no_time in ("", "2026-03-01", "nan", None, ["1772323200", "1"])],
)
def test_a_part_of_the_day_has_two_hours_of_utc(time: object, part: int | None) -> None:
    assert part_of_day(time) == part


def test_usual_peaks_can_be_ignored(app_folder: Path) -> None:
    folder = write(app_folder, PEAKED + "prod,nginx,2000,100,20,170,300\n")
    assert load_baseline(folder, replace(ONE_METRIC, peaks="ignore"))["prod", "nginx"] == (Limit(160.0, 100.0, 20.0),)


def test_zero_turns_the_guards_off(app_folder: Path) -> None:
    folder = write(app_folder, HEADER + "prod,once,1,100,\n")
    textbook = Options(by=("cluster", "process"), metrics=("tcp.bytes",), minsamples=0, minspread=0)
    assert load_baseline(folder, textbook) == {("prod", "once"): (Limit(100.0, 100.0, 0.0),)}


def test_a_metric_the_series_never_had_has_no_limit(app_folder: Path) -> None:
    folder = write(app_folder, HEADER + "prod,tcp-only,0,,\nprod,empty,,,\n")
    assert set(load_baseline(folder, ONE_METRIC).values()) == {(None,)}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "has no rows. See that 'K8S NPM - Baseline Of Kubernetes NPM Process Traffic' is enabled"),
        (HEADER, "has no rows. See that 'K8S NPM - Baseline Of Kubernetes NPM Process Traffic' is enabled"),
        ("a,b\n1,2\n", "no column cluster, process (it has: a, b)"),
        ("cluster,process,count_tcp.bytes,avg_tcp.bytes\n", "no column stdev_tcp.bytes"),
        (HEADER + "prod,nginx,2000,100\n", "line 2: 4 cells under 5 columns"),
        (HEADER + "prod,nginx,2000,100,20,9\n", "line 2: 6 cells under 5 columns"),
        (HEADER + "prod,a,2000,100,20\nprod,b,2000,many,20\n", "line 3: 'many' is not a number"),
        (HEADER + "prod,a,2000,NaN,20\n", "line 2: 'NaN' is not a number"),
        (HEADER + "prod,a,2000,100,inf\n", "line 2: 'inf' is not a number"),
        (HEADER + "prod,a,-1,100,20\n", "line 2: a count or a standard deviation is below 0"),
        (PEAKED + "prod,a,20,100,20,x,300\n", "line 2: 'x' is not a number"),
        (PEAKED + 'prod,a,20,100,20,"1,2",300\n', "line 2: '1,2' is not a number"),
        (PEAKED + f"prod,a,20,100,20,{'9' * 400},300\n", "' is not a number"),
        (HEADER + "prod,a,20,100,-20\n", "line 2: a count or a standard deviation is below 0"),
        (HEADER + "prod,a,20,1,1\nprod,b,20,1,1\nprod,a,20,1,1\n", "lines 2 and 4: two rows for prod, a"),
        (HEADER + 'prod,"a,20,1,1\n', "cannot be read"),
        (HEADER.encode() + b"prod,\xff\xfe,20,1,1\n", "cannot be read ('utf-8' codec"),
    ],
)
def test_another_shape_is_refused_and_says_where(app_folder: Path, text: str | bytes, said: str) -> None:
    assert said in refusal(write(app_folder, text))


def test_a_missing_lookup_names_the_search_that_writes_it(app_folder: Path) -> None:
    said = refusal(str(app_folder), Options(baseline="elsewhere"))
    assert "baseline 'elsewhere' is missing" in said
    assert "See that 'K8S NPM - Tables' is enabled" in said


def test_a_link_out_of_the_lookups_folder_is_refused(app_folder: Path) -> None:
    secret = app_folder / "secret.csv"
    secret.write_text(HEADER + "prod,nginx,2000,100,20\n")
    (app_folder / "lookups" / "npm_baseline.csv").symlink_to(secret)
    assert "is a link out of the lookups folder" in refusal(str(app_folder))
