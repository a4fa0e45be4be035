"""Runs all checks of the content, each of them a function of the modules beside this one."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from workbench.compiler import catalogue
from workbench.compiler.finding import Finding, finding
from workbench.compiler.owncommands import own_commands
from workbench.compiler.project import Project, read_project
from workbench.compiler.rules import (
    aggregates,
    files,
    lock,
    lookups,
    macros,
    pipeline,
    references,
    risk,
    schedule,
    syntax,
    waivers,
)
from workbench.compiler.rules.content import Content

Check = Callable[[Content], Iterator[Finding]]

CHECKS: tuple[Check, ...] = (
    files.check_folders,
    files.check_file_names,
    files.check_taken,
    files.check_stanza_length,
    files.check_trailing_blanks,
    references.check_stories,
    references.check_baseline_detections,
    references.check_data_sources,
    references.check_deployment_exists,
    references.check_techniques,
    references.check_production,
    references.check_tables,
    syntax.check_syntax,
    syntax.check_commands,
    syntax.check_options,
    syntax.check_first_command,
    syntax.check_functions,
    macros.check_calls,
    macros.check_touching_calls,
    macros.check_recursion,
    macros.check_unused,
    macros.check_filter,
    lookups.check_lookups,
    lookups.check_columns_read,
    lookups.check_columns_written,
    pipeline.check_subsearches,
    pipeline.check_pooling,
    pipeline.check_time_range,
    pipeline.check_dotted_fields,
    pipeline.check_not_equal,
    pipeline.check_fields_read,
    aggregates.check_aliases,
    risk.check_risk_is_used,
    risk.check_objects,
    risk.check_message,
    risk.check_drilldowns,
    risk.check_score_field,
    schedule.check_range,
    schedule.check_coverage,
    schedule.check_schedule_window,
    schedule.check_baselines,
    lock.check_lock,
    waivers.check_waivers,
    waivers.unused_waivers,  # the last: it asks which waivers the others used
)


def check_folder(root: Path, app: Path | None = None) -> tuple[Project, list[Finding]]:
    """A folder of content as read, and everything that is wrong with it, in order.

    app: the folder whose commands the searches may call, and whose pages may call macros.
    """
    project, findings = read_project(root)
    if any(one.rule == catalogue.NO_CONTENT.id for one in findings):
        return project, findings
    try:
        commands = own_commands(app) if app else {}
    except ValueError as error:
        commands = {}
        message = f"default: commands.conf or searchbnf.conf cannot be read: {error}"
        findings.append(finding(catalogue.BAD_CONF, "app/default", message, "correct it"))
    content = Content(project, commands, _texts(app) if app else "")
    findings += [one for check in CHECKS for one in check(content)]
    return project, sorted(set(findings))


def _texts(app: Path) -> str:
    pages = (path for path in sorted((app / "default").rglob("*")) if path.suffix in (".conf", ".xml"))
    return "\n".join(path.read_text(encoding="utf-8", errors="replace") for path in pages)
