"""The file of a lookup: which one it is, and that it is read as it stood at one moment."""

from __future__ import annotations

import builtins
import io
import os
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest
from npmlib import lookupfile
from npmlib.anomaly.baseline import BASELINE
from npmlib.errors import SearchError
from npmlib.lookupfile import ATTEMPTS

read_settled = partial(lookupfile.read_settled, lookup=BASELINE)
lookup_path = partial(lookupfile.lookup_path, lookup=BASELINE)

OLD = b"host,count_m\na,1\n"
NEW = b"host,count_m\na,2\nb,2\n"


@pytest.fixture
def table(tmp_path: Path) -> Path:
    """The file of lookup ``table`` in an app folder."""
    path = tmp_path / "app" / "lookups" / "table.csv"
    path.parent.mkdir(parents=True)
    path.write_bytes(OLD)
    return path


def app(table: Path) -> str:
    return str(table.parent.parent)


def refusal(table: Path, name: str = "table", read: Callable[[str, str], object] = read_settled) -> str:
    with pytest.raises(SearchError) as refused:
        read(app(table), name)
    assert f"baseline '{name}'" in str(refused.value)
    return str(refused.value)


class Pauses:
    """Stands in for the clock: does something to the file in each pause instead of waiting."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.count = 0
        self.action: Callable[[], object] = lambda: None
        monkeypatch.setattr("npmlib.lookupfile.time.sleep", self._sleep)

    def _sleep(self, seconds: float) -> None:
        assert 0 < seconds <= 1
        self.count += 1
        self.action()


@pytest.fixture
def pauses(monkeypatch: pytest.MonkeyPatch) -> Pauses:
    return Pauses(monkeypatch)


class Meanwhile:
    """Does something to the file while it is read, ``times`` times: after it was opened, or after it was read."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, action: Callable[[], object], when: str, times: int) -> None:
        self.left = times
        self._action = action
        self._when = when
        self._open = builtins.open
        monkeypatch.setattr(lookupfile, "open", self._opened, raising=False)

    def _opened(self, path: str, mode: str) -> io.BufferedIOBase:
        meanwhile = self
        file = io.FileIO(path)
        assert mode == "rb"

        class Watched(io.BufferedReader):
            def read(self, size: int | None = -1) -> bytes:
                if meanwhile._when == "opened":
                    meanwhile.act()
                content = super().read(size)
                if meanwhile._when == "read":
                    meanwhile.act()
                return content

        return Watched(file)

    def act(self) -> None:
        if self.left:
            self.left -= 1
            self._action()


def replace(table: Path, content: bytes = NEW) -> None:
    aside = table.with_suffix(".tmp")
    aside.write_bytes(content)
    os.replace(aside, table)  # noqa: PTH105  # Splunk's own move


def test_a_file_that_nobody_touches_is_read_at_once(table: Path, pauses: Pauses) -> None:
    assert read_settled(app(table), "table") == OLD
    assert pauses.count == 0


@pytest.mark.parametrize("content", [b"", b"\n", b"header only\n", b"x\r\n"])
def test_a_small_file_is_no_half_written_one(table: Path, pauses: Pauses, content: bytes) -> None:
    table.write_bytes(content)
    assert read_settled(app(table), "table") == content
    assert pauses.count == 0


@pytest.mark.parametrize("when", ["opened", "read"])
@pytest.mark.parametrize(
    "change",
    [
        replace,
        lambda table: replace(table, OLD.replace(b"1", b"3")),
        lambda table: table.write_bytes(NEW),
        lambda table: table.write_bytes(OLD[:-1] + b"7\n"),
        lambda table: os.truncate(table, 13),
        lambda table: table.write_bytes(OLD + b"c,3\n"),
    ],
    ids=["replaced", "replaced-by-one-as-long", "rewritten", "rewritten-longer", "shrunk", "grown"],
)
def test_a_change_under_the_reader_gives_the_whole_new_file(
    table: Path, pauses: Pauses, monkeypatch: pytest.MonkeyPatch, change: Callable[[Path], object], when: str
) -> None:
    Meanwhile(monkeypatch, lambda: change(table), when, 1)
    assert read_settled(app(table), "table") == table.read_bytes() != OLD
    assert pauses.count == 1


def test_a_change_as_long_as_the_old_content_is_seen_by_its_time(
    table: Path, pauses: Pauses, monkeypatch: pytest.MonkeyPatch
) -> None:
    os.utime(table, (1, 1))
    Meanwhile(monkeypatch, lambda: table.write_bytes(OLD.replace(b"1", b"3")), "opened", 1)
    assert read_settled(app(table), "table") == OLD.replace(b"1", b"3")
    assert pauses.count == 1


def test_another_file_of_the_same_length_and_time_is_seen(
    table: Path, pauses: Pauses, monkeypatch: pytest.MonkeyPatch
) -> None:
    def replaced_by_a_twin() -> None:
        times = table.stat()
        replace(table, OLD.replace(b"1", b"3"))
        os.utime(table, ns=(times.st_atime_ns, times.st_mtime_ns))

    Meanwhile(monkeypatch, replaced_by_a_twin, "opened", 1)
    assert read_settled(app(table), "table") == OLD.replace(b"1", b"3")
    assert pauses.count == 1


