"""The sentences of a finding, which an analyst reads first: the same kind of sentences from every detection."""

from __future__ import annotations

import re

import pytest

from workbench.replay.rows import Row, each_text
from workbench.replay.schedule import SearchRun

FINDINGS = ("outbound", "new_edge", "new_udp_edge", "sustained")
TIME = r"\d\d:\d\d"
NAMED_ZONE = rf"{TIME}(?: (?:to|and) {TIME})? UTC"
UNITS = "bytes|kB|MB|GB|TB|packets?|new connections?|intervals?|days|hours|minutes|peers|times|standard"


@pytest.fixture(params=FINDINGS)
def found(request: pytest.FixtureRequest) -> tuple[Row, Row]:
    """The only finding of a detection, and its risk event."""
    run: SearchRun = request.getfixturevalue(request.param)
    (finding,), (event,) = run.findings, run.risk_events
    return finding, event


def test_it_begins_with_the_risk_message_and_ends_with_confidence_and_what_to_do_next(found: tuple[Row, Row]) -> None:
    finding, event = found
    assert event["risk_message"] == str(finding["summary"]).partition(". ")[0]
    assert event["summary"] == finding["summary"]
    *_told, confidence, after = re.split(r"\. (?=Confidence|Next: )", str(finding["summary"]))
    assert re.match(rf"Confidence is {finding['confidence']}(, as .+)?$", confidence)
    assert after.startswith("Next: ")


def test_times_name_their_zone_and_numbers_their_unit(found: tuple[Row, Row]) -> None:
    for text in (str(found[0]["summary"]), *each_text(found[0].get("anomalies"))):
        said = re.sub(r"tcp\.\w+: |udp\.\w+: ", "", text)
        assert re.search(NAMED_ZONE, said) or "in an interval" in said
        said = re.sub(NAMED_ZONE, "", said)
        bare = re.findall(rf"(?<![\w.,])\d[\d.,]*(?![\d.,])(?! (?:{UNITS}))", said)
        assert bare == [], text
        assert not re.search(r"(?<![\d.])1 (packets|intervals|hours|peers|new connections)\b", said), text
