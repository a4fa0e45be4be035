"""Bodies of chunks for the tests of both paths: valid ones in every style, and ones that were tampered with."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence

from hypothesis import strategies as st
from npmlib.anomaly.baseline import PEAKS
from npmlib.rows import Columns, csv_rows

KEYS = ("cluster", "workload", "process")
METRICS = ("tx", "rx", "new", "udp", "last")
NAMES = ("prod", "web 1", "nginx", 'a"b', "a,b", "x\ny", "wörker_1", "-bash", "node_exporter", "$x$", " ", "3")

# Average 100 and stdev 20 of every metric, unless said: thin baselines, metrics never seen, constants, tiny and huge
# ones.
LOOKUP = "\n".join(
    [
        ",".join([*KEYS, *(f"{part}_{metric}" for metric in METRICS for part in ("count", "avg", "stdev"))]),
        "prod,web 1,nginx," + ",".join(["500,100,20"] * 5),
        "prod,web 1,3,"
        + ",".join(["500,99999.5,0.25", "500,0.5,0.1", "500,7,0", "500,1e300,1", "500,123456789.125,3"]),
        "prod,nginx,nginx," + ",".join(["5,100,20", "0,,", ",,", "500,0,0", "500,-5,1"]),
        'prod,web 1,"a""b",' + ",".join(["500,1000,0"] * 5),
        'prod,"a,b",nginx,' + ",".join(["500,99,0.1"] * 5),
        "prod,wörker_1,node_exporter," + ",".join(["500,9,0.1"] * 5),
        "",
    ]
)

# The same with usual peaks, alike all day or different, or unknown. Times are in part 0 or at its end.
_PEAKS = [
    ",".join(f"{part}_{{0}}" for part in PEAKS),
    ",".join(["136"] * 12),
    ",".join(["128", "136.000", "0", "1e9"] * 3),
    "," * 11,
    "96,,112" + "," * 9,
    ",".join(["0"] * 12),
    "132.4" + ",1e9" * 11,
    ",".join(["136"] * 11) + ",",
]
PEAKED = "\n".join(
    ",".join([line, *((peaks.format(metric)) for metric in METRICS)]) if line else line
    for line, peaks in zip(LOOKUP.split("\n"), _PEAKS, strict=False)
)

# Midnight, five seconds before noon and after, the end of a day; and what is no time in epoch seconds.
TIMES = st.sampled_from(
    ["5", "1772323200.5", "1772366395", "1772366405", "1772409599.9", "2026-03-01", "", "-1", "1e9", " 7", "nan", '"']
)
numbers = st.one_of(
    st.integers(0, 250).map(str),
    st.floats(0, 250).map(lambda number: f"{number:.5f}"),
    st.sampled_from(
        ["160", "160.0", "160.00001", "159.99999", "9", "99", "999", "1000", "99.5", "0", "0.0", "00012.5"]
    ),
    st.sampled_from(["100014.475", "100000.25", "123456798.125", "1" * 30, "9" * 400, "7.35", "7.3500001"]),
)
odd_values = st.one_of(
    st.sampled_from(
        ["", "", "", "1e5", "1.5E2", "-5", "-1e999", "1e999", "nan", "NaN", "inf", "-inf", "1_0", "+7", ".5"]
    ),
    st.sampled_from(
        ["5.", ".", "1.2.3", "0x10", "12 ", " 12", "1\r", "1\n2", "abc", '1"2', '"', ",", "1,5", "١٢", "{0}"]
    ),
)


def quoted(text: str) -> str:
    return '"' + text.replace('"', '""') + '"'


def as_splunk(text: str) -> str:
    return text if (text.isascii() and text.isalnum()) or not text else quoted(text)


def minimal(text: str) -> str:
    return quoted(text) if any(sign in text for sign in '",\r\n') else text


STYLES = {"splunk": as_splunk, "all": quoted, "minimal": minimal}


@st.composite
def bodies(draw: st.DrawFn) -> bytes:
    """A body that is valid CSV: any order of columns, with or without twins, in one style and line end."""
    fields = (
        list(draw(st.permutations(["_time", *KEYS, *METRICS]))) if draw(st.booleans()) else ["_time", *KEYS, *METRICS]
    )
    for missing in draw(st.sets(st.sampled_from(fields), max_size=2)) if draw(st.integers(0, 3)) == 0 else ():
        fields.remove(missing)
    if draw(st.integers(0, 5)) == 0:
        fields.insert(draw(st.integers(0, len(fields))), "_chunked_idx")
    twins = draw(st.booleans())
    style = STYLES[draw(st.sampled_from(list(STYLES)))]
    line_end = draw(st.sampled_from(["\n", "\r\n"]))
    unusual = draw(st.integers(0, 3)) == 0
    lines = [[style(name) for name in (*fields, *(f"__mv_{name}" for name in fields if twins))]]
    for time in range(draw(st.integers(0, 12))):
        row = draw(rows(unusual))
        row["_time"] = draw(TIMES) if unusual else str(1772323200 + time)
        row["_chunked_idx"] = str(time)
        several = draw(st.sampled_from(fields)) if twins and unusual and fields else None
        cells = [style(row[name] + "\n2" if name == several else row[name]) for name in fields]
        if twins:
            cells += [quoted(f"${row[name].replace('$', '$$')}$;$2$") if name == several else "" for name in fields]
        lines.append(cells)
    text = line_end.join(",".join(cells) for cells in lines)
    return (text + (line_end if draw(st.integers(0, 9)) else "")).encode()


near_the_limit = st.sampled_from(
    ["", "0", "99.5", "159.99999", "160", "160.0", "160.00001", "7", "7.0000001", "99999", "100014.475", "100014.48"]
)
known_series = st.sampled_from([NAMES[:3], ("prod", "web 1", "3"), ("prod", "nginx", "nginx"), ("x", "y", "z")])


@st.composite
def plain_bodies(draw: st.DrawFn) -> bytes:
    """A body as Splunk sends it, with nothing odd but perhaps one row; many values are at their limits."""
    fields = ["_time", *KEYS, *METRICS, *(f"__mv_{name}" for name in ("_time", *KEYS, *METRICS))]
    values = st.lists(near_the_limit, min_size=len(METRICS), max_size=len(METRICS))
    lines = [fields]
    begins = draw(st.sampled_from([1772323200, 1772330398]))  # the second crosses into the next part of the day
    for number, (series, row) in enumerate(draw(st.lists(st.tuples(known_series, values), max_size=30))):
        lines.append([str(begins + number // 4), *series, *row, *[""] * (1 + len(KEYS) + len(METRICS))])
    if draw(st.booleans()):
        odd = draw(rows(unusual=True))
        at = draw(st.integers(1, len(lines)))
        lines.insert(at, ["1772323200", *(odd[name] for name in fields[1 : 1 + len(odd)]), *[""] * (1 + len(odd))])
    return "".join(",".join(map(as_splunk, cells)) + "\n" for cells in lines).encode()


@st.composite
def rows(draw: st.DrawFn, unusual: bool) -> dict[str, str]:
    usual = draw(st.sampled_from([("prod", "web 1", "nginx"), ("prod", "web 1", "3"), ("prod", "nginx", "nginx")]))
    names = st.tuples(*(st.sampled_from(("", *NAMES) if unusual else NAMES) for _ in KEYS))
    series = usual if draw(st.integers(0, 3)) else draw(names)
    values = st.one_of(numbers, odd_values) if unusual else st.one_of(numbers, st.just(""))
    return {**dict(zip(KEYS, series, strict=True)), **{metric: draw(values) for metric in METRICS}}


@st.composite
def tampered(draw: st.DrawFn, original: st.SearchStrategy[bytes]) -> bytes:
    """A body in which some bytes were inserted, left out or replaced; most often not CSV that anybody meant."""
    body = bytearray(draw(original))
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, len(body)))
        cut = draw(st.integers(0, 2))
        new = draw(
            st.sampled_from(
                [b'"', b'""', b",", b"\n", b"\r", b"\r\n", b" ", b"1", b".", b"_", b"-", b"e", b"\0", b"\xff"]
            )
        )
        body[at : at + cut] = new if draw(st.booleans()) else b""
    return bytes(body)


def getinfo_metadata(args: Sequence[str] = (), **more: object) -> dict[str, object]:
    """What the first chunk of a search says, as Splunk sends it."""
    searchinfo = {
        "args": list(args),
        "raw_args": list(args),
        "dispatch_dir": "/tmp",
        "sid": "1.1",
        "app": "SA-npmanomaly",
        "owner": "admin",
        "username": "admin",
        "session_key": "key",
        "splunkd_uri": "https://127.0.0.1:8089",
        "splunk_version": "10.2.0",
        "search": "%7C%20npmanomaly",
        "command": "npmanomaly",
        "maxresultrows": 50000,
        "earliest_time": "0",
        "latest_time": "0",
        **more,
    }
    return {"action": "getinfo", "preview": False, "searchinfo": searchinfo}


def getinfo(args: Sequence[str] = (), **more: object) -> bytes:
    """The first chunk of a search."""
    return chunk(getinfo_metadata(args, **more))


def execute(body: bytes = b"", finished: bool = False) -> bytes:
    """A chunk of rows."""
    return chunk({"action": "execute", "finished": finished}, body)


def chunk(metadata: object, body: bytes = b"") -> bytes:
    """Any chunk, with the right lengths."""
    text = json.dumps(metadata).encode()
    return b"chunked 1.0,%d,%d\n" % (len(text), len(body)) + text + body


def read_records(lines: Iterable[str]) -> Iterator[dict[str, object]]:
    """Yield the rows below the header as records, passing over blank lines; csv.Error where the text is not CSV."""
    rows = csv_rows(lines)
    columns = Columns(next(rows, []))
    for cells in rows:
        if cells:
            yield columns.record(cells)
