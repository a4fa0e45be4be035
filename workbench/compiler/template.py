"""The app around the content of another project: its app_template, with app.conf and app.manifest made for it.

contentctl copies the same folder, and writes the same two files, from contentctl.yml.
"""

from __future__ import annotations

import json
from pathlib import Path

from workbench import conf
from workbench.compiler.appfiles import NOT_SHIPPED, as_shipped, is_compiled
from workbench.compiler.finding import Finding, finding
from workbench.compiler.project import TEMPLATE, Project, shown_path

MADE = ("app.manifest", "default/app.conf")
"""What is made for a package, and replaces a file of that name in the template, as with contentctl."""
# What the system or Python leaves behind.
_LEFT_BEHIND = frozenset((".DS_Store", ".gitkeep", "Thumbs.db"))
_ACCESS = """\
[]
access = read : [ * ], write : [ admin, sc_admin ]
export = system
"""


def template_files(root: Path) -> tuple[dict[str, bytes], list[Finding]]:
    """Return the files of the template that ship, by their path in the package, and what is wrong with the others."""
    files: dict[str, bytes] = {}
    findings: list[Finding] = []
    folder = root / TEMPLATE
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if path.is_symlink():
            message, fix = "is a symbolic link", "put the file itself there"
            findings.append(finding(NOT_SHIPPED, shown_path(path), f"file: {message}", fix))
        elif is_compiled(name):
            message, fix = "is compiled, which replaces it", "move what it holds into the content, and remove it"
            findings.append(finding(NOT_SHIPPED, shown_path(path), f"file: {message}", fix))
        elif path.is_file() and path.name not in _LEFT_BEHIND and path.suffix != ".pyc" and name not in MADE:
            files[name] = as_shipped(path)
    return files, findings


def made_files(project: Project, template: dict[str, bytes]) -> dict[str, bytes]:
    """Return app.conf and app.manifest as contentctl.yml has it, and default.meta if the template has none.

    Without default.meta Enterprise Security would not see the searches, which it runs from its own app.
    """
    keys = ("appid", "version", "title", "description", "author_name", "author_email", "author_company")
    app = {key: project.about_app(key) for key in keys}
    visible = any(name.startswith("default/data/ui/") for name in template)
    settings = {
        "install": {"is_configured": "0"},
        "package": {"id": app["appid"], "check_for_updates": "0"},
        "id": {"name": app["appid"], "version": app["version"]},
        "ui": {"is_visible": str(int(visible)), "label": app["title"]},
        "launcher": {"author": app["author_company"], "description": app["description"], "version": app["version"]},
        "triggers": {"reload.analyticstories": "simple"},
    }
    author = {key: app[f"author_{key}"] for key in ("name", "email", "company")}
    manifest: dict[str, object] = {
        "schemaVersion": "2.0.0",
        "info": {
            "title": app["title"],
            "id": {"group": None, "name": app["appid"], "version": app["version"]},
            "author": [author],
            "releaseDate": None,
            "description": app["description"],
            "classification": {"intendedAudience": None, "categories": [], "developmentStatus": None},
            "commonInformationModels": None,
            "license": {"name": None, "text": None, "uri": None},
            "privacyPolicy": {"name": None, "text": None, "uri": None},
            "releaseNotes": {"name": None, "text": None, "uri": None},
        },
        **dict.fromkeys(("dependencies", "tasks", "inputGroups", "incompatibleApps", "platformRequirements")),
        "supportedDeployments": ["_standalone", "_distributed", "_search_head_clustering"],
        "targetWorkloads": ["_search_heads"],
    }
    header = "# Made by build.py from contentctl.yml.\n"
    made = {
        "app.manifest": json.dumps(manifest, indent=2, ensure_ascii=False) + "\n",
        "default/app.conf": conf.render(settings, header),
    }
    if "metadata/default.meta" not in template:
        made["metadata/default.meta"] = _ACCESS
    return {name: text.encode() for name, text in made.items()}
