"""What the checker costs on content of the size of ESCU, which a generator makes."""

from __future__ import annotations

import sys
import uuid
from pathlib import Path

from bench.processes import median, run
from bench.scoring import NOTHING, Bench, BenchSize, Row

CHECKOUT = Path(__file__).parents[1]
BASELINES = 49
FOLDERS = ("stories", "macros", "lookups", "data_sources", "playbooks", "dashboards", "removed")
COMMON = "id: {id}\nversion: 1\ndate: '2024-01-01'\nauthor: me\ndescription: Made for the bench.\n"
HOWTO = "how_to_implement: Not at all.\nknown_false_positives: Not known.\nreferences: []\n"
TAGS = "  analytic_story: [Bench Story]\n  product: [Splunk Enterprise]\n  security_domain: endpoint\n"
APP = """\
app:
  uid: 20001
  title: Bench Content
  appid: BenchContent
  version: 1.0.0
  description: Made for the bench.
  label: BENCH
  author_name: me
  author_email: me@example.com
  author_company: none
"""
STORY = "status: production\nnarrative: It is made.\nreferences: []\ntags:\n  category: [Malware]\n"
STORY += "  product: [Splunk Enterprise]\n  usecase: Security Monitoring\n"
SCHEDULE = """\
type: {name}
scheduling:
  cron_schedule: {cron}
  earliest_time: {earliest}
  latest_time: {latest}
  schedule_window: auto
"""
DETECTION = """\
status: production
type: TTP
data_source: []
search: '| tstats `bench_summaries` count min(_time) as firstTime max(_time) as lastTime from
  datamodel=Endpoint.Processes where Processes.process_name="tool{number}.exe" Processes.process IN ("* -x *",
  "*\\\\temp{number}\\\\*") NOT Processes.user IN ("svc_*", "*$") by Processes.dest Processes.user
  Processes.parent_process_name Processes.process_name Processes.process | rename Processes.* as * | eval
  age=round((now()-lastTime)/3600,1), level=case(count>100,"high",count>10 OR match(process,"(?i)-enc"),"medium",
  true(),"low") | lookup bench_table_{table} user OUTPUT first_seen, owner | where isnull(first_seen) OR
  first_seen > relative_time(now(),"-70m@m") | stats sum(count) as total values(process) as process
  max(lastTime) as lastTime by dest user level owner | where total > {limit} | `bench_time(lastTime)` |
  `bench_detection_{number}_filter`'
rba:
  message: $user$ ran a tool on $dest$
  risk_objects:
  - {{field: dest, type: system, score: 40}}
  - {{field: user, type: user, score: 20}}
  threat_objects: []
drilldown_searches:
- name: View the results
  search: '%original_detection_search% | search user = "$user$" dest = "$dest$"'
  earliest_offset: $info_min_time$
  latest_offset: $info_max_time$
- name: View the risk of the last week
  search: '| from datamodel Risk.All_Risk | search normalized_risk_object IN ("$user$", "$dest$") | stats count
    min(_time) as firstTime max(_time) as lastTime by normalized_risk_object | `bench_time(lastTime)`'
  earliest_offset: -7d
  latest_offset: now
tests:
- name: A test
  attack_data:
  - {{data: 'https://example.com/{number}.log', source: a, sourcetype: b}}
"""
BASELINE = """\
status: production
type: Baseline
search: index=bench{number} | stats min(_time) as first_seen latest(owner) as owner by user | inputlookup append=t
  bench_table_{number} | stats min(first_seen) as first_seen latest(owner) as owner by user
  | outputlookup bench_table_{number}
"""


def checking(bench: Bench, sizes: BenchSize) -> list[Row]:
    """Check content with ``extent.detections`` detections, as a process from start to end."""
    content = write_content(bench.folder / "content", sizes.detections)
    command = (sys.executable, str(CHECKOUT / "build.py"), "--check", "--content", str(content))
    usages = [run(command, NOTHING, bench.output("checker")) for _ in range(sizes.rounds)]
    bench.report(f"{sizes.detections} detections checked")
    return [(sizes.detections, BASELINES, round(median(usages, "cpu"), 1), round(median(usages, "rss") / 1e6))]


def write_content(root: Path, detections: int) -> Path:
    """Write a content project without faults, the same for the same number, and return its folder."""
    for folder in FOLDERS:
        (root / folder).mkdir(parents=True, exist_ok=True)
    (root / "contentctl.yml").write_text(APP)
    _write(root, "stories", "Bench Story", COMMON + STORY)
    for macro, definition, arguments in (
        ("bench_summaries", "summariesonly=false", ""),
        ("bench_time", 'convert timeformat="%FT%T" ctime($field$)', "arguments: [field]\n"),
    ):
        _write(root, "macros", macro, f"definition: '{definition}'\ndescription: For the bench.\n{arguments}")
    for kind, times in (("TTP", ("7 * * * *", "-70m@m", "-10m@m")), ("Baseline", ("10 0 * * *", "-1510m@m", "-70m@m"))):
        alert = "alert_action:\n  rba:\n    enabled: true\n" if kind == "TTP" else ""
        schedule = SCHEDULE.format(name=kind, cron=times[0], earliest=times[1], latest=times[2])
        _write(root, "deployments", f"ESCU Default Configuration {kind}", COMMON + schedule + alert)
    tags = "  asset_type: Endpoint\n  mitre_attack_id: [T1059]\n"
    for number in range(detections):
        search = DETECTION.format(number=number, table=number % BASELINES, limit=number % 7)
        _write(root, "detections/endpoint", f"Bench Detection {number}", f"{COMMON}{search}{HOWTO}tags:\n{TAGS}{tags}")
    for number in range(BASELINES):
        _write(root, "lookups", f"bench_table_{number}", COMMON + "lookup_type: csv\n")
        (root / "lookups" / f"bench_table_{number}.csv").write_text("user,first_seen,owner\n")
        serves = f"  detections: [Bench Detection {number % detections}]\n"
        search = BASELINE.format(number=number)
        _write(root, "baselines", f"Bench Baseline {number}", f"{COMMON}{search}{HOWTO}tags:\n{TAGS}{serves}")
    return root


def _write(root: Path, folder: str, name: str, text: str) -> None:
    path = root / folder / f"{name.lower().replace(' ', '_')}.yml"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"name: {name}\n" + text.replace("{id}", str(uuid.uuid5(uuid.NAMESPACE_URL, name))))
