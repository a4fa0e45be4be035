"""The least a command of the SDK can do: give back every row as it came."""

import sys
from collections.abc import Iterable, Iterator

sys.path.insert(0, sys.path[0] + "/../lib")  # Python begins sys.path with the folder of the script

from splunklib.searchcommands import Configuration, Option, StreamingCommand, dispatch


@Configuration(distributed=False)
class IdentityCommand(StreamingCommand):  # type: ignore[misc]
    """Reads, builds and writes every row."""

    baseline = Option()

    def stream(self, records: Iterable[dict[str, object]]) -> Iterator[dict[str, object]]:
        """Yield each row as it came."""
        for record in records:  # noqa: UP028  # what a command that looks at its rows does
            yield record


dispatch(IdentityCommand, sys.argv, sys.stdin, sys.stdout, __name__)
