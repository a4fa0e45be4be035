"""The command npmlearn as Splunk's SDK sees it: gathers the rows of all chunks, and answers the last one with a table.

Splunk may cut the rows into chunks. Nothing is learned before the last one, as profiles may come after new hours.
Nothing is written after an error, and nothing in a preview, which has only some of the rows.
"""

from io import BytesIO
from typing import Any, BinaryIO, Dict, Iterable, Iterator

from splunklib.searchcommands import (
    Configuration,
    EventingCommand,
)

from npmlib.conversation import Conversation, converse
from npmlib.learn.options import LearnOptions, parse_options


@Configuration()
class NpmLearnCommand(Conversation, EventingCommand, options=LearnOptions):  # type: ignore[misc]
    """Learn profiles with the lookups of the app in ``app_folder``; see searchbnf.conf for the help."""

    parse_options = staticmethod(parse_options)

    def __init__(self, app_folder: str) -> None:
        super().__init__()
        # The SDK keeps the value of option x in self._x, so none of these may be called after an option.
        self._app_folder = app_folder
        self._rows: Any = None

    def transform(self, records: Iterable[Dict[str, object]]) -> Iterator[Dict[str, str]]:
        """Raise TypeError: the SDK requires the method, but would call it with the rows of one chunk only."""
        raise TypeError

    def answer(self, body: bytes, damaged: bool) -> None:
        """Keep the rows of a chunk; after the last one, learn and write the new table into the reply."""
        if self._metadata.preview:
            return
        if self._rows is None:
            from npmlib.learn.incoming import Incoming

            self._rows = Incoming(self._parsed_options)
        self._rows.take_chunk(BytesIO(body), damaged)
        if not self._finished:
            return
        from npmlib.learn.incoming import Reply

        self._record_writer._buffer = reply = Reply()
        for level, text in self._rows.learn(self._app_folder, reply):
            self._record_writer.write_message(level, "{}", f"{self.name}: {text}")


def run(stdin: BinaryIO, stdout: BinaryIO, app_folder: str) -> int:
    """Answer the chunks of ``stdin`` on ``stdout`` with the lookups of ``app_folder``; see converse for the code."""
    return converse(NpmLearnCommand(app_folder), stdin, stdout)
