"""Draws a dashboard as Splunk does: its published packages in headless Chromium. Needs node, npm and Chromium."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path

from workbench.dashboards.view import DashboardError, Definition, View

RENDER = Path(__file__).parent / "render"
_BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
_INPUTS, _TAB_BAR = 90, 45  # pixels above the panels
_SETTLE = 20_000  # milliseconds of virtual time: fonts, layout and animations are over by then
_TIMEOUT = 180  # seconds


def tools() -> dict[str, str]:
    """Paths of npm, node and a Chromium; DashboardError lists what is missing and where it comes from."""
    paths = {name: shutil.which(name) for name in ("node", "npm")}
    paths["chromium"] = next(filter(None, map(shutil.which, _BROWSERS)), None)
    missing = [name for name, path in paths.items() if path is None]
    if missing:
        raise DashboardError(
            f"pictures need {', '.join(missing)}, not found on PATH: node 20 or later with npm from nodejs.org,"
            " Chromium from your distribution (apt-get install chromium). Nothing else here needs them."
        )
    return {name: path for name, path in paths.items() if path is not None}


def install(tool_paths: dict[str, str], workshop: Path) -> None:
    """Install the pinned packages into ``workshop`` and bundle the page; does nothing when that was done already."""
    lock = (RENDER / "package-lock.json").read_bytes()
    page = (RENDER / "main.jsx").read_bytes() + (RENDER / "fonts.css").read_bytes()
    stamp = workshop / "bundled"
    if stamp.is_file() and stamp.read_bytes() == lock + page:
        return
    workshop.mkdir(parents=True, exist_ok=True)
    for name in ("package.json", "package-lock.json", "main.jsx", "fonts.css", "index.html"):
        shutil.copy(RENDER / name, workshop / name)
    _run([tool_paths["npm"], "ci", "--legacy-peer-deps", "--no-audit", "--no-fund", "--loglevel=error"], workshop, 900)
    loaders = [f"--loader:.{kind}=dataurl" for kind in ("woff", "woff2", "ttf", "eot", "png", "svg")]
    defined = ["--define:global=window", '--define:process.env.NODE_ENV="production"']
    esbuild = workshop / "node_modules" / ".bin" / "esbuild"
    bundle = [str(esbuild), "main.jsx", "--bundle", "--minify", "--outfile=out/main.js", "--loader:.js=jsx"]
    _run([*bundle, *loaders, *defined, "--log-level=error"], workshop, 300)
    stamp.write_bytes(lock + page)


def draw(view: View, definition: Definition, folder: Path, tool_paths: dict[str, str], workshop: Path) -> list[Path]:
    """Draw each tab of a definition with its results in it to a PNG in ``folder``; returns their paths.

    The first is named after the dashboard, the others after their layouts too. DashboardError when nothing comes out.
    """
    folder.mkdir(parents=True, exist_ok=True)
    tabs = definition["layout"]["tabs"]["items"]
    pictures: list[Path] = []
    for number, tab in enumerate(tabs):
        # The page shows the tab that stands first.
        first = {**definition["layout"], "tabs": {"items": [tab], "options": {"showTabBar": False}}}
        if len(tabs) > 1:
            first["tabs"] = {"items": [tab, *(other for other in tabs if other is not tab)]}
        name = view.name if number == 0 else f"{view.name}_{tab['layoutId']}"
        shot = _shoot({**definition, "layout": first}, view.theme, tab["layoutId"], tool_paths, workshop)
        if not shot.is_file():
            raise DashboardError(f"{view.path.name}: Chromium drew nothing; open {workshop}/index.html to see why")
        pictures.append(shot.replace(folder / f"{name}.png"))
    return pictures


def _shoot(definition: Definition, theme: str, layout_id: str, tool_paths: dict[str, str], workshop: Path) -> Path:
    handed = json.dumps({"definition": definition, "theme": theme or "light"})
    (workshop / "definition.js").write_text(f"window.dashboard = {handed};\n", encoding="utf-8")
    layout = definition["layout"]
    boxes = [item["position"] for item in layout["layoutDefinitions"][layout_id]["structure"]]
    width = max(box["x"] + box["w"] for box in boxes)
    height = max(box["y"] + box["h"] for box in boxes) + _INPUTS + (len(layout["tabs"]["items"]) > 1) * _TAB_BAR
    shot = workshop / "shot.png"
    shot.unlink(missing_ok=True)
    # Chromium refuses its sandbox to the superuser.
    sandbox = ["--no-sandbox"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []
    sealed = [f"--user-data-dir={workshop.resolve() / 'profile'}", "--disable-background-networking"]
    shown = ["--headless=new", "--hide-scrollbars", "--disable-gpu", f"--window-size={width},{height}"]
    options = [*shown, *sealed, *sandbox]
    address = (workshop / "index.html").resolve().as_uri()
    command = [tool_paths["chromium"], *options, f"--virtual-time-budget={_SETTLE}", f"--screenshot={shot}", address]
    _run(command, workshop, _TIMEOUT)
    return shot


def _run(command: list[str], folder: Path, seconds: int) -> None:
    try:
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, timeout=seconds)
    except subprocess.TimeoutExpired:
        raise DashboardError(f"{Path(command[0]).name} was not done after {seconds} seconds") from None
    if done.returncode:
        raise DashboardError(f"{Path(command[0]).name} failed: {(done.stderr or done.stdout).strip()[-800:]}")
