"""Runs the checks of the content: every module of the folder rules/ brings its own."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules

from workbench.compiler import rules
from workbench.compiler.appfiles import BAD_CONF
from workbench.compiler.check import CHECKS
from workbench.compiler.content import Content
from workbench.compiler.finding import Finding, finding
from workbench.compiler.owncommands import OwnCommand, own_commands
from workbench.compiler.project import NO_CONTENT, TEMPLATE, Project, read_project, shown_path
from workbench.compiler.rules.waivers import without_waived

for _module in iter_modules(rules.__path__, f"{rules.__name__}."):
    import_module(_module.name)


def check_folder(root: Path, app: Path | None = None) -> tuple[Project, list[Finding]]:
    """Return a folder of content as read, and everything that is wrong with it, in order.

    app: the folder whose commands the searches may call, and whose pages may call macros, beside app_template.
    """
    project, findings = read_project(root)
    if any(one.rule == NO_CONTENT.id for one in findings):
        return project, findings
    commands: dict[str, OwnCommand] = {}
    pages = ""
    for folder in (root / TEMPLATE, *([app] if app else [])):
        try:
            commands |= own_commands(folder)
        except ValueError as error:
            message = f"default: commands.conf or searchbnf.conf cannot be read: {error}"
            findings.append(finding(BAD_CONF, shown_path(folder / "default"), message, "correct it"))
        pages += _texts(folder)
    content = Content(project, commands, pages)
    findings += [one for check in CHECKS for one in check.findings(content)]
    return project, sorted(set(without_waived(project, findings)))


def _texts(app: Path) -> str:
    pages = (path for path in sorted((app / "default").rglob("*")) if path.suffix in (".conf", ".xml"))
    return "\n".join(path.read_text(encoding="utf-8", errors="replace") for path in pages)
