"""The report holds what the searches found, with the numbers of the store, and nothing that names could smuggle in."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import duckdb
import plotly.graph_objects
import pytest
from npmlib.anomaly.options import Options

from tests.demo.hostile_estate import DEST, END, HOUR, INTERVAL, PROCESS, WORKLOAD
from workbench.demo.charts import OVER, UNKNOWN
from workbench.demo.drawing import readable
from workbench.demo.evidence import Evidence, gather, sensitivity
from workbench.demo.hourbars import EXPECTED, SENT, STOOD_OUT
from workbench.demo.report import Watched, render, write_report
from workbench.replay.errors import ReplayError
from workbench.replay.rows import each_text
from workbench.traffic.attacks import NEW_EDGE, OUTBOUND, SUSTAINED
from workbench.traffic.store import MetricsStore


class Page(HTMLParser):
    """Elements, attributes and texts of a page."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.scripts: list[str] = []
        self.styles: list[str] = []
        self.text = ""
        self._inside = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        self._inside = tag
        if tag == "script":
            self.scripts.append("")

    def handle_endtag(self, tag: str) -> None:
        self._inside = ""

    def handle_data(self, data: str) -> None:
        if self._inside == "script":
            self.scripts[-1] += data
        elif self._inside == "style":
            self.styles.append(data)
        else:
            self.text += data

    def charts(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.scripts[0])
        return found


@pytest.fixture(scope="module")
def text(watched: Watched) -> str:
    return render([watched])


@pytest.fixture(scope="module")
def page(text: str) -> Page:
    return Page(text)


@pytest.fixture(scope="module")
def evidence(watched: Watched) -> list[Evidence]:
    store = MetricsStore(watched.store)
    try:
        return gather(
            [finding for _, found in watched.verdict.caught for finding in found], watched.runs, watched.app, store
        )
    finally:
        store.close()


def near(pairs: list[tuple[float, float]]) -> list[Any]:
    """Pairs of a time and a value, the value to two decimals as the page holds it."""
    return [(time, pytest.approx(value, abs=0.0051)) for time, value in pairs]


def traces(chart: dict[str, Any], name: str) -> list[dict[str, Any]]:
    return [trace for trace in chart["data"] if trace.get("name") == name]


def chart_of(page: Page, words: str) -> dict[str, Any]:
    """The chart whose description holds ``words``."""
    (name,) = (
        attributes["id"]
        for tag, attributes in page.elements
        if tag == "div" and words in str(attributes.get("aria-label"))
    )
    chart: dict[str, Any] = page.charts()[str(name)]
    return chart


def test_the_world_of_these_tests_is_caught_by_all_detections(watched: Watched) -> None:
    assert watched.verdict.missed == ()
    assert watched.verdict.false_alerts == 0


def test_each_finding_is_told_in_its_own_words(page: Page, watched: Watched) -> None:
    findings = [finding for _, found in watched.verdict.caught for finding in found]
    assert findings
    for finding in findings:
        for sentence in (str(finding.row["summary"]), *each_text(finding.row.get("anomalies"))):
            assert readable(sentence) in page.text


def test_the_series_and_the_marked_intervals_have_the_values_of_the_store(page: Page, watched: Watched) -> None:
    chart = chart_of(page, "Process")
    window = next(run.window for run in watched.runs if OUTBOUND in run.search.name and run.findings)
    points = watched.store / "kubernetes_metrics" / "points.parquet"
    for position, metric in enumerate(("tcp.bytes", "tcp.packets")):
        stored = duckdb.execute(
            f"""SELECT floor(_time / 30) * 30 AS bin, sum("{metric}") FROM '{points}'
            WHERE "source.workload.name" = ? AND _time >= ? AND _time < ? GROUP BY bin ORDER BY bin""",
            [WORKLOAD, window.earliest - 3 * HOUR, window.latest + HOUR],
        ).fetchall()
        seen = traces(chart, "seen")[position]
        assert [(x / 1000, y) for x, y in zip(seen["x"], seen["y"], strict=True)] == near(stored)
        marks = traces(chart, OVER)[position]
        limit = traces(chart, "expected: average to limit")[position]["y"][0]
        over = [pair for pair in stored if window.earliest <= pair[0] < window.latest and pair[1] > limit]
        assert [(x / 1000, y) for x, y in zip(marks["x"], marks["y"], strict=True)] == near(over)
        assert over


