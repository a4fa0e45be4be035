"""Builds the app: compiles the content, stages the app in build/stage/, and packs dist/SA-npmanomaly-<version>.spl.

    python build.py [--content DIR] [--out DIR]
    python build.py --check [--content DIR] [--only RULES] [--ignore RULES] [--format text|json|sarif]
    python build.py --lock [--content DIR]

A build prints the path and the sha256 of the package. If anything is wrong, it prints every finding with file, line,
column and what to do, writes nothing and ends with status 1; warnings alone do not stop it. Content of another project
is packed with the app_template that it brings. --check only looks: it ends with status 1 if there is any finding, a
warning too; --only and --ignore choose rules or groups of them, such as NPM217,NPM3. --lock writes down the hash and
version of each search, so that a later change without a new version is found. docs/rules.md lists all rules.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parent


def main(arguments: list[str] | None = None) -> int:
    """Run the build; returns the exit status."""
    options = _options(arguments)
    try:
        from workbench.compiler.finding import BuildError

        if options.lock:
            return _lock(options)
        return _check(options) if options.check else _build(options)
    except ModuleNotFoundError as error:
        print(f"build.py needs the package {error.name}; run `make package`, which sets everything up", file=sys.stderr)
    except BuildError as error:
        _show(options, error.findings, sys.stderr)
        print(f"{_counted(len(error.findings))}; nothing was written", file=sys.stderr)
    except OSError as error:
        print(f"{error.filename or options.out}: {error.strerror or error}; nothing was packed", file=sys.stderr)
    return 1


def _options(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="build.py", description="Compiles the content and packs the Splunk app.")
    content = CHECKOUT / "contentctl"
    parser.add_argument("--content", type=Path, default=content, metavar="DIR", help="content project (contentctl/)")
    parser.add_argument("--out", type=Path, metavar="DIR", help="where the package goes (dist/, or DIR/dist/)")
    parser.add_argument("--check", action="store_true", help="only check; status 1 if there are findings")
    parser.add_argument("--lock", action="store_true", help="only rewrite the lock of searches and versions")
    parser.add_argument("--only", default="", metavar="RULES", help="with --check: only these, such as NPM217,NPM3")
    parser.add_argument("--ignore", default="", metavar="RULES", help="with --check: all but these")
    parser.add_argument("--format", choices=("text", "json", "sarif"), default="text", help="how findings are shown")
    options = parser.parse_args(arguments)
    if (options.only or options.ignore) and not options.check:
        parser.error("--only and --ignore go with --check: a build looks for everything")
    options.out = options.out or (CHECKOUT if options.content.resolve() == content else options.content) / "dist"
    return options


def _build(options: argparse.Namespace) -> int:
    from workbench.compiler.build import build_package

    package = build_package(CHECKOUT, options.content, options.out)
    _show(options, list(package.warnings), sys.stderr)
    print(f"{package.path}\nsha256 {package.sha256}")
    return 0


def _check(options: argparse.Namespace) -> int:
    from workbench.compiler.build import check_all
    from workbench.compiler.finding import chosen, rules_named

    try:
        only, ignore = rules_named(options.only), rules_named(options.ignore)
    except ValueError as error:
        print(f"build.py: {error}", file=sys.stderr)
        return 2
    findings = chosen(check_all(CHECKOUT, options.content), only, ignore)
    _show(options, findings, sys.stdout)
    if findings and options.format == "text":
        print(_counted(len(findings)), file=sys.stderr)
    return 1 if findings else 0


def _lock(options: argparse.Namespace) -> int:
    from workbench.compiler.finding import BuildError, errors_of
    from workbench.compiler.project import read_project
    from workbench.compiler.rules.lock import write_lock

    project, findings = read_project(options.content)
    if errors_of(findings):
        raise BuildError(findings)
    print(write_lock(project))
    return 0


def _show(options: argparse.Namespace, findings: list, stream: object) -> None:  # type: ignore[type-arg]
    from workbench.compiler.finding import as_json, as_text
    from workbench.compiler.sarif import as_sarif

    if options.format != "text" and (findings or options.check):
        # always on standard output, also where the build refuses
        print(as_json(findings) if options.format == "json" else as_sarif(findings))
    elif findings:
        print(as_text(findings), file=stream)  # type: ignore[call-overload]


def _counted(number: int) -> str:
    return f"{number} finding{'' if number == 1 else 's'}"


if __name__ == "__main__":
    sys.exit(main())
