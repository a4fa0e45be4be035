"""On which days of the last four weeks a series would have been reported, at points that nobody has chosen yet.

A text of notes with blanks between, the oldest first: ``day:times_limit``, with the day in days since 1970, UTC, and
how many times its limit at the point that ships the hour scored that stood out most on it.
"""

import re

DAYS = 28  # before today, for which notes are kept
LEAST = 0.5  # times its limit, from which on an hour is noted
NOTES = re.compile(r"(?:[0-9]{1,6}:[0-9]+(?:\.[0-9]+)?(?: (?!\Z)|\Z))*\Z")


def noted(notes: str, day: int, times_limit: str) -> str:
    """Add an hour to the notes of its series, of which none is later than ``day``.

    >>> noted("20510:3 20512:1.3", 20512, "1.2"), noted("20510:3 20512:1.3", 20512, "1.4")
    ('20510:3 20512:1.3', '20510:3 20512:1.4')
    >>> noted("", 20510, "0.49"), noted("20510:3", 20512, "0.5")
    ('', '20510:3 20512:0.5')
    """
    if float(times_limit) < LEAST:
        return notes
    earlier, _, last = notes.rpartition(" ")
    last_day, _, last_times = last.partition(":")
    if last_day != str(day):
        return f"{notes} {day}:{times_limit}".lstrip()
    if float(last_times) >= float(times_limit):
        return notes
    return f"{earlier} {day}:{times_limit}".lstrip()


def recent(notes: str, day: int) -> str:
    """Leave out the notes of more than DAYS days before ``day``.

    >>> recent("20400:1.2 20484:2 20512:1", 20512)
    '20484:2 20512:1'
    """
    while notes and int(notes.partition(":")[0]) < day - DAYS:
        notes = notes.partition(" ")[2]
    return notes
