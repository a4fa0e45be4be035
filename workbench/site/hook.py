"""The hook that mkdocs.yml names: puts generated pages and parts into the site while mkdocs builds it.

mkdocs is installed only where the site is built, so this is the one file that knows it, and it holds no thought of
its own.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

CHECKOUT = Path(__file__).parents[2]
APP = CHECKOUT / "app"
DOCS = CHECKOUT / "docs"
for _folder in (str(APP / "bin"), str(CHECKOUT)):
    if _folder not in sys.path:
        sys.path.insert(0, _folder)

from mkdocs.exceptions import PluginError  # type: ignore[import-not-found]  # noqa: E402
from mkdocs.structure.files import File  # type: ignore[import-not-found]  # noqa: E402

from workbench.site import commandhelp, searchpage  # noqa: E402
from workbench.site.content import SiteContent, SiteError, read_content  # noqa: E402
from workbench.site.dialect import with_plain_pipes, without_outside_links  # noqa: E402

_Made = TypeVar("_Made")
_PLACE = re.compile(r"^<!-- generated: ([a-z ]+) -->$", re.MULTILINE)
_TITLE = re.compile(r"^# (.+)$", re.MULTILINE)
_MORE = "Behind it"

_PARTS: dict[str, Callable[[SiteContent], str]] = {
    "searches": searchpage.search_table,
    "lookups": searchpage.lookup_tables,
    "macros": searchpage.macro_table,
    "synopsis": lambda _: commandhelp.synopsis(APP),
    "options": lambda _: commandhelp.option_table(APP),
    "examples": lambda _: commandhelp.examples(APP),
    "learning synopsis": lambda _: commandhelp.synopsis(APP, commandhelp.LEARNING),
    "learning options": lambda _: commandhelp.option_table(APP, commandhelp.LEARNING),
    "learning examples": lambda _: commandhelp.examples(APP, commandhelp.LEARNING),
}


def on_config(config: Any) -> Any:
    """Give every search, and every page that the navigation does not name, its place in it."""
    content = _content()
    for section in config["nav"]:
        if "Detections" in section:
            section["Detections"] += [{search.name: search.page} for search in content.searches]
    named = set(re.findall(r"[\w/-]+\.md", str(config["nav"])))
    found = sorted(path.relative_to(DOCS).as_posix() for path in DOCS.rglob("*.md"))
    more = next(section[_MORE] for section in config["nav"] if _MORE in section)
    more += [{_title(DOCS / page): page} for page in found if page not in named]
    return config


def on_files(files: Any, config: Any) -> Any:
    """Add the page of each search."""
    content = _content()
    for search in content.searches:
        text = _told(lambda search=search: searchpage.search_page(search, content))  # type: ignore[misc]
        files.append(File.generated(config, search.page, content=text))
    return files


def on_page_markdown(markdown: str, page: Any, **_: Any) -> str:
    """Fill in the parts that are made from the content and the command."""

    def part(place: re.Match[str]) -> str:
        if place[1] not in _PARTS:
            raise PluginError(
                f"docs/{page.file.src_uri}: nothing generates '{place[1]}'; there are: {', '.join(_PARTS)}"
            )
        return _told(lambda: _PARTS[place[1]](_content()))

    text = with_plain_pipes(_PLACE.sub(part, markdown))
    return without_outside_links(text, DOCS / page.file.src_uri, DOCS)


def _content() -> SiteContent:
    return _told(lambda: read_content(CHECKOUT / "contentctl"))


def _told(make: Callable[[], _Made]) -> _Made:
    try:
        return make()
    except SiteError as error:
        raise PluginError(str(error)) from error


def _title(page: Path) -> str:
    found = _TITLE.search(page.read_text(encoding="utf-8"))
    return found[1] if found else page.stem
