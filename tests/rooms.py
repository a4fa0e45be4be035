"""Shows the progress of a run room by room: a line for each folder of tests once all of its tests are through."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable

import pytest


class RoomProgress:
    """A pytest plugin that counts, for each folder below tests/, the tests that are still to come."""

    def __init__(self, config: pytest.Config) -> None:
        self._config = config
        self._expected: Counter[str] = Counter()
        self._outcomes: dict[str, Counter[str]] = {}
        self._seconds: defaultdict[str, float] = defaultdict(float)

    def expect(self, nodeids: Iterable[str]) -> None:
        """Learn which tests this run has."""
        if not self._expected:  # with pytest-xdist each worker reports the same collection
            self._expected.update(room_of(nodeid) for nodeid in nodeids)

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        self.expect(item.nodeid for item in session.items)

    @pytest.hookimpl(optionalhook=True)
    def pytest_xdist_node_collection_finished(self, ids: list[str]) -> None:
        self.expect(ids)

    @pytest.hookimpl(tryfirst=True)
    def pytest_report_teststatus(self, report: pytest.TestReport) -> tuple[str, str, str] | None:
        """Print no dot for a test that passed."""
        return (
            ("passed", "", "") if report.when == "call" and report.passed and not hasattr(report, "wasxfail") else None
        )

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        room = room_of(report.nodeid)
        self._seconds[room] += report.duration
        if report.when == "call" or report.outcome != "passed":
            self._outcomes.setdefault(room, Counter())[report.outcome] += 1
        if report.when == "teardown":
            self._expected[room] -= 1
            if self._expected[room] == 0:
                self._show(room)

    def _show(self, room: str) -> None:
        reporter = self._config.pluginmanager.get_plugin("terminalreporter")
        if reporter is not None:
            counts = ", ".join(f"{count} {outcome}" for outcome, count in sorted(self._outcomes[room].items()))
            reporter.ensure_newline()
            reporter.write_line(f"{room:<12} {counts} in {self._seconds[room]:.0f} s")


def room_of(nodeid: str) -> str:
    """Return the folder below tests/ that holds the test, for example ``replay``."""
    return nodeid.split("::")[0].split("/")[1]
