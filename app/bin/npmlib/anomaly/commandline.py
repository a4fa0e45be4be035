"""One run of npmanomaly on two byte streams, from the first chunk to the exit code."""

from typing import BinaryIO

from npmlib.anomaly.command import NpmAnomalyCommand
from npmlib.conversation import converse


def run(stdin: BinaryIO, stdout: BinaryIO, app_folder: str) -> int:
    """Answer the chunks of ``stdin`` on ``stdout`` with the lookups of ``app_folder``; see converse for the code."""
    return converse(NpmAnomalyCommand(app_folder), stdin, stdout)
