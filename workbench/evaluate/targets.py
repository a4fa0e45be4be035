"""What was aimed at, held against what was measured."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from workbench.evaluate.deploys import UNKNOWN
from workbench.evaluate.studies import SEED
from workbench.evaluate.whole import BENCHMARK, PODS, SIMULATED, WITH_THE_HOUR

STEADY = "15+"


@dataclass(frozen=True)
class Target:
    """One aim in words, what was measured, and whether it is met."""

    aim: str
    measured: str
    met: bool


def targets(results: dict[str, Any]) -> list[Target]:
    """All aims, in the order of importance."""
    found = results["sets"][BENCHMARK]["detectors"]
    day_two = results["poisoning"][BENCHMARK]["B"][1]["recall"]
    both = pooled(results["sets"][BENCHMARK], results["sets"][PODS])
    burst = results["sets"][BENCHMARK]["kinds"]["5 min x30"]["C"]
    young, where = worst_age(results["learning"][BENCHMARK], STEADY)
    beside, beside_where = worst_age(results["learning"][BENCHMARK], None)
    left_out = {name: ratio for name, row in results["left_out"].items() if (ratio := left_out_ratio(row)) is not None}
    ratios = unseen_ratios(results)
    unknown = deploys_unknown(results)
    with_hour = next(one["detectors"] for one in results["assumptions"] if one["assumption"] == WITH_THE_HOUR)
    seed_hours = both[SEED].false_hours
    return [
        _point("A", both, found, with_hour, 0.87, seed_hours, "no more false hours than the seed"),
        _point("B", both, found, with_hour, 0.60, seed_hours / 10, "a tenth of the seed's false hours"),
        _point("C", both, found, with_hour, 0.54, seed_hours / 20, "a twentieth of the seed's false hours"),
        _least("poisoning: recall on day 2 at B", day_two, 0.80),
        _least("bursts: 5 min x30 at C", both["C"].recalls["5 min x30"], 0.80, f"benchmark alone {burst:.3f}"),
        _most(
            "young series: false hours to those of day 15 on, at any point and age",
            young,
            1.3,
            f"{where}; to those of old profiles in the same hours {beside:.2f}: {beside_where}",
        ),
        _most(
            "series left out when thresholds are chosen: false hours to those of all as shipped, at any point",
            max(left_out.values(), default=float("nan")),
            2.0,
            _by_point(left_out),
        ),
        _most(
            "simulated series: false hours to those of the benchmark, at any point",
            max(ratios.values(), default=float("nan")),
            2.0,
            f"{_by_point(ratios)}; where deploys are unknown {_by_point(unknown)}",
        ),
    ]


def worst_age(curve: dict[str, Any], steady: str | None) -> tuple[float, str]:
    """The highest ratio of a young profile's false hours to those of the age ``steady``, and where it is.

    Without an age: to those of old profiles in the same hours.
    """
    ratios = []
    for point, by_age in curve.items():
        for age, row in by_age.items():
            usual = row["old_false_hours"] if steady is None else by_age[steady]["false_hours"]
            if age != STEADY and row["false_hours"] is not None and usual:
                ratios.append((row["false_hours"] / usual, f"{point}, day {age}"))
    return max(ratios, default=(float("nan"), "nothing alerts"))


def left_out_ratio(row: dict[str, Any]) -> float | None:
    """False hours of series that were left out when thresholds were chosen, to those of all with the shipped ones."""
    shipped, left_out = row["shipped"]["false_hours"], row["left_out"]["false_hours"]
    return left_out / shipped if shipped and left_out is not None else None


def unseen_ratios(results: dict[str, Any]) -> dict[str, float]:
    """False hours on simulated series to those on the benchmark, by point."""
    seen, unseen = results["sets"][BENCHMARK]["detectors"], results["sets"][SIMULATED]["detectors"]
    return {
        point: unseen[point]["false_hours"] / seen[point]["false_hours"]
        for point in results["settings"]["points"]
        if seen[point]["false_hours"]
    }


def deploys_unknown(results: dict[str, Any]) -> dict[str, float]:
    """The same where nobody tells the deploys."""
    seen = results["sets"][BENCHMARK]["detectors"]
    return {
        row["point"]: row["false_hours"] / seen[row["point"]]["false_hours"]
        for row in results["experiments"]["deploys"]
        if row["variant"] == UNKNOWN and seen[row["point"]]["false_hours"]
    }


def _by_point(ratios: dict[str, float]) -> str:
    return ", ".join(f"{name} {ratio:.2f}" for name, ratio in ratios.items())


@dataclass(frozen=True)
class Pooled:
    """A detector on several sets of series: false hours a day, and recall by kind, each window counting the same."""

    false_hours: float
    recalls: dict[str, float]

    @property
    def recall(self) -> float:
        """Mean over the kinds."""
        return sum(self.recalls.values()) / len(self.recalls)


def pooled(*sets: dict[str, Any]) -> dict[str, Pooled]:
    """Put the contents of several sets together, by detector; a kind counts where it has windows."""
    days = sum(one["days"] for one in sets)
    found = {}
    for name in sets[0]["detectors"]:
        recalls = {}
        for kind in sets[0]["kinds"]:
            parts = [(one["kinds"][kind][name], one["windows"][kind][name]) for one in sets if kind in one["kinds"]]
            windows = sum(number for recall, number in parts if recall is not None)
            if windows:
                recalls[kind] = sum(recall * number for recall, number in parts if recall is not None) / windows
        hours = sum(one["detectors"][name]["false_hours"] * one["days"] for one in sets) / days
        found[name] = Pooled(hours, recalls)
    return found


def _point(
    name: str,
    both: dict[str, Pooled],
    found: dict[str, Any],
    with_hour: dict[str, Any],
    recall: float,
    hours: float,
    words: str,
) -> Target:
    row, alone, aligned = both[name], found[name], with_hour[name]
    return Target(
        f"{name}: mean recall at least {recall:.2f} at {words} ({hours:.3f})",
        f"{row.recall:.3f} at {row.false_hours:.3f}; benchmark alone {alone['recall']:.3f} at"
        f" {alone['false_hours']:.3f}, and {aligned['recall']:.3f} if attacks begin with the hour",
        row.recall >= recall and row.false_hours <= hours,
    )


def _least(aim: str, value: float | None, wanted: float, beside: str = "") -> Target:
    measured = _text(value) + (f"; {beside}" if beside else "")
    return Target(f"{aim} at least {wanted:.2f}", measured, value is not None and value >= wanted)


def _most(aim: str, value: float, wanted: float, where: str) -> Target:
    return Target(f"{aim}: at most {wanted:.1f}", f"{value:.2f} ({where})", value <= wanted)


def _text(value: float | None) -> str:
    return "-" if value is None else f"{value:.3f}"
