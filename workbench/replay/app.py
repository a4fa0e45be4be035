"""The staged app as the replay sees it: macros, saved searches, commands and lookups of one app folder."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

from workbench.replay import conf, macros, savedsearch
from workbench.replay.errors import ReplayError
from workbench.replay.lookups import LookupFolder
from workbench.replay.macros import Macro
from workbench.replay.savedsearch import SavedSearch


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
        searches = conf.layered(root, "savedsearches.conf")
        return cls(
            root=root,
            macros=macros.from_stanzas(conf.layered(root, "macros.conf")),
            saved_searches={name: savedsearch.from_stanza(name, keys) for name, keys in searches.items()},
            commands=conf.layered(root, "commands.conf"),
            lookups=LookupFolder(root),
        )

    @classmethod
    def scratch_copy(cls, root: Path, folder: Path) -> App:
        """Copy the app at ``root`` below ``folder`` and load the copy: searches write lookups there, not in ``root``.

        In a copy that is there already everything is renewed but the lookups, so that a baseline outlives a
        call.
        """
        if not (root / "default").is_dir():
            raise ReplayError(f"{root}: no app here (no default/ folder); stage it with 'python build.py'")
        copy = folder / root.resolve().name
        left_out = ["__pycache__", "lookups"] if (copy / "lookups").is_dir() else ["__pycache__"]
        shutil.copytree(root, copy, ignore=shutil.ignore_patterns(*left_out), dirs_exist_ok=True)
        return cls.load(copy)
