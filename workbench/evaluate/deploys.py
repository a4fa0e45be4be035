"""Experiment: what it is worth to know the deploys, and what it costs.

Simulated series, of which every one is deployed now and then and one family moves its level by that. An attack that
comes with a deploy is the price: what stands out then is excused.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from npmlib.profile.acceptance import Level, accept_level, level_taking_effect
from npmlib.profile.points import POINTS
from npmlib.profile.state import State

from workbench.evaluate.attacks import KINDS, Injections, Kind, attacked, no_attack
from workbench.evaluate.evaluation import Prepared, Result, Run, inside, judge, score
from workbench.evaluate.measures import Caused, caused
from workbench.evaluate.profile import Alerts, Shipped, alerts_at
from workbench.evaluate.series import Series
from workbench.evaluate.simulated import MOVED
from workbench.evaluate.studies import Content, number

LASTING = tuple(kind for kind in KINDS if kind.label in ("24 h x0.5", "24 h x1"))
UNKNOWN = "deploys unknown"
MEASURED = 6  # hours after which a level has been taken over


@dataclass(frozen=True)
class Averaged(Shipped):
    """A deploy is believed like a person: the level moves by the mean of six hours, whatever they are."""

    def accept(self, state: State, hour: int, levels: Sequence[Level]) -> None:
        """Take over what ``hour`` is the first to be taken for, without a limit."""
        if level_taking_effect(state, hour, levels) is not None:
            accept_level(state, hour)


def deploys(prepared: Prepared) -> list[Content]:
    """A row for each way to treat deploys and each point but A."""
    unknown = Prepared([replace(one, deploys=()) for one in prepared.series], prepared.attacks, prepared.kinds)
    at_deploys = [tuple(_with_deploys(one, kind) for kind in LASTING) for one in prepared.series]
    rows = []
    for title, scorer, some in (
        (UNKNOWN, Shipped(), unknown),
        ("mean of six hours", Averaged(), prepared),
        ("what stands out, up to three times (shipped)", Shipped(), prepared),
    ):
        runs = score(some, scorer)
        with_deploys = score(Prepared(some.series, [list(one) for one in at_deploys], LASTING), scorer)
        for name in list(POINTS)[1:]:
            alerts = alerts_at(scorer, POINTS[name])
            result, moved = judge(runs, alerts), judge(_family(runs), alerts)
            at_once = [_attacked(with_deploys, alerts, kind, 0) for kind in LASTING]
            later = [_attacked(with_deploys, alerts, kind, MEASURED) for kind in LASTING]
            rows.append({"variant": title, "point": name, **_figures(result, moved), **_recalls(at_once, later)})
    return rows


def _figures(result: Result, moved: Result) -> Content:
    return {
        "false_hours": number(result.quiet.false_hours),
        "recall": number(result.mean_recall),
        "moved_hours": number(moved.quiet.false_hours),
        "moved_recall": number(moved.mean_recall),
    }


def _recalls(at_once: Sequence[Caused], later: Sequence[Caused]) -> Content:
    both = zip(LASTING, at_once, later, strict=True)
    return {
        title: number(one.recall)
        for kind, now, after in both
        for title, one in ((f"{kind.label} with a deploy", now), (f"{kind.label} from hour {MEASURED} on", after))
    }


def _family(runs: Sequence[Run]) -> list[Run]:
    return [run for run in runs if run.series.name.startswith(MOVED)]


def _with_deploys(series: Series, kind: Kind) -> Injections:
    """An attack that begins with each deploy in the tested hours, of a series whose level none moves."""
    last = len(series.values) - kind.hours
    first = np.array([at for at in series.deploys if series.tested_from <= at <= last], dtype=np.int64)
    if series.name.startswith(MOVED) or not len(first):
        return no_attack(kind)
    return attacked(series, kind, first, np.zeros(len(first), dtype=np.int64))


def _attacked(runs: Sequence[Run], alerts: Alerts, kind: Kind, skipped: int) -> Caused:
    """Caused recall of the attacks of ``kind`` from hour ``skipped`` of each on."""
    found = Caused()
    for run in runs:
        clean = [alerts(one) for one in run.watched.scored]
        for injections, rows in run.attacked:
            if injections.kind != kind:
                continue
            kept = inside(injections, run.series.tested)
            pairs = [(at, row) for at, row, keep in zip(injections.first.tolist(), rows, kept, strict=True) if keep]
            found += caused(
                [clean[at + skipped : at + kind.hours] for at, _ in pairs],
                [[alerts(one) for one in row[skipped:]] for _, row in pairs],
            )
    return found
