"""What reads differently on the site than in the checkout: links that lead out of docs/, and pipes in tables."""

from __future__ import annotations

import re
from pathlib import Path

_ROW = re.compile(r"^ *\|.*$", re.MULTILINE)
_CODE = re.compile(r"(`+)(?!`).*?(?<!`)\1(?!`)")
_LINK = re.compile(r"(?<!!)\[([^\]]+)\]\(([^)\s#:]+)(?:#[^)]*)?\)")


def without_outside_links(text: str, page: Path, docs: Path) -> str:
    """The Markdown of ``page`` with each link to a file of the checkout outside ``docs`` replaced by its text.

    A link to a file that is not there stays, so that the strict build names it.
    """

    def plain(link: re.Match[str]) -> str:
        target = (page.parent / link[2]).resolve()
        if target.is_relative_to(docs.resolve()) or not target.exists():
            return link[0]
        return link[1] if link[1].startswith("`") else f"`{link[1]}`" if "." in link[1] else link[1]

    return _LINK.sub(plain, text)


def with_plain_pipes(text: str) -> str:
    """The Markdown with ``\\|`` in the code of tables as ``|``.

    Other readers of Markdown want the backslash there, and hide it; the one that makes the site would show it.
    """
    return _ROW.sub(lambda row: _CODE.sub(lambda code: code[0].replace("\\|", "|"), row[0]), text)
