"""Measures one update of a learned profile: score an hour, learn it.

Prints microseconds, the median of many hundreds, and how many numbers the profile has.

python one_update.py APP_BIN
"""

import math
import statistics
import sys
import time

sys.path.insert(0, sys.argv[1])

from npmlib.profile.hours import Hour, measures
from npmlib.profile.learning import score_and_learn
from npmlib.profile.state import blank

HOURS, AT_ONCE = 2_400, 24

state = blank()
taken = []
hours = [
    Hour(120, 600e3 * (1 + hour % 5 / 10), 120 * math.log(6 + hour % 5 / 2), 9000.0 + hour % 7) for hour in range(HOURS)
]
for first in range(0, HOURS, AT_ONCE):
    begun = time.perf_counter()
    for hour in range(first, first + AT_ONCE):
        score_and_learn(state, 480_000 + hour, measures(hours[hour], 1000.0))
    taken.append((time.perf_counter() - begun) / AT_ONCE)
print(statistics.median(taken) * 1e6, len(state))
