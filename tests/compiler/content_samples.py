"""A small content project to change in tests, and the published seeds laid out as one."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path
from uuid import NAMESPACE_URL, uuid5

import yaml

from workbench.compiler.build import compiled
from workbench.compiler.finding import BuildError, Finding, errors_of
from workbench.compiler.run import check_folder

FILES = {
    "contentctl.yml": """\
path: .
app:
  uid: 20001
  title: Sample App
  appid: SA-sample
  version: 1.2.3
  description: A sample.
  label: ESCU
  author_name: Ann
  author_email: ann@example.com
  author_company: Example
enrichments: false
build_app: true
build_api: false
build_path: dist
""",
    "detections/network/sample_detection.yml": """\
name: Sample Detection
id: 11111111-1111-4111-8111-111111111111
version: 4
date: '2026-03-10'
author: Ann, Example
status: experimental
type: Anomaly
description: Finds samples.
data_source: []
search: |-
  | mstats avg(tcp.bytes) as bytes where `sample_index` by k8s.cluster.name source.process.name
  | lookup sample_table host as k8s.cluster.name OUTPUT owner
  | rename k8s.cluster.name as host source.process.name as process
  | `sample_detection_filter`
how_to_implement: Install it.
known_false_positives: None known.
references:
- https://example.com/sample
rba:
  message: Seen on $host$
  risk_objects:
  - field: host
    type: system
    score: 20
  threat_objects:
  - field: process
    type: process_name
tags:
  analytic_story:
  - Sample Story
  asset_type: Kubernetes
  mitre_attack_id:
  - T1048.003
  product:
  - Splunk Enterprise
  security_domain: network
""",
    "baselines/sample_baseline.yml": """\
name: Sample Baseline
id: 22222222-2222-4222-8222-222222222222
version: 1
date: '2026-03-10'
author: Ann
status: production
type: Baseline
description: Fills the table.
search: '| mstats latest(tcp.owner) as owner where `sample_index` by host | outputlookup sample_table'
how_to_implement: Run it.
known_false_positives: Not a detection.
tags:
  analytic_story:
  - Sample Story
  detections:
  - Sample Detection
  product:
  - Splunk Enterprise
  security_domain: network
""",
    "macros/sample_index.yml": """\
name: sample_index
definition: index=sample
description: Where samples are.
""",
    "lookups/sample_table.yml": """\
name: sample_table
id: 33333333-3333-4333-8333-333333333333
version: 1
date: '2026-03-10'
author: Ann
lookup_type: csv
description: Owners.
""",
    "lookups/sample_table.csv": "host,owner\n",
    "stories/sample_story.yml": """\
name: Sample Story
id: 44444444-4444-4444-8444-444444444444
version: 2
date: '2026-03-10'
author: Ann, Example
status: production
description: About samples.
narrative: Samples happen.
references: []
tags:
  category:
  - Cloud Security
  product:
  - Splunk Enterprise
  usecase: Security Monitoring
""",
    "deployments/escu_default_configuration_anomaly.yml": """\
name: ESCU Default Configuration Anomaly
id: 55555555-5555-4555-8555-555555555555
date: '2026-03-10'
author: Ann
type: Anomaly
description: Hourly.
scheduling:
  cron_schedule: 7 * * * *
  earliest_time: -70m@m
  latest_time: -10m@m
  schedule_window: auto
alert_action:
  rba:
    enabled: true
""",
    "deployments/escu_default_configuration_baseline.yml": """\
name: ESCU Default Configuration Baseline
id: 66666666-6666-4666-8666-666666666666
date: '2026-03-10'
author: Ann
type: Baseline
description: Nightly.
scheduling:
  cron_schedule: 10 0 * * *
  earliest_time: -1510m@m
  latest_time: -70m@m
  schedule_window: auto
""",
}
APP = {
    "app/app.manifest": '{"info": {"id": {"name": "SA-sample", "version": "1.2.3"}}}\n',
    "app/default/app.conf": """\
[package]
id = SA-sample

[id]
name = SA-sample
version = 1.2.3

[launcher]
version = 1.2.3
""",
    "app/default/commands.conf": "[scorerows]\nchunked = true\nfilename = scorerows.py\n",
    "app/default/searchbnf.conf": """\
[scorerows-command]
syntax = scorerows (<scorerows-option>)*
simplesyntax = scorerows [table=<lookup>] [limit=<num>] [mode=loud|calm]

