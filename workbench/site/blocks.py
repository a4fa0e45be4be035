"""The blocks of the documents that are generated: text between two comments of a Markdown file.

``<!-- generated: options of npmanomaly -->`` begins a block and ``<!-- end of generated text -->`` ends it. ``make
golden`` writes the text between them, and a test holds it in step.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path

from workbench.site import commandhelp, comparison, contentparts, month
from workbench.site.content import SiteContent, SiteError, read_content

_BEGIN = re.compile(r"^<!-- generated: (.+) -->$")
_END = "<!-- end of generated text -->"


def parts(checkout: Path) -> dict[str, Callable[[], str]]:
    """Return what makes each block, by its name, for the content and the app of a checkout."""
    content = read_content(checkout / "contentctl")
    of_content: dict[str, Callable[[SiteContent], str]] = {
        "schedule": contentparts.schedule_table,
        "detections": contentparts.detections,
        "baselines": contentparts.baselines,
        "macros": contentparts.macros,
        "lookups": contentparts.lookups,
    }
    of_command = {
        "synopsis": commandhelp.synopsis,
        "options": commandhelp.option_table,
        "examples": commandhelp.examples,
    }
    named: dict[str, Callable[[], str]] = {name: partial(make, content) for name, make in of_content.items()}
    named["simulated day"] = lambda: comparison.simulated_table(comparison.read_figures(checkout))
    named["month of edges"] = lambda: month.month_of_edges(month.read_figures(checkout))
    named["recorded pods"] = lambda: comparison.recorded_table(comparison.read_figures(checkout))
    for command in (commandhelp.SCORING, commandhelp.LEARNING):
        named |= {f"{what} of {command}": partial(make, checkout / "app", command) for what, make in of_command.items()}
    return named


def renewed(text: str, named: Mapping[str, Callable[[], str]], page: str) -> str:
    """Return the Markdown of ``page`` with all its blocks written anew.

    SiteError for a block that nothing makes, or that does not end.
    """
    lines: list[str] = []
    waiting = iter(enumerate(text.splitlines(), 1))
    for number, line in waiting:
        lines.append(line)
        begin = _BEGIN.match(line)
        if not begin:
            continue
        if begin[1] not in named:
            raise SiteError(f"{page}:{number}: nothing generates '{begin[1]}'; there are: {', '.join(named)}")
        if not any(inside == _END for _, inside in waiting):
            raise SiteError(f"{page}:{number}: the block '{begin[1]}' does not end; write {_END} after it")
        lines += ["", named[begin[1]](), "", _END]
    return "\n".join(lines) + "\n"