def test_the_band_reaches_from_the_average_of_npm_baseline_to_the_limit(
    page: Page, watched: Watched, evidence: list[Evidence]
) -> None:
    """One spread above it, and a third above the usual peak of the time of day; three where none is known."""
    (finding,) = (each.finding for each in evidence if each.finding.detection == OUTBOUND)
    chart = chart_of(page, "Process")
    _, table = watched.app.lookups.read("npm_baseline")
    (row,) = (row for row in table if row["workload"] == WORKLOAD)
    for position, metric in enumerate(("tcp.bytes", "tcp.packets")):
        average, stdev = (float(str(row[f"{part}_{metric}"])) for part in ("avg", "stdev"))
        assert traces(chart, "average")[position]["y"] == pytest.approx([average] * 2)
        upper = traces(chart, "expected: average to limit")[position]
        peak = float(str(row.get(f"p95_{int(finding.latest % 86400 // 7200) * 2:02d}_{metric}") or 0))
        spreads = 1 if peak else 3
        assert upper["y"] == pytest.approx([max(average + spreads * max(stdev, 0.05 * average), 4 / 3 * peak)] * 2)
        assert upper["fill"] == "tonexty"


def test_as_many_intervals_are_marked_as_the_detection_counted(evidence: list[Evidence]) -> None:
    outbound = [each for each in evidence if each.finding.detection == OUTBOUND]
    assert outbound
    for each in outbound:
        assert sum(len(track.over) for track in each.tracks) == each.finding.row["count"]
        assert {track.metric for track in each.tracks} == set(each_text(each.finding.row["metrics"]))


def test_a_sustained_finding_shows_its_hours_with_the_sums_of_the_store(page: Page, watched: Watched) -> None:
    chart = chart_of(page, "Hours of process")
    (run,) = (run for run in watched.runs if SUSTAINED in run.search.name and run.findings)
    points = watched.store / "kubernetes_metrics" / "points.parquet"
    metrics = each_text(run.findings[0]["metrics"])
    assert "tcp.bytes" in metrics
    for position, metric in enumerate(metrics):
        stored = dict(
            duckdb.execute(
                f"""SELECT floor(_time / 3600) * 3600 AS hour, sum("{metric}") FROM '{points}'
                WHERE "source.workload.name" = ? AND _time >= ? AND _time < ? GROUP BY hour ORDER BY hour""",
                [WORKLOAD, run.window.latest - 48 * HOUR, run.window.latest + HOUR],
            ).fetchall()
        )
        stood_out, sent = (traces(chart, name)[position] for name in (STOOD_OUT, SENT))
        shown = {
            x / 1000 - HOUR / 2: y for each in (stood_out, sent) for x, y in zip(each["x"], each["y"], strict=True)
        }
        assert shown == pytest.approx(stored, abs=0.0051)
    assert chart["layout"]["barmode"] == "overlay"


def test_the_hours_that_a_sustained_finding_counted_are_marked(evidence: list[Evidence]) -> None:
    (sustained,) = (each for each in evidence if each.finding.detection == SUSTAINED)
    assert max(len(track.over) for track in sustained.tracks) == sustained.finding.row["hours"]
    for track in sustained.tracks:
        assert {track.times[index] for index in track.over} == {
            END - 3 * HOUR
        }  # in the first week only the first hour over the limits


def test_each_watched_hour_has_the_range_that_the_profile_expected_of_it(
    page: Page, evidence: list[Evidence], watched: Watched
) -> None:
    (sustained,) = (each for each in evidence if each.finding.detection == SUSTAINED)
    track = next(track for track in sustained.tracks if track.metric == "tcp.bytes")
    ranges = {each.hour: (each.low, each.high) for each in track.ranges or ()}
    assert {END - 3 * HOUR, END - 2 * HOUR} <= set(ranges)
    (profiled,) = (run for run in watched.runs if run.at == END - 2 * HOUR + 22 * 60)
    (row,) = (
        row
        for row in profiled.rows
        if (row["kind"], row["metric"], row["workload"]) == ("hour", "tcp.bytes", WORKLOAD)
        if float(str(row["hour"])) == END - 3 * HOUR
    )
    assert ranges[END - 3 * HOUR] == (float(str(row["low"])), float(str(row["high"])))
    told = re.search(r"expected ([0-9.]+) kB to ([0-9.]+) kB", each_text(sustained.finding.row["anomalies"])[0])
    assert told
    assert ranges[END - 3 * HOUR] == pytest.approx([1000 * float(each) for each in told.groups()], abs=50)
    box = traces(chart_of(page, "Hours of process"), EXPECTED)[0]
    assert [base + height for base, height in zip(box["base"], box["y"], strict=True)] == pytest.approx(
        [high for _, high in ranges.values()]
    )


def test_a_new_edge_shows_the_packets_that_nobody_expected(page: Page, watched: Watched) -> None:
    chart = chart_of(page, "Edge </script>")
    (finding,) = (row for run in watched.runs if NEW_EDGE in run.search.name for row in run.findings)
    (marks,) = traces(chart, UNKNOWN)
    assert sum(marks["y"]) == pytest.approx(float(str(finding["packets"])))
    assert traces(chart, "expected: nothing")[0]["y"] == [0, 0]


