"""The aims of the operating points, compared with what was measured."""

from __future__ import annotations

import math
from dataclasses import dataclass

from workbench.evaluate.choice import BURST, LESS_THAN_ORIGINAL
from workbench.evaluate.figures import ORIGINAL, PLAIN, THREE_SIGMA, Figures
from workbench.evaluate.study import BENCHMARK, PODS, SIMULATED

RECALL = {"A": 0.87, "B": 0.60, "C": 0.54}  # wanted; none of the quietest point
BURST_RECALL = 0.80  # wanted at C
BURSTS = ("5 min x10", "5 min x30", "15 min x10", "1 h x10")  # of the rule of three standard deviations
LESS_THAN_PLAIN, BURSTS_OF_PLAIN = 5, 0.9  # parts of its false hours, part of its recall of bursts
MOST_ON_OTHERS = 2.0  # false hours on series that no threshold was chosen on, to those on the benchmark


@dataclass(frozen=True)
class Aim:
    """An aim in words, what was measured, and whether it is met."""

    text: str
    measured: str
    met: bool


def aims(figures: Figures) -> list[Aim]:
    """Return all aims, in the order of importance."""
    benchmark = figures["sets"][BENCHMARK]
    both = pooled(benchmark, figures["sets"][PODS])
    burst = both["C"].recalls[BURST]
    return [
        *(_point(name, both, benchmark["detectors"][name]) for name in LESS_THAN_ORIGINAL),
        Aim(
            f"bursts: {BURST} at C at least {BURST_RECALL:.2f}",
            f"{burst:.3f}; benchmark alone {benchmark['kinds'][BURST]['C']:.3f}",
            burst >= BURST_RECALL,
        ),
        _usual_peaks(figures["sets"]),
        _on_others("series left out when thresholds are chosen", left_out_ratios(figures)),
        _on_others("simulated series", simulated_ratios(figures)),
    ]


def left_out_ratios(figures: Figures) -> dict[str, float]:
    """Return false hours of series left out of the choice to those of all with the shipped thresholds, by point.

    A point without false hours as shipped has no ratio.
    """
    rows = figures["left_out"].items()
    hours = {name: (row["shipped"]["false_hours"], row["left_out"]["false_hours"]) for name, row in rows}
    return {name: left_out / shipped for name, (shipped, left_out) in hours.items() if shipped and left_out is not None}


def simulated_ratios(figures: Figures) -> dict[str, float]:
    """Return false hours on the simulated series to those on the benchmark, by point with false hours there."""
    benchmark, simulated = (figures["sets"][name]["detectors"] for name in (BENCHMARK, SIMULATED))
    return {
        point: simulated[point]["false_hours"] / benchmark[point]["false_hours"]
        for point in figures["settings"]["points"]
        if benchmark[point]["false_hours"]
    }


@dataclass(frozen=True)
class Pooled:
    """A detector on several sets of series: false hours a day, and recall by kind, each window counting the same."""

    false_hours: float
    recalls: dict[str, float]

    @property
    def recall(self) -> float:
        """Mean over the kinds."""
        return sum(self.recalls.values()) / len(self.recalls)


def pooled(*sets: Figures) -> dict[str, Pooled]:
    """Return the figures of several sets together, by detector; a kind counts where it has windows."""
    days = sum(one["days"] for one in sets)
    together = {}
    for name in sets[0]["detectors"]:
        recalls = {}
        for kind in sets[0]["kinds"]:
            parts = [(one["kinds"][kind][name], one["windows"][kind][name]) for one in sets if kind in one["kinds"]]
            windows = sum(number for recall, number in parts if recall is not None)
            if windows:
                recalls[kind] = sum(recall * number for recall, number in parts if recall is not None) / windows
        hours = sum(one["detectors"][name]["false_hours"] * one["days"] for one in sets) / days
        together[name] = Pooled(hours, recalls)
    return together


def _point(name: str, both: dict[str, Pooled], alone: Figures) -> Aim:
    """Return the aim of a point: its recall, at no more false hours than it may have."""
    point, parts, recall = both[name], LESS_THAN_ORIGINAL[name], RECALL.get(name, 0.0)
    hours = both[ORIGINAL].false_hours / parts
    less = "no more false hours than the original" if parts == 1 else f"1/{parts} of the original's false hours"
    wanted = f"mean recall at least {recall:.2f} at {less}" if recall else f"at most {less}"
    return Aim(
        f"{name}: {wanted} ({hours:.3f})",
        f"{point.recall:.3f} at {point.false_hours:.3f};"
        f" benchmark alone {alone['recall']:.3f} at {alone['false_hours']:.3f}",
        point.recall >= recall and point.false_hours <= hours,
    )


def _usual_peaks(sets: Figures) -> Aim:
    """Return the aim of three sigma as shipped, beside the same without usual peaks, on all sets together."""
    together = pooled(*sets.values())
    hours, bursts = _beside_plain(together)
    alone = ", ".join("{} {:.2f} and {:.2f}".format(name, *_beside_plain(pooled(one))) for name, one in sets.items())
    return Aim(
        f"three sigma as shipped: false hours at most 1/{LESS_THAN_PLAIN} of those without usual peaks, and recall of"
        f" bursts ({', '.join(BURSTS)}) at least {BURSTS_OF_PLAIN:.2f} of it",
        f"{hours:.2f} and {bursts:.2f}; {alone}",
        hours <= 1 / LESS_THAN_PLAIN and bursts >= BURSTS_OF_PLAIN,
    )


def _beside_plain(together: dict[str, Pooled]) -> tuple[float, float]:
    """Return false hours and recall of bursts of three sigma as shipped, as parts of those without usual peaks."""
    shipped, plain = together[THREE_SIGMA], together[PLAIN]
    recalls = [sum(one.recalls[kind] for kind in BURSTS) for one in (shipped, plain)]
    return shipped.false_hours / plain.false_hours if plain.false_hours else math.nan, recalls[0] / recalls[1]


def _on_others(series: str, ratios: dict[str, float]) -> Aim:
    highest = max(ratios.values(), default=float("nan"))
    return Aim(
        f"{series}: false hours to those of the benchmark at most {MOST_ON_OTHERS:.1f}, at any point",
        f"{highest:.2f} ({', '.join(f'{name} {ratio:.2f}' for name, ratio in ratios.items())})",
        highest <= MOST_ON_OTHERS,
    )
