"""The same join and comparison by DuckDB, single-threaded: reads the rows and the baseline, writes the findings.

    python duckdb_join.py ROWS.csv BASELINE.csv > findings.csv

Columns that are not needed are not read, types are given, nothing is guessed: as fast as it goes.
"""

import sys

import duckdb

KEYS = ("cluster", "namespace", "workload", "process")
METRICS = ("tcp.bytes", "tcp.new_sockets", "tcp.packets", "udp.bytes", "udp.packets")
THRESHOLD, MIN_SAMPLES, MIN_SPREAD, BESIDE_PEAK, OVER_PEAK = 3.0, 100, 0.05, 3, 4 / 3  # the defaults of npmanomaly
PARTS = [f"p95_{hour:02d}" for hour in range(0, 24, 2)]  # of the day


def name(field: str) -> str:
    """Quote an identifier."""
    return f'"{field}"'


def limits(baseline: str) -> str:
    """SELECT with the four keys and, for each metric, its average, spread, upper limit and usual peaks."""
    columns = [name(key) for key in KEYS]
    for number, metric in enumerate(METRICS):
        average, deviation = name(f"avg_{metric}"), name(f"stdev_{metric}")
        spread = f"greatest({deviation}, {MIN_SPREAD} * abs({average}))"
        upper = f"if({name(f'count_{metric}')} >= {MIN_SAMPLES}, {average} + {THRESHOLD} * {spread}, 'infinity')"
        peaks = f"[{', '.join(name(f'{part}_{metric}') for part in PARTS)}]"
        columns += [f"{average} AS average{number}", f"{spread} AS spread{number}", f"{upper} AS upper{number}"]
        columns.append(f"{peaks} AS peaks{number}")
    types = dict.fromkeys(KEYS, "VARCHAR")
    types |= {f"{part}_{metric}": "DOUBLE" for metric in METRICS for part in ("count", "avg", "stdev")}
    types |= {f"{part}_{metric}": "DOUBLE" for metric in METRICS for part in PARTS}
    return f"SELECT {', '.join(columns)} FROM read_csv('{baseline}', header=true, auto_detect=false, columns={types})"


def findings(rows: str, baseline: str) -> str:
    """SELECT with one row for each metric over its limit."""
    fields = ("_time", *KEYS, *METRICS)
    types = {"_time": "BIGINT"} | dict.fromkeys(KEYS, "VARCHAR") | dict.fromkeys(METRICS, "DOUBLE")
    types |= {f"__mv_{field}": "VARCHAR" for field in fields}
    source = f"read_csv('{rows}', header=true, auto_detect=false, quote='\"', escape='\"', columns={types})"
    part = "1 + (_time % 86400) // 7200"
    limits_ = [
        f"if({peak} > 0, greatest({average} + ({upper} - {average}) / {BESIDE_PEAK}, {OVER_PEAK} * {peak}), {upper})"
        for number in range(len(METRICS))
        for average, upper, peak in [(f"average{number}", f"upper{number}", f"peaks{number}[{part}]")]
    ]
    over = " OR ".join(f"{name(metric)} > {limit}" for metric, limit in zip(METRICS, limits_, strict=True))
    tidy = ", ".join(
        f"{{'metric': '{metric}', 'value': {name(metric)}, 'expected': average{number}, 'stdev': spread{number},"
        f" 'upper': {limits_[number]}}}"
        for number, metric in enumerate(METRICS)
    )
    keys = ", ".join(name(key) for key in KEYS)
    return f"""
        WITH hits AS (
            SELECT _time, {keys}, unnest(list_filter([{tidy}], lambda each: each.value > each.upper)) AS hit
            FROM (SELECT _time, {keys}, {", ".join(map(name, METRICS))} FROM {source})
            JOIN ({limits(baseline)}) USING ({keys})
            WHERE {over}
        )
        SELECT {keys}, _time, hit.metric AS metric, hit.value AS value, hit.expected AS expected, hit.stdev AS stdev,
            (hit.value - hit.expected) / hit.stdev AS score
        FROM hits"""


if __name__ == "__main__":
    connection = duckdb.connect(config={"threads": 1})
    connection.execute(f"COPY ({findings(*sys.argv[1:3])}) TO '/dev/stdout' (FORMAT csv, HEADER)")
