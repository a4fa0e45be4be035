"""Inputs to begin with, and words to build from: ordinary ones, and each hostile case that somebody thought of."""

from __future__ import annotations

import json
from collections.abc import Mapping

from fuzz.framing import framed

KEYS = ("k8s.cluster.name", "source.workload.name", "source.process.name")
METRICS = ("tcp.bytes", "tcp.new_sockets", "tcp.packets", "udp.bytes", "udp.packets")
FIELDS = ("_time", *KEYS, *METRICS)

OPTION_WORDS = (
    *(b"baseline=", b"by=", b"metrics=", b"threshold=", b"minsamples=", b"minspread=", b"unseen=", b"ignore", b"flag"),
    *(
        b"k8s.cluster.name",
        b"tcp.bytes",
        b"_time",
        b"score",
        b"metric",
        b"../",
        b"/etc/passwd",
        b"1e308",
        b"nan",
        b"\n",
    ),
)
TABLE_WORDS = (
    *(
        b"k8s.cluster.name",
        b"source.workload.name",
        b"source.process.name",
        b"host",
        b"m",
        b"count_",
        b"avg_",
        b"stdev_",
    ),
    *(
        b"count_tcp.bytes",
        b"avg_tcp.bytes",
        b"stdev_tcp.bytes",
        b"udp.packets",
        b"\r\n",
        b'""',
        b"\xef\xbb\xbf",
        b"1e308",
    ),
)
STREAM_WORDS = (
    *(b"chunked 1.0,", b'"action"', b'"getinfo"', b'"execute"', b'"finished"', b"true", b"false", b'"searchinfo"'),
    *(b'"args"', b'"_time"', b'"k8s.cluster.name"', b'"tcp.bytes"', b'"__mv_tcp.bytes"', b'"_chunked_idx"', b"\r\n"),
    *(b"$1$;$2$", b"1e308", b"null", b'"baseline=fuzzed"', b'"unseen=flag"', b'"by=host"', b'"metrics=m"', b'""'),
)

TABLE = (
    "k8s.cluster.name,source.workload.name,source.process.name,"
    + ",".join(f"{part}_{metric}" for metric in METRICS for part in ("count", "avg", "stdev"))
    + "\nprod,web,nginx"
    + ",1000,100,10" * 5
    + '\nprod,"café, ""x""",java'
    + ",1000,2.5,0" * 4
    + ",,,"
    + "\nprod,thin,cron"
    + ",3,100,10" * 5
    + "\n"
).encode()
SMALL_TABLE = b"host,count_m,avg_m,stdev_m\na,1000,10,1\nb,1,5,\n"


def options() -> Mapping[str, bytes]:
    """Options as typed."""
    return {
        "defaults": b"",
        "all": b"baseline=npm_baseline\nby=host,app\nmetrics=bytes,packets\nthreshold=4.5\nminsamples=0\nminspread=0\n"
        b"unseen=flag",
        "climbing-out": b"baseline=../../etc/passwd",
        "absolute": b"baseline=/etc/passwd",
        "column-of-the-answer": b"by=_time\nmetrics=score",
        "same-twice": b"by=a,a\nmetrics=a",
        "not-numbers": b"threshold=nan\nminsamples=-1\nminspread=1e999\nunseen=maybe",
        "digits-of-others": "threshold=\u0663\nminsamples=\u0661\u0660".encode(),
        "braces": b"baseline={0}\nby={}\nmetrics=%s",
        "no-text": b"by=\xff\xfe\0",
    }


