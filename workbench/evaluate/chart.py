"""The charts of docs/detection-quality.md."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import Any

from workbench.evaluate.studies import SEED
from workbench.evaluate.whole import BENCHMARK, SIMULATED

GREEN, BLUE, AMBER, GREY = "#1a7f5a", "#2b6cb0", "#c7902b", "#8a8f98"
TRADE, KINDS, LEARNING = "detection-tradeoff.png", "detection-kinds.png", "detection-learning.png"


def draw_all(results: dict[str, Any], folder: Path) -> None:
    """Write the charts as PNG into ``folder``."""
    import_module("matplotlib").use("Agg")  # only here: measuring needs no matplotlib
    pyplot = import_module("matplotlib.pyplot")
    for name, draw in ((TRADE, _tradeoff), (KINDS, _kinds), (LEARNING, _learning)):
        figure = draw(results, pyplot)
        figure.tight_layout()
        aside = folder / f"{name}.new"
        figure.savefig(aside, dpi=120, format="png", metadata={"Software": None})
        aside.replace(folder / name)
        pyplot.close(figure)


def _tradeoff(results: dict[str, Any], pyplot: Any) -> Any:
    """Mean recall against false hours: the points of the profile, and the seed at many thresholds."""
    figure, panels = pyplot.subplots(1, 2, figsize=(9, 3.8), sharey=True)
    for axes, name in zip(panels, (BENCHMARK, SIMULATED), strict=True):
        content = results["sets"][name]
        points = [(one, content["detectors"][one]) for one in results["settings"]["points"]]
        shown = [(one, row) for one, row in points if row["false_hours"]]
        axes.plot([row["false_hours"] for _, row in shown], [row["recall"] for _, row in shown], "o-", color=GREEN)
        for place, (one, row) in enumerate(shown):
            beside = (-4, -15) if place % 2 else (-4, 6)  # in turn below and above: points may lie close together
            axes.annotate(one, (row["false_hours"], row["recall"]), beside, textcoords="offset points", color=GREEN)
        curve = [row for row in content["curve"] if row["false_hours"]]
        axes.plot([row["false_hours"] for row in curve], [row["recall"] for row in curve], ".-", color=GREY)
        for row in curve:
            spot = (row["false_hours"], row["recall"])
            style = {"textcoords": "offset points", "ha": "right", "color": GREY, "fontsize": 7}
            axes.annotate(f"{row['threshold']:g}", spot, (0, 5), **style)
        axes.set_xscale("log")
        axes.set_ylim(0, 1)
        axes.set_title(name, fontsize=10)
        axes.set_xlabel("false alert-hours per series-day", fontsize=8)
        _plain(axes)
    panels[0].set_ylabel("mean caused recall", fontsize=8)
    panels[1].legend(["profile, points A to D", "seed, by its sigma"], fontsize=8, frameon=False, loc="lower right")
    return figure


def _kinds(results: dict[str, Any], pyplot: Any) -> Any:
    """Recall by kind of attack, of the profile and of the seed with as many false hours."""
    kinds = results["sets"][BENCHMARK]["kinds"]
    labels = list(kinds)[::-1]
    figure, panels = pyplot.subplots(1, 2, figsize=(9, 6), sharey=True)
    for axes, (point, seed, title) in zip(
        panels,
        (("A", SEED, "A, and the seed at 3 sigma"), ("C", "seed = C", "C, and the seed with its false hours")),
        strict=True,
    ):
        places = range(len(labels))
        axes.barh([at + 0.2 for at in places], [kinds[one][point] or 0 for one in labels], 0.4, color=GREEN)
        axes.barh([at - 0.2 for at in places], [kinds[one][seed] or 0 for one in labels], 0.4, color=GREY)
        axes.set_yticks(list(places), labels, fontsize=8)
        axes.set_xlim(0, 1)
        axes.set_ylim(-0.7, len(labels))
        axes.set_title(title, fontsize=10)
        axes.set_xlabel("caused recall", fontsize=8)
        _plain(axes)
    panels[0].legend(["profile", "seed"], fontsize=8, frameon=False, loc="upper right", bbox_to_anchor=(1, 1.02))
    return figure


def _learning(results: dict[str, Any], pyplot: Any) -> Any:
    """False hours and recall by the age of a profile, at B and C."""
    figure, panels = pyplot.subplots(1, 2, figsize=(9, 3.4))
    curve = results["learning"][BENCHMARK]
    for axes, (young, old), title in (
        (panels[0], ("false_hours", "old_false_hours"), "false alert-hours per series-day"),
        (panels[1], ("recall", "old_recall"), "caused recall of four kinds"),
    ):
        for point, colour in (("B", BLUE), ("C", AMBER)):
            ages = list(curve[point])
            axes.plot(ages, [curve[point][age][young] for age in ages], "o-", color=colour, label=point)
            axes.plot(
                ages, [curve[point][age][old] for age in ages], ":", color=colour, label=f"{point}, an old profile"
            )
        axes.set_title(title, fontsize=10)
        axes.set_xlabel("day of the profile", fontsize=8)
        axes.set_ylim(bottom=0)
        _plain(axes)
    panels[1].legend(fontsize=8, frameon=False)
    return figure


def _plain(axes: Any) -> None:
    axes.tick_params(labelsize=8)
    axes.spines[["top", "right"]].set_visible(False)
