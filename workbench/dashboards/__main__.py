"""Command line: ``screenshots`` draws the dashboards, ``probes`` writes the one that tries the assumptions."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from workbench.compiler.finding import BuildError
from workbench.dashboards import drawing, probes, scene
from workbench.dashboards.running import with_results
from workbench.dashboards.view import VIEWS, DashboardError, load_views
from workbench.replay.errors import ReplayError
from workbench.traffic.store import StoreError

CHECKOUT = Path(__file__).resolve().parents[2]


def main(arguments: list[str] | None = None) -> int:
    """Run a command; 0, or 1 after a message that names what failed."""
    parser = argparse.ArgumentParser(prog="python -m workbench.dashboards", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    shots = commands.add_parser("screenshots", help="draw the dashboards (needs node, npm, Chromium)")
    shots.add_argument("--out", type=Path, default=CHECKOUT / "docs" / "images" / "dashboards", help="folder of PNGs")
    shots.add_argument(
        "--demo", type=Path, default=CHECKOUT / "demo" / "simulated", help="folder of the demo's traffic"
    )
    commands.add_parser("probes", help="write the dashboard of the probes in docs/assumptions.md")
    options = parser.parse_args(arguments)
    try:
        if options.command == "probes":
            probes.write_dashboard(CHECKOUT / "docs" / "assumptions.md", CHECKOUT / "app" / VIEWS)
        else:
            _screenshots(options.out, options.demo)
    except (BuildError, DashboardError, ReplayError, StoreError, OSError) as error:
        print(f"dashboards: {error}", file=sys.stderr)
        return 1
    return 0


def _screenshots(out: Path, demo: Path) -> None:
    tool_paths = drawing.tools()
    workshop = CHECKOUT / "build" / "render"
    print("installing Splunk's dashboard packages ...", flush=True)
    drawing.install(tool_paths, workshop)
    print("running the searches over the demo's traffic ...", flush=True)
    built = scene.prepare(demo)
    with scene.the_day(built) as day:
        # What a real Splunk answers to the probes, the replay cannot know.
        for view in (view for view in load_views(built.app) if view.name != probes.NAME):
            definition = with_results(view, scene.chosen_tokens(view), day)
            for picture in drawing.draw(view, definition, out, tool_paths, workshop):
                print(f"{picture} ({picture.stat().st_size // 1024} kB)", flush=True)


if __name__ == "__main__":
    sys.exit(main())