def baselines() -> Mapping[str, bytes]:
    """Lookup files."""
    return {
        "ordinary": TABLE,
        "small": SMALL_TABLE,
        "crlf": TABLE.replace(b"\n", b"\r\n"),
        "byte-order-mark": b"\xef\xbb\xbf" + TABLE,
        "empty": b"",
        "header-only": SMALL_TABLE.split(b"\n")[0] + b"\n",
        "half-a-line": TABLE[: len(TABLE) // 2],
        "half-a-quote": b'host,count_m,avg_m,stdev_m\n"a,1,2,3\n',
        "twice": SMALL_TABLE + b"a,1,1,1\n",
        "nul": SMALL_TABLE.replace(b"a", b"\0"),
        "no-text": SMALL_TABLE.replace(b"a,", b"\xff,"),
        "not-numbers": b"host,count_m,avg_m,stdev_m\na,nan,inf,x\n",
        "negative": b"host,count_m,avg_m,stdev_m\na,-1,-5,-2\n",
        "huge": b"host,count_m,avg_m,stdev_m\na,1e308,1e308,1e308\nb,1e308,-1e308,1e308\n",
        "other-columns": b"a,b,c\n1,2,3\n",
        "doubled-columns": b"host,host,count_m,count_m,avg_m,stdev_m\na,b,1000,1,1,1\n",
        "many-columns": b"host,count_m,avg_m,stdev_m" + b",x" * 10_000 + b"\na,1,1,1" + b",1" * 10_000 + b"\n",
        "large-field": b"host,count_m,avg_m,stdev_m\n" + b"a" * 10_500_000 + b",1,1,1\n",
    }


def metadata(*arguments: str) -> bytes:
    """Metadata of a getinfo chunk with ``arguments`` typed after the command."""
    searchinfo = {
        "args": list(arguments), "raw_args": list(arguments), "dispatch_dir": "/d", "sid": "1", "app": "a",
        "owner": "o", "username": "u", "session_key": "", "splunkd_uri": "", "splunk_version": "9.4.0",
        "search": "", "command": "npmanomaly", "maxresultrows": 50000, "earliest_time": "0", "latest_time": "0",
    }  # fmt: skip
    return json.dumps({"action": "getinfo", "preview": False, "searchinfo": searchinfo}, separators=(",", ":")).encode()


MORE = b'{"action":"execute","finished":false}'
LAST = b'{"action":"execute","finished":true}'
ASK = (metadata("baseline=fuzzed"), b"")
ASK_SMALL = (metadata("baseline=small", "by=host", "metrics=m", "unseen=flag"), b"")
HEADER = ",".join(f'"{name}"' for name in (*FIELDS, *(f"__mv_{name}" for name in FIELDS))).encode() + b"\n"
CALM = b"1772323200,prod,web,nginx,90,90,90,90,90,,,,,,,,,\n"
LOUD = b'1772323210,prod,web,nginx,"2147943.07811",90,"250.5",,,,,,,,,,,\n'
NAMED = b'1772323220,prod,"caf\xc3\xa9, ""x""",java,3,"2.5001",1,1,9,,,,,,,,,\n'
STRANGER = b"1772323230,prod,other,nginx,1,1,1,1,1,,,,,,,,,\n"
SEVERAL = b'1772323240,prod,"web\nshop",nginx,"1\n999999",90,90,90,90,,,"$web$;$shop$",,"$1$;$999999$",,,,\n'
NUMBERS = (b"1e3", b"1e308", b"1e309", b"nan", b"inf", b"-5", b"0x1", b"1_0", b'" 500 "', b"9" * 400, b".", b"5.")
ROWS = HEADER + CALM + LOUD + NAMED + STRANGER
SMALL_ROWS = b'"_time",host,m,"__mv__time","__mv_host","__mv_m"\n1,a,5,,,\n2,a,"50.5",,,\n3,c,1,,,\n'


def streams() -> Mapping[str, bytes]:
    """Everything a command reads on its standard input."""
    whole = framed([ASK, (MORE, ROWS), (MORE, ROWS + SEVERAL), (LAST, b"")])
    return {
        **_well_formed(whole),
        **_broken_frames(whole),
        **{f"body-{name}": framed([ASK, (MORE, body), (LAST, b"")]) for name, body in _odd_bodies().items()},
        **{f"getinfo-{name}": framed([(meta, body), (LAST, ROWS)]) for name, (meta, body) in _odd_getinfos().items()},
    }


def _well_formed(whole: bytes) -> dict[str, bytes]:
    return {
        "ordinary": whole,
        "small": framed([ASK_SMALL, (MORE, SMALL_ROWS), (LAST, b"")]),
        "all-in-the-last": framed([ASK, (LAST, ROWS)]),
        "asked-only": framed([ASK]),
        "no-rows": framed([ASK, (LAST, b"")]),
        "header-only": framed([ASK, (MORE, HEADER), (LAST, HEADER)]),
        "columns-change": framed([ASK_SMALL, (MORE, SMALL_ROWS), (MORE, b"m,host\n99,a\n"), (LAST, b"")]),
        "baseline-missing": framed([(metadata("baseline=absent"), b""), (LAST, ROWS)]),
    }


def _broken_frames(whole: bytes) -> dict[str, bytes]:
    return {
        "nothing": b"",
        "ends-in-header": whole[:-40],
        "ends-in-metadata": whole[: whole.rindex(b"true")],
        "ends-in-body": whole[: whole.rindex(b"chunked") - 30],
        "ends-between-chunks": whole[: whole.rindex(b"chunked")],
        "length-too-small": whole.replace(b"1.0,37,", b"1.0,36,"),
        "length-too-large": whole.replace(b"1.0,37,", b"1.0,38,"),
        "length-absurd": framed([ASK]) + b"chunked 1.0,37,99999999999999999999\n" + MORE,
        "length-negative": framed([ASK]) + b"chunked 1.0,37,-5\n" + MORE,
        "crlf-headers": framed([ASK, (MORE, ROWS), (LAST, b"")]).replace(b"\n{", b"\r\n{"),
        "byte-order-mark": b"\xef\xbb\xbf" + whole,
        "after-finished": framed([ASK, (LAST, ROWS), (MORE, ROWS), (LAST, b"")]),
        "no-getinfo": framed([(MORE, ROWS), (LAST, b"")]),
        "two-getinfos": framed([ASK, ASK, (LAST, ROWS)]),
        "other-protocol": b"splunkVersion:9.4.0\nsid:1\n\n",
        "endless-header": b"chunked 1.0," + b"1" * 100_000,
        "execute-no-json": framed([ASK, (b"{", ROWS)]),
        "execute-list": framed([ASK, (b"[1]", ROWS)]),
        "execute-nested": framed([ASK, (b"[" * 100_000, ROWS)]),
        "execute-no-action": framed([ASK, (b"{}", ROWS)]),
        "execute-odd-finished": framed([ASK, (b'{"action":"execute","finished":"no"}', ROWS)]),
    }


def _odd_bodies() -> dict[str, bytes]:
    long_line = b"1,prod," + b"x" * 10_500_000 + b",nginx,1,1,1,1,1,,,,,,,,,\n"
    return {
        "nul": HEADER + CALM.replace(b"web", b"w\0b") + LOUD,
        "no-text": HEADER + CALM.replace(b"web", b"w\xffb") + LOUD,
        "byte-order-mark": b"\xef\xbb\xbf" + ROWS,
        "crlf": ROWS.replace(b"\n", b"\r\n"),
        "mixed-line-ends": HEADER + CALM.replace(b"\n", b"\r\n") + LOUD + CALM.replace(b"\n", b"\r") + LOUD,
        "no-last-line-end": ROWS.rstrip(b"\n"),
        "half-a-quote": ROWS + b'1,prod,"web,nginx,1,1,1,1,1,,,,,,,,,\n',
        "short-row": HEADER + LOUD + b"1,prod,web\n" + LOUD,
        "long-row": HEADER + LOUD + CALM.rstrip(b"\n") + b",1,2\n" + LOUD,
        "blank-lines": HEADER + b"\n" + LOUD + b"\n\n" + LOUD + b"\n",
        "many-columns": b"host" + b",x" * 10_000 + b"\na" + b",1" * 10_000 + b"\n",
        "large-field": HEADER + long_line + LOUD,
        "doubled-columns": b"host,m,m,host\na,1,99,b\n",
        "doubled-columns-short-row": b",".join(f'"{name}"'.encode() for name in (*FIELDS[1:5], FIELDS[1]))
        + b"\nprod,web,nginx,999\n",
        "short-row-first": HEADER + b"1,prod\n" + LOUD,
        "digits-last": HEADER + LOUD + b"5",
        "cr-only": ROWS.replace(b"\n", b"\r"),
        "header-eats-rows": HEADER[:-1] + b',"a\n' + LOUD,
        "nearly-a-number": HEADER + LOUD.replace(b'"250.5"', b"9" * 5_000 + b"x"),
        "index": b'"_chunked_idx",' + HEADER + b"0," + CALM + b"1," + LOUD,
        "braces": HEADER + CALM.replace(b",90", b",{0}") + LOUD.replace(b"web", b"{x}"),
        "bad-multivalue": HEADER + b'1,prod,web,nginx,5,5,5,5,5,,"$a",,,"$1$;",,,,\n' + LOUD,
        "numbers": HEADER + b"".join(b"1,prod,web,nginx,%b,1,1,1,1,,,,,,,,,\n" % cell for cell in NUMBERS),
    }  # fmt: skip


def _odd_getinfos() -> dict[str, tuple[bytes, bytes]]:
    ask = metadata("baseline=fuzzed")
    return {
        "with-body": (ask, ROWS),
        "no-json": (b"{", b""),
        "empty": (b"", b""),
        "list": (b"[]", b""),
        "no-searchinfo": (b'{"action":"getinfo"}', b""),
        "odd-searchinfo": (b'{"action":"getinfo","searchinfo":5}', b""),
        "odd-arguments": (ask.replace(b'["baseline=fuzzed"]', b'[1,null,{"a":"b"}]'), b""),
        "no-times": (ask.replace(b'"earliest_time":"0",', b"").replace(b'"latest_time":"0"', b'"x":1'), b""),
        "odd-times": (ask.replace(b'"earliest_time":"0"', b'"earliest_time":"now"'), b""),
        "odd-limit": (ask.replace(b"50000", b'"many"'), b""),
        "climbing-out": (metadata("baseline=../../x"), b""),
        "absolute": (metadata("baseline=/etc/passwd"), b""),
        "unknown-option": (metadata("foo={bar}"), b""),
        "built-in-option": (metadata("record=t", "logging_level=X", "show_configuration=t"), b""),
        "braces": (metadata("baseline={0}", "{}"), b""),
        "lone-surrogate": (ask.replace(b"fuzzed", b"\\ud800"), b""),
        "no-text": (ask.replace(b"fuzzed", b"\xff"), b""),
    }