[scorerows-option]
syntax = (table=<string>) | (limit=<num>) | (rows=<int>) | (mode=(loud|calm))
""",
    "app/bin/scorerows.py": "class ScoreRows(StreamingCommand):\n    pass\n",
    "LICENSE": "Do as you like.\n",
    "NOTICE": "Nothing.\n",
}
FOLDERS = ("data_sources", "playbooks", "dashboards", "removed")
SEED_STORY = "Abnormal Kubernetes Behavior using Splunk Infrastructure Monitoring"
DETECTION = "detections/network/sample_detection.yml"
MACRO_FILE = "macros/sample_index.yml"
STORY_FILE = "stories/sample_story.yml"


def write_sample(root: Path, *changes: tuple[str, str, str]) -> Path:
    """The sample project in root; each change is (file, text to replace, text to put there)."""
    for name, text in FILES.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    for folder in FOLDERS:
        (root / folder).mkdir()
    for name, old, new in changes:
        text = (root / name).read_text() if (root / name).exists() else ""
        assert old in text, f"{name} does not hold {old!r}"
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text.replace(old, new, 1) if old else text + new)
    return root


def lookup(name: str, kind: str, more: str = "") -> tuple[str, str, str]:
    """The change of the sample that adds a lookup."""
    text = f"name: {name}\nid: {uuid5(NAMESPACE_URL, name)}\nversion: 1\ndate: '2026-03-10'\nauthor: Ann\n"
    return (f"lookups/{name}.yml", "", f"{text}description: Seen.\nlookup_type: {kind}\n{more}")


def write_checkout(root: Path) -> Path:
    """A checkout in root: the sample project in contentctl/, and around it an app with one command."""
    write_sample(root / "contentctl")
    for name, text in APP.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    return root


def lay_out_seeds(root: Path, shared: Path) -> Path:
    """The two published detections, unchanged, with a story, a macro and deployments around them."""
    write_sample(
        root,
        ("deployments/escu_default_configuration_anomaly.yml", "7 * * * *", "0 * * * *"),
        (
            "stories/sample_story.yml",
            "Sample Story",
            SEED_STORY,
        ),
        ("macros/sample_index.yml", "sample_index", "kubernetes_metrics"),
    )
    shutil.rmtree(root / "detections")
    shutil.rmtree(root / "lookups")
    (root / "lookups").mkdir()
    (root / "baselines" / "sample_baseline.yml").unlink()
    (root / "macros" / "sample_index.yml").rename(root / "macros" / "kubernetes_metrics.yml")
    story = root / "stories" / "sample_story.yml"
    story.rename(story.with_name(f"{SEED_STORY.lower().replace(' ', '_')}.yml"))
    shutil.copytree(shared / "seeds", root / "detections" / "cloud")
    return root


def write_searches(root: Path, searches: Mapping[str, str]) -> Path:
    """A project in root with a detection for each search, in a file called as it.

    It has the lookup tbl (columns a and n) and the macro two (first, second): eval got=$first$ . $second$.
    """
    write_sample(root)
    (root / DETECTION).unlink()
    (root / "baselines/sample_baseline.yml").unlink()
    table = FILES["lookups/sample_table.yml"].replace("sample_table", "tbl").replace("33333333-", "77777777-")
    (root / "lookups/tbl.yml").write_text(table)
    (root / "lookups/tbl.csv").write_text("a,n\n")
    two = {"name": "two", "arguments": ["first", "second"], "definition": "eval got=$first$ . $second$"}
    (root / "macros/two.yml").write_text(yaml.safe_dump({**two, "description": "."}))
    for number, (name, search) in enumerate(searches.items()):
        changes = {"name": name, "id": f"11111111-1111-4111-8111-{number:012d}", "search": search}
        detection = {**yaml.safe_load(FILES[DETECTION]), **changes}
        (root / "detections" / f"{name}.yml").write_text(yaml.safe_dump(detection))
    return root


def found_in(root: Path) -> dict[str, list[Finding]]:
    """What is wrong with the texts of the searches of such a project, by file; not that they call no filter."""
    found: dict[str, list[Finding]] = {}
    for one in check_folder(root)[1]:
        if one.message.startswith("search:") and one.rule not in ("NPM214", "NPM215", "NPM230"):
            found.setdefault(Path(one.file).stem, []).append(one)
    return found


def compile_content(content: Path, tables: Mapping[str, str] | None = None) -> dict[str, str]:
    """Return the compiled conf files by name; raises BuildError with every finding if one of them is an error.

    The searches may call the commands of an app beside the content. ``tables`` are settings of each table.
    """
    project, findings = check_folder(content, content.parent / "app")
    if errors_of(findings):
        raise BuildError(findings)
    return compiled(project, tables=dict(tables or {}))
