"""What the rows of a search hold, in as few bytes as can be: a big estate has 65,000 profiles."""

from array import array
from dataclasses import dataclass, field
from typing import Dict, List, Tuple

from npmlib.profile.state import State

Series = Tuple[str, ...]  # values of the by fields
Hours = Dict[int, "array[float]"]  # by hour (hours since 1970): the parts of each metric in turn
UNUSABLE = -1.0  # intervals present of an hour that cannot be learned


class Profile:
    """The profile of one series and metric; ``told`` are its numbers for people, as in the table, commas between."""

    __slots__ = ("state", "told")

    def __init__(self, state: State, told: str) -> None:
        self.state = state
        self.told = told


@dataclass
class Gathered:
    """All rows of a search.

    hours: what was sent. observed: of each cluster, the hours that any row is of, with the most intervals that any
    series and metric has in it. profiles: by series, then metric. alerts: cells after the by fields of the rows of
    kind hour, by series, metric and hour.
    """

    hours: Dict[Series, Hours] = field(default_factory=dict)
    observed: Dict[str, Dict[int, float]] = field(default_factory=dict)
    profiles: Dict[Series, Dict[str, Profile]] = field(default_factory=dict)
    alerts: Dict[Tuple[Series, str, int], List[str]] = field(default_factory=dict)
