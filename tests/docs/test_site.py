"""The site builds without a warning, needs no network to be read, and none of its links leads nowhere."""

from __future__ import annotations

import os
import subprocess
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest

CHECKOUT = Path(__file__).parents[2]


class Page(HTMLParser):
    """What a page refers to: anchors it has, links a reader can follow, things the browser loads by itself."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.anchors: set[str] = set()
        self.links: list[str] = []
        self.loaded: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        self.anchors |= {values[name] for name in ("id", "name") if name in values}
        if tag == "a" and "href" in values:
            self.links.append(values["href"])
        elif tag == "link" and values.get("rel") not in ("canonical", "next", "prev"):
            self.loaded.append(values.get("href", ""))
        elif "src" in values:
            self.loaded.append(values["src"])


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    named = os.environ.get("NPM_DOCS_PYTHON", CHECKOUT / ".venv-docs" / "bin" / "python")
    assert Path(named).is_file(), f"{named} is absent; run make test, or set NPM_DOCS_PYTHON"
    folder = tmp_path_factory.mktemp("site")
    # Not --quiet: it hides warnings from --strict as well.
    done = subprocess.run(
        [str(named), "-m", "mkdocs", "build", "--strict", "--site-dir", str(folder)],
        cwd=CHECKOUT,
        capture_output=True,
        text=True,
        check=False,
        env=os.environ | {"NO_MKDOCS_2_WARNING": "1"},
    )
    assert done.returncode == 0, f"mkdocs build --strict:\n{done.stdout}\n{done.stderr}"
    return folder


@pytest.fixture(scope="module")
def pages(site: Path) -> dict[Path, Page]:
    return {path: Page(path.read_text(encoding="utf-8")) for path in site.rglob("*.html")}


def test_each_document_has_a_page(site: Path) -> None:
    docs = CHECKOUT / "docs"
    sources = [path.relative_to(docs).as_posix() for path in docs.rglob("*.md")]
    for source in sources:
        assert (site / source).with_suffix(".html").is_file(), source


def test_nothing_is_loaded_from_another_place(pages: dict[Path, Page]) -> None:
    for path, page in pages.items():
        for target in page.loaded:
            assert not urlsplit(target).netloc, f"{path.name} loads {target}"
            if not target.startswith("data:") and path.name != "404.html":
                assert (path.parent / unquote(urlsplit(target).path)).is_file(), f"{path.name} loads {target}"


def test_every_link_within_the_site_leads_to_a_page_and_an_anchor(pages: dict[Path, Page]) -> None:
    for path, page in pages.items():
        if path.name == "404.html":
            continue
        for link in page.links:
            target = urlsplit(link)
            if target.scheme or target.netloc:
                continue
            file = (path.parent / unquote(target.path)).resolve() if target.path else path
            file = file / "index.html" if file.is_dir() else file
            assert file.is_file(), f"{path.name} links to {link}"
            if target.fragment and file in pages:
                assert unquote(target.fragment) in pages[file].anchors | {"__search"}, f"{path.name} links to {link}"
