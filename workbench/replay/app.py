"""The staged app as the replay sees it: macros, saved searches, commands and lookups of one app folder."""

from __future__ import annotations

import re
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from workbench.conf import is_true
from workbench.replay import savedsearch
from workbench.replay.errors import ReplayError
from workbench.replay.lookups import LookupFolder, stanzas_of
from workbench.replay.savedsearch import SavedSearch
from workbench.spl.macros import Macro, expand


@dataclass(frozen=True)
class App:
    """One app folder: ``default/`` with ``local/`` on top. Saved searches keep the order of the file."""

    root: Path
    macros: dict[str, Macro]
    saved_searches: dict[str, SavedSearch]
    commands: dict[str, dict[str, str]]
    lookups: LookupFolder

    @classmethod
    def load(cls, root: Path) -> App:
        """Read the app at ``root``; ReplayError naming file and line when it cannot be read."""
        if not (root / "default").is_dir():
            raise ReplayError(f"{root}: no app here (no default/ folder); stage it with 'python build.py'")
        searches = stanzas_of(root, "savedsearches.conf")
        return cls(
            root=root,
            macros=macros_of(stanzas_of(root, "macros.conf")),
            saved_searches={name: savedsearch.from_stanza(name, keys) for name, keys in searches.items()},
            commands=stanzas_of(root, "commands.conf"),
            lookups=LookupFolder(root),
        )

    def expand(self, search: str) -> str:
        """Return the search with its macros expanded; ReplayError, with the place, for a call that cannot be."""
        expanded = expand(search, self.macros)
        for problem in expanded.problems:
            raise ReplayError(f"{problem.message}; {problem.fix}", position=problem.start).in_text(search)
        return expanded.text

    @classmethod
    def scratch_copy(cls, root: Path, folder: Path) -> App:
        """Copy the app at ``root`` below ``folder`` and load the copy: searches write lookups there, not in ``root``.

        Commands and libraries, which no search writes, are linked. In a copy that is there already everything is
        renewed but the lookups, so that a baseline outlives a call.
        """
        if not (root / "default").is_dir():
            raise ReplayError(f"{root}: no app here (no default/ folder); stage it with 'python build.py'")
        copy = folder / root.resolve().name
        copy.mkdir(parents=True, exist_ok=True)
        for part in root.resolve().iterdir():
            target = copy / part.name
            if part.name in ("bin", "lib"):
                target.unlink(missing_ok=True)
                target.symlink_to(part)
            elif not part.is_dir():
                shutil.copy(part, target)
            elif part.name != "lookups" or not target.is_dir():
                shutil.copytree(part, target, dirs_exist_ok=True)
        return cls.load(copy)


def macros_of(stanzas: Mapping[str, Mapping[str, str]]) -> dict[str, Macro]:
    """Return the macros of a macros.conf by stanza name; ReplayError when a stanza contradicts itself."""
    return {name: _macro(name, settings) for name, settings in stanzas.items()}


def _macro(stanza: str, settings: Mapping[str, str]) -> Macro:
    match = re.fullmatch(r"(?P<name>[^()]+)(?:\((?P<arity>\d+)\))?", stanza)
    arguments = tuple(part.strip() for part in settings.get("args", "").split(",") if part.strip())
    if match is None or int(match["arity"] or 0) != len(arguments):
        raise ReplayError(f"macros.conf [{stanza}]: the name and 'args' disagree on the number of arguments")
    if "definition" not in settings:
        raise ReplayError(f"macros.conf [{stanza}]: 'definition' is missing")
    computed = "iseval" if is_true(settings.get("iseval")) else None
    if settings.get("validation"):
        computed = "validation"
    return Macro(match["name"], arguments, settings["definition"], computed)
