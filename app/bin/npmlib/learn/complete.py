"""Whether all rows of the table of profiles arrived: what is missing would be learned anew, and its past be lost.

Splunk may hand on no more rows than a limit of limits.conf allows (maxresultrows), without a word to the command.
"""

import csv
import io
import os

from npmlib.errors import SearchError
from npmlib.lookupfile import Kind, baseline_path

TABLE = Kind(option="table", when_missing="", again="run the search again")


def check_complete(app_folder: str, table: str, arrived: int) -> None:
    """Compare the rows that ``arrived`` with those of the lookup ``table``; SearchError where some are missing.

    A lookup that does not exist yet has none; without a name nothing is compared.
    """
    if not table or not os.path.lexists(os.path.join(app_folder, "lookups", table + ".csv")):
        return
    try:
        with io.open(baseline_path(app_folder, table, TABLE), encoding="utf-8-sig", newline="") as lines:
            rows = max(sum(1 for row in csv.reader(lines) if row) - 1, 0)
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise SearchError(f"table '{table}' cannot be read ({error}); put back a copy of it") from error
    if arrived < rows:
        raise SearchError(
            f"only {arrived} of the {rows} rows of the table '{table}' arrived, so nothing was learned or written. Put"
            f" '| inputlookup append=t {table}' straight before npmlearn; if it is there, a limit of Splunk cuts"
            " the rows off: raise maxresultrows in limits.conf, or learn fewer metrics"
        )
