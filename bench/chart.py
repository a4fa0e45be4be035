"""The chart for the documentation: rows a second of everybody, on integers and on decimals."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from bench.tables import LABELS

COLOURS = {"npmanomaly": "#1a7f5a", "sdk_scoring": "#8a8f98", "sdk_identity": "#b9bdc4", "duckdb": "#c7902b"}
TITLES = {
    "integers": "integers",
    "decimals": "decimals (quoted by Splunk)",
    "sparse": "decimals, half silent, a third without UDP",
}


def draw(results: dict[str, Any], path: Path) -> None:
    """Write the chart of a run to ``path`` (PNG)."""
    import matplotlib as mpl  # only here: measuring needs no matplotlib

    mpl.use("Agg")
    from matplotlib import pyplot as plt

    throughput = results["throughput"]
    figure, panels = plt.subplots(1, len(throughput), figsize=(4.3 * len(throughput), 3.6), sharey=True, squeeze=False)
    for axes, (notation, entries) in zip(panels[0], throughput.items(), strict=True):
        shown = entries[::-1]  # bars grow from the bottom
        labels = [LABELS[one["contender"]] + ("" if one["python"] == "-" else f", {one['python']}") for one in shown]
        speeds = [one["rows_per_second"] / 1e6 for one in shown]
        bars = axes.barh(labels, speeds, color=[COLOURS[one["contender"]] for one in shown])
        axes.bar_label(bars, [f"{speed:.2f}" for speed in speeds], padding=3, fontsize=8)
        axes.set_title(TITLES[notation], fontsize=10)
        axes.set_xlim(0, max(speeds) * 1.18)
        axes.tick_params(labelsize=8)
        axes.set_xlabel("million rows per second of CPU time", fontsize=8)
        axes.spines[["top", "right"]].set_visible(False)
    figure.suptitle(
        f"{results['rows']:,} rows of 5 metrics, {results['series']:,} series, whole processes", fontsize=11
    )
    figure.tight_layout()
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, dpi=130, metadata={"Software": None})
    plt.close(figure)