def test_a_file_that_was_short_for_a_moment_is_read_again(
    table: Path, pauses: Pauses, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It looks the same before and after; only the bytes that came are too few."""
    header = len(b"host,count_m\n")
    monkeypatch.setattr(lookupfile, "open", lambda path, mode: Short(path, header), raising=False)
    pauses.action = lambda: monkeypatch.delattr(lookupfile, "open")
    assert read_settled(app(table), "table") == OLD


class Short(io.FileIO):
    """A file of which only the first ``length`` bytes come."""

    def __init__(self, path: str, length: int) -> None:
        super().__init__(path)
        self._length = length

    def read(self, size: int | None = -1) -> bytes:
        return super().read(self._length)


def test_a_file_that_never_settles_is_refused(table: Path, pauses: Pauses, monkeypatch: pytest.MonkeyPatch) -> None:
    Meanwhile(monkeypatch, lambda: replace(table, b"x" * (ATTEMPTS + pauses.count) + b"\n"), "read", ATTEMPTS)
    said = refusal(table)
    assert (
        f"changed each time it was read, {ATTEMPTS} times within 1 seconds; wait until the search that writes" in said
    )
    assert pauses.count == ATTEMPTS - 1


def test_a_file_that_settles_at_the_last_attempt_is_read(
    table: Path, pauses: Pauses, monkeypatch: pytest.MonkeyPatch
) -> None:
    Meanwhile(monkeypatch, lambda: replace(table), "opened", ATTEMPTS - 1)
    assert read_settled(app(table), "table") == NEW
    assert pauses.count == ATTEMPTS - 1


def test_half_a_line_at_the_end_is_waited_for(table: Path, pauses: Pauses) -> None:
    table.write_bytes(NEW[:-3])
    pauses.action = lambda: table.write_bytes(NEW)
    assert read_settled(app(table), "table") == NEW


def test_half_a_line_that_stays_is_refused(table: Path, pauses: Pauses) -> None:
    table.write_bytes(NEW[:-1])
    assert "is half written: its last line does not end" in refusal(table)
    assert pauses.count == ATTEMPTS - 1


def test_a_file_between_two_is_waited_for(table: Path, pauses: Pauses, monkeypatch: pytest.MonkeyPatch) -> None:
    """It was there when its name was looked up, and gone when it was opened."""
    monkeypatch.setattr(lookupfile, "_state", Vanishing(table, lookupfile._state, times=1))
    pauses.action = lambda: table.write_bytes(NEW)
    assert read_settled(app(table), "table") == NEW


class Vanishing:
    """Deletes the file before it is looked at, ``times`` times."""

    def __init__(self, table: Path, state: Callable[[str], object], times: int) -> None:
        self._table = table
        self._state = state
        self._left = times

    def __call__(self, path: str) -> object:
        if self._left:
            self._left -= 1
            self._table.unlink()
        return self._state(path)


def test_a_file_that_stays_gone_is_missing(table: Path, pauses: Pauses, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lookupfile, "_state", Vanishing(table, lookupfile._state, times=1))
    assert "is missing: this app has no lookups/table.csv" in refusal(table)


def test_a_file_that_may_not_be_read_is_refused(table: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def forbidden(path: str, mode: str) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(lookupfile, "open", forbidden, raising=False)
    assert "cannot be read (Permission denied)" in refusal(table)


def test_what_is_no_file_is_refused_before_it_is_opened(table: Path) -> None:
    table.unlink()
    table.mkdir()
    assert "cannot be read (it is not a file)" in refusal(table)
    table.rmdir()
    os.mkfifo(table)  # to open it would wait for ever
    assert "cannot be read (it is not a file)" in refusal(table)


def test_a_missing_file_names_the_search_that_writes_it(table: Path) -> None:
    said = refusal(table, "other")
    assert "is missing: this app has no lookups/other.csv. See that 'K8S NPM - Tables' is enabled" in said


@pytest.mark.parametrize("name", ["../outside", "../lookups/../../outside", "below/table", "/etc/passwd"])
def test_a_name_that_leads_elsewhere_is_refused(table: Path, name: str) -> None:
    (table.parent / "below").mkdir()
    (table.parent / "below" / "table.csv").write_bytes(OLD)
    (table.parent.parent / "outside.csv").write_bytes(OLD)
    assert "is a link out of the lookups folder" in refusal(table, name, lookup_path)


@pytest.mark.parametrize("name", ["a\0b", "\ud800"])
def test_a_name_that_no_file_can_have_is_refused(table: Path, name: str) -> None:
    assert "cannot be the name of a lookup" in refusal(table, name, lookup_path)


def test_links_are_followed_inside_the_folder_only(table: Path, tmp_path: Path) -> None:
    (table.parent / "inside.csv").symlink_to(table)
    assert read_settled(app(table), "inside") == OLD
    (tmp_path / "secret.csv").write_bytes(OLD)
    (table.parent / "outside.csv").symlink_to(tmp_path / "secret.csv")
    assert "is a link out of the lookups folder" in refusal(table, "outside")
    (table.parent / "further.csv").symlink_to(table.parent / "outside.csv")
    assert "is a link out of the lookups folder" in refusal(table, "further")
    (table.parent / "nowhere.csv").symlink_to(table.parent / "absent.csv")
    assert "is missing" in refusal(table, "nowhere")
    (table.parent / "circle.csv").symlink_to(table.parent / "circle.csv")
    refusal(table, "circle")


def test_a_lookups_folder_that_is_a_link_itself_is_the_lookups_folder(table: Path, tmp_path: Path) -> None:
    table.parent.rename(tmp_path / "elsewhere")
    table.parent.symlink_to(tmp_path / "elsewhere")
    assert read_settled(app(table), "table") == OLD
