"""Builds the app: compiles the content, stages the app in build/stage/, and packs dist/SA-npmanomaly-<version>.spl.

    python build.py [--content DIR] [--out DIR]

Prints the path and the sha256 of the package. If anything is wrong, prints every problem with file, line and what
to do, writes nothing and ends with status 1.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parent


def main(arguments: list[str] | None = None) -> int:
    """Run the build; returns the exit status."""
    parser = argparse.ArgumentParser(prog="build.py", description="Compiles the content and packs the Splunk app.")
    parser.add_argument(
        "--content", type=Path, default=CHECKOUT / "contentctl", metavar="DIR", help="content project (contentctl/)"
    )
    parser.add_argument(
        "--out", type=Path, default=CHECKOUT / "dist", metavar="DIR", help="where the package goes (dist/)"
    )
    options = parser.parse_args(arguments)
    try:
        from workbench.compiler.build import build_package
        from workbench.compiler.problems import BuildError
    except ModuleNotFoundError as error:
        print(f"build.py needs the package {error.name}; run `make package`, which sets everything up", file=sys.stderr)
        return 1
    try:
        package = build_package(CHECKOUT, options.content, options.out)
    except BuildError as error:
        count = len(error.problems)
        print(error, file=sys.stderr)
        print(f"{count} problem{'s' if count > 1 else ''}; nothing was written", file=sys.stderr)
        return 1
    except OSError as error:
        print(f"{error.filename or options.out}: {error.strerror or error}; nothing was packed", file=sys.stderr)
        return 1
    print(f"{package.path}\nsha256 {package.sha256}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