def test_every_finding_has_a_chart_and_every_chart_is_one_that_plotly_knows(page: Page, watched: Watched) -> None:
    findings = sum(len(run.findings) for run in watched.runs)
    shown = [attributes for tag, attributes in page.elements if tag == "details"]
    assert len(shown) == findings
    places = {attributes["id"] for tag, attributes in page.elements if attributes.get("class") == "chart"}
    charts = page.charts()
    assert places == set(charts)
    assert len(charts) == findings + 2  # findings by hour, one cluster
    for chart in charts.values():
        plotly.graph_objects.Figure(chart)  # refuses a property that does not exist


def test_the_graph_tells_attacks_from_what_was_known(page: Page) -> None:
    chart = chart_of(page, "Edge graph")
    names = [trace.get("name") for trace in chart["data"]]
    assert "known before" in names
    (label,) = (note for note in chart["layout"]["annotations"] if "img" in note["text"])
    assert label["text"].startswith("<b>&lt;img src=")  # bold, as the attack went there; its own tags are text


def test_hours_are_counted_as_the_detection_counts_them_and_told_beside_its_confidence(page: Page) -> None:
    assert "Marked hours: 1." in page.text
    assert "sustained, learning, confidence low, risk 10" in page.text  # of two days


def test_truth_and_findings_stand_side_by_side_with_alerts_a_day(page: Page) -> None:
    assert "1 of 1attacks found by every detection that should" in re.sub(r"\s+", " ", page.text)
    assert re.search(r"all\s*3\s*24\s*0\s*0\s*24", page.text)  # three findings in three hours are 24 a day
    assert re.search(r"added\s*outbound\s*sustained\s*new edge", page.text)


def test_names_are_text_and_never_elements(text: str, page: Page) -> None:
    assert WORKLOAD in page.text
    assert DEST in page.text
    assert "<i>everything</i> leaves" in page.text
    assert {"img", "i"}.isdisjoint(tag for tag, _ in page.elements)
    assert len(page.scripts) == 3
    assert not re.search(r"<(?!/)", page.scripts[0])
    assert not any(name.startswith("on") for _, attributes in page.elements for name in attributes)
    assert PROCESS not in text
    assert "&amp;\\u202ecod.exe\\u000a" in page.text  # what cannot be seen is written out


def test_in_charts_names_are_text_too(page: Page) -> None:
    for chart in page.charts().values():
        for trace in chart["data"]:
            shown = [trace.get("name", ""), trace.get("hovertemplate", ""), *trace.get("text", ())]
            assert not any(re.search(r"<(script|img|a|b>%)", words) for words in shown)
            assert "cod.exe" not in trace.get("hovertemplate", "")


def test_the_page_loads_nothing_and_runs_only_its_own_scripts(page: Page) -> None:
    for tag, attributes in page.elements:
        assert "src" not in attributes, tag
        assert tag not in ("link", "iframe", "object", "embed", "base", "form")
        assert str(attributes.get("href", "#")).startswith("#")
    assert not any("url(" in style or "@import" in style for style in page.styles)
    (policy,) = (
        str(attributes["content"])
        for tag, attributes in page.elements
        if attributes.get("http-equiv") == "Content-Security-Policy"
    )
    assert policy.startswith("default-src 'none'; script-src 'sha256-")
    for script in page.scripts[1:]:
        digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
        assert f"'sha256-{digest}'" in policy
    assert "showSendToCloud: false" in page.scripts[2]


def test_each_traffic_has_a_section_of_its_own(watched: Watched) -> None:
    from dataclasses import replace

    page = Page(render([watched, replace(watched, title="Other <traffic>", anchor="other")]))
    sections = [attributes["id"] for tag, attributes in page.elements if tag == "section"]
    assert sections == ["test", "other"]
    assert "Other <traffic>" in page.text


def test_it_is_written_whole_and_small_enough_to_send(watched: Watched, tmp_path: Path) -> None:
    write_report(tmp_path / "new" / "report.html", [watched])
    assert [path.name for path in (tmp_path / "new").iterdir()] == ["report.html"]
    assert (tmp_path / "new" / "report.html").stat().st_size < 6_000_000


def test_the_limit_is_the_one_a_site_has_set(watched: Watched) -> None:
    search = '| mstats avg(tcp.bytes) as tcp.bytes where index=a by b span=1m | npmanomaly threshold="4.5" minspread=0'
    how = sensitivity(watched.app, search)
    assert (how.options, how.interval) == (Options(threshold=4.5, minspread=0), 60)
    shipped = next(run.search.search for run in watched.runs if OUTBOUND in run.search.name)
    assert sensitivity(watched.app, shipped).options.threshold == 3
    with pytest.raises(ReplayError, match="does not run npmanomaly"):
        sensitivity(watched.app, "| mstats avg(tcp.bytes) as b where index=a by c")
    with pytest.raises(ReplayError, match="threshold='high' must be a number"):
        sensitivity(watched.app, "| npmanomaly threshold=high")


def test_the_last_hour_of_traffic_is_searched_as_well(watched: Watched) -> None:
    assert max(run.window.latest for run in watched.runs) >= END - INTERVAL
