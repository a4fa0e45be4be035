"""The hook that mkdocs.yml names: what reads differently on the site than in the repository.

It imports nothing of the project, because mkdocs runs in an environment of its own.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

DOCS = Path(__file__).parents[2] / "docs"
_ROW = re.compile(r"^ *\|.*$", re.MULTILINE)
_CODE = re.compile(r"(`+)(?!`).*?(?<!`)\1(?!`)")
_LINK = re.compile(r"(?<!!)\[([^\]]+)\]\(([^)\s#:]+)(?:#[^)]*)?\)")


def on_page_markdown(markdown: str, page: Any, **_: Any) -> str:
    """Return the Markdown of a page as mkdocs is to render it."""
    return without_outside_links(with_plain_pipes(markdown), DOCS / page.file.src_uri, DOCS)


def without_outside_links(text: str, page: Path, docs: Path) -> str:
    """Return the Markdown of ``page`` with each link to a file of the repository outside ``docs`` replaced by its text.

    A link to a file that does not exist stays, so that the strict build reports it.
    """

    def without_link(link: re.Match[str]) -> str:
        target = (page.parent / link[2]).resolve()
        if target.is_relative_to(docs.resolve()) or not target.exists():
            return link[0]
        return link[1] if link[1].startswith("`") else f"`{link[1]}`" if "." in link[1] else link[1]

    return _LINK.sub(without_link, text)


def with_plain_pipes(text: str) -> str:
    r"""Return the Markdown with ``\|`` in the inline code of tables as ``|``.

    GitHub needs the backslash and hides it; Python-Markdown, which makes the site, would show it.
    """
    return _ROW.sub(lambda row: _CODE.sub(lambda code: code[0].replace("\\|", "|"), row[0]), text)
