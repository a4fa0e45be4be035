"""The text of a large reply, in place of the StringIO of the SDK, which takes four bytes a character to be cleared."""

from typing import List


class Reply:
    """Has what the SDK's record writer and a CSV writer ask of a text stream."""

    def __init__(self) -> None:
        self._pieces: List[str] = []

    def write(self, text: str) -> int:
        """Add ``text`` at the end."""
        self._pieces.append(text)
        return len(text)

    def getvalue(self) -> str:
        """All that was written."""
        return "".join(self._pieces)

    def seek(self, _position: int) -> None:
        """Go to the start, as the SDK does before it truncates."""

    def truncate(self) -> None:
        """Forget all that was written."""
        self._pieces.clear()
