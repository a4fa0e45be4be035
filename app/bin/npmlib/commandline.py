"""One run of the command on two byte streams, from the first chunk to the exit code."""

from typing import BinaryIO

from npmlib.command import NpmAnomalyCommand


def run(stdin: BinaryIO, stdout: BinaryIO, app_folder: str) -> int:
    """Answer the chunks of ``stdin`` on ``stdout`` with the lookups of ``app_folder``; return the exit code.

    0 for a search that went well or that Splunk ended early, 1 after an error, which the last reply tells.
    BrokenPipeError where Splunk does not read the reply.
    """
    try:
        NpmAnomalyCommand(app_folder).process(["npmanomaly"], stdin, stdout)
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else 1
    return 0
