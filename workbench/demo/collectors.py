"""What a site sets for its collector: the lines of local/macros.conf that the pages of docs/sources/ tell it to type.

A page has them in a block titled ``local/macros.conf for <source>``, so what the demo runs is what the documents say.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path

from workbench import conf
from workbench.replay.savedsearch import SavedSearch
from workbench.traffic.clusters import PlanError

PAGES = Path(__file__).resolve().parents[2] / "docs" / "sources"
NO_ROWS = "`npm_no_rows`"
_BLOCK = re.compile(r'^```ini title="local/macros\.conf for (\w+)"\n(.*?)^```$', re.MULTILINE | re.DOTALL)
_FIRST_MACRO = re.compile(r"\|\s*`(\w+)`")


def conf_blocks(pages: Path = PAGES) -> dict[str, str]:
    """Return the text of local/macros.conf by source; PlanError when two blocks are for the same one."""
    blocks: dict[str, str] = {}
    for page in sorted(pages.glob("*.md")):
        for source, text in _BLOCK.findall(page.read_text(encoding="utf-8")):
            if source in blocks:
                raise PlanError(f"{page}: a second local/macros.conf for {source}; keep one of them")
            blocks[source] = text
    return blocks


def site_macros(source: str, pages: Path = PAGES) -> dict[str, str]:
    """Return the definitions that a site with ``source`` sets, by stanza; PlanError when no page has them."""
    blocks = conf_blocks(pages)
    if source not in blocks:
        raise PlanError(f'{pages}: no page has a block titled "local/macros.conf for {source}"')
    stanzas = conf.parse(blocks[source], f"local/macros.conf for {source}").require_clean().stanzas
    return {name: settings["definition"] for name, settings in stanzas.items()}


def enabled(searches: Sequence[SavedSearch], macros: Mapping[str, str]) -> list[SavedSearch]:
    """Return the searches that a site with these macros enables: all but those that would read no rows.

    The pages say to leave those disabled. Of Splunk's own events, which a search without a generating command reads,
    the replay has none.
    """
    generating = (search for search in searches if search.search.lstrip().startswith(("|", "`")))
    return [search for search in generating if macros.get(_first_macro(search)) != NO_ROWS]


def _first_macro(search: SavedSearch) -> str:
    begins = _FIRST_MACRO.match(search.search.strip())
    return begins[1] if begins else ""
