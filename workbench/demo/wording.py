"""Names from the traffic as a person can read them: nothing invisible, nothing endless."""

from __future__ import annotations


def readable(text: str) -> str:
    """Write out characters that cannot be seen or that turn the text around them, such as line feeds and overrides."""
    return "".join(each if each.isprintable() else f"\\u{ord(each):04x}" for each in text)


def shortened(text: str, most: int) -> str:
    """Return at most ``most`` characters of ``text``; what is cut off ends in an ellipsis."""
    return text if len(text) <= most else text[: most - 1] + "…"
