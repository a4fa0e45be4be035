"""For every rule the smallest change of a sample that breaks it, and a near miss that passes.

The sample is a checkout: contentctl/ as in content_samples, and an app with one command. A change is (file, text to
replace, text to put there); text to replace "" makes a file or adds to its end, text to put there None removes it.
"""

# ruff: noqa: E501  (a rule a line)

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from tests.compiler.content_samples import write_sample

Change = tuple[str, str, "str | None"]

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
DETECTION = "contentctl/detections/network/sample_detection.yml"
BASELINE = "contentctl/baselines/sample_baseline.yml"
DEPLOYMENT = "contentctl/deployments/escu_default_configuration_anomaly.yml"
MACRO = "contentctl/macros/sample_index.yml"
LOOKUP = "contentctl/lookups/sample_table.yml"
TABLE = "contentctl/lookups/sample_table.csv"
STORY = "contentctl/stories/sample_story.yml"
LOCK = "contentctl/searches.lock.json"
LAST = "  | `sample_detection_filter`"
JOIN = "  | join type=left k8s.cluster.name [ mstats max(tcp.bytes) as top where `sample_index` by k8s.cluster.name source.process.name ]\n"
LOCKED = '{{"11111111-1111-4111-8111-111111111111": {{"name": "x", "version": 4, "sha256": "{}"}}}}'
SAME = "1c4a6b3f"  # replaced by the hash of the sample's search, see write_checkout


@dataclass(frozen=True)
class Sample:
    """What breaks a rule, the text that is then marked (None: a whole file), and what passes.

    also: other rules that the same content breaks, where it cannot be helped.
    """

    breaks: tuple[Change, ...]
    marked: str | None
    passes: tuple[Change, ...]
    also: tuple[str, ...] = ()


def write_checkout(root: Path, *changes: Change) -> Path:
    """The sample checkout in root, changed."""
    from workbench.compiler.rules.lock import search_hash
    from workbench.compiler.yamlfile import read_document

    write_sample(root / "contentctl")
    for name, text in APP.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    same = search_hash(read_document(root / DETECTION, "")[0])
    for name, old, new in changes:
        path = root / name
        if new is None:
            path.unlink()
            continue
        text = path.read_text() if path.exists() else ""
        assert old in text, f"{name} does not hold {old!r}"
        path.parent.mkdir(parents=True, exist_ok=True)
        new = new.replace(SAME, same)
        path.write_bytes(
            (text.replace(old, new, 1) if old else text + new).encode("latin-1" if "\xff" in new else "utf-8")
        )
    return root


def before_filter(line: str) -> Change:
    """A command more in the sample's search, before its filter."""
    return (DETECTION, LAST, f"  {line}\n{LAST}")


def field(old: str, new: str) -> Change:
    """A change in the sample detection."""
    return (DETECTION, old, new)


def inline(cron: str, earliest: str, latest: str, window: str = "auto") -> Change:
    """A schedule of the detection's own."""
    times = (
        f"cron_schedule: '{cron}', earliest_time: '{earliest}', latest_time: '{latest}', schedule_window: '{window}'"
    )
    own = f"deployment:\n  scheduling: {{{times}}}\n  alert_action: {{rba: {{enabled: true}}}}\ntags:\n"
    return (DETECTION, "tags:\n", own)


SAMPLES: dict[str, Sample] = {
    "NPM001": Sample(((STORY, "tags:", "tags: ["),), "-", ((STORY, "tags:", "tags: # [\n"),)),
    "NPM002": Sample((field("version: 4", "version: 4\nversion: 4"),), "version", (field("version: 4", "version: 4 # version: 4"),)),
    "NPM003": Sample((field("- Sample Story", "- &x Sample Story\n  - *x"),), "&x Sample Story", (field("- Sample Story", "- 'Sample Story' # &x"),)),
    "NPM004": Sample((field("author: Ann, Example\n", ""),), None, (field("author: Ann, Example\n", "author: A\n"),)),
    "NPM005": Sample((field("    score: 20", "    score: 20\n    weight: 3"),), "weight", (field("    score: 20", "    score: 20\n    # weight: 3"),)),
    "NPM006": Sample((field("how_to_implement: Install it.", "how_to_implement: yes"),), "yes", (field("Install it.", "'yes, do'"),)),
    "NPM007": Sample((field("Install it.", "Run"),), "Run", (field("Install it.", "Runs"),)),
    "NPM008": Sample((field("type: system", "type: host"),), "host", (field("type: system", "type: other"),)),
    "NPM009": Sample(((LOOKUP, "description", "max_matches: 1001\ndescription"),), "1001", ((LOOKUP, "description", "max_matches: 1000\ndescription"),)),
    "NPM010": Sample((field("'2026-03-10'", "'2026-02-30'"),), "'2026-02-30'", (field("'2026-03-10'", "2026-02-28"),)),
    "NPM011": Sample((field("version: 4", "version: 0"),), "0", (field("version: 4", "version: '1'"),)),
    "NPM012": Sample((field("id: 1111", "id: 111"),), "1111111-1111-4111-8111-111111111111", (field("id: 1111", "id: 2222"),)),
    "NPM013": Sample(((STORY, "44444444-4444-4444-8444-444444444444", "11111111-1111-4111-8111-111111111111"),), "11111111-1111-4111-8111-111111111111", ((STORY, "44444444-4444", "11111111-4444"),)),
    "NPM014": Sample(((LOOKUP, "description", "match_type: [WILD(host)]\ndescription"),), "WILD(host)", ((LOOKUP, "description", "match_type: [WILDCARD(host)]\ndescription"),)),
    "NPM015": Sample((field("https://example.com/sample", "example.com"),), "example.com", (field("https://", "http://"),)),
    "NPM016": Sample(((MACRO, "", None), ("contentctl/macros/other.yml", "", "name: sample_index\ndefinition: index=a\ndescription: A.\n")), "sample_index", ((MACRO, "", None), ("contentctl/macros/sample_index.yml", "", "name: sample_index\ndefinition: index=a\ndescription: A.\n"))),
    "NPM017": Sample((("contentctl/contentctl.yml", "label: ESCU", "label: " + "L" * 60),), "Sample Detection", (("contentctl/contentctl.yml", "label: ESCU", "label: " + "L" * 55),)),
    "NPM018": Sample((("contentctl/macros/more.yaml", "", "name: more\n"),), None, (("contentctl/dashboards/.gitkeep", "", "\n"),)),
    "NPM019": Sample((field("Finds samples.", "|-\n  Finds \\\n  samples."),), "\\", (field("Finds samples.", "|-\n  Finds \\.\n  samples."),)),
    "NPM020": Sample((field("T1048.003", "T1048.003\n  - T1048.003"),), "T1048.003", (field("T1048.003", "T1048.003\n  - T1048.002"),)),
    "NPM021": Sample((before_filter("| where bytes > 1 "),), " ", (before_filter("| where bytes > 1"),)),
    "NPM022": Sample((("contentctl/contentctl.yml", "", None),), None, (("contentctl/contentctl.yml", "", "# content\n"),)),
    "NPM101": Sample((field("- Sample Story", "- Sample Storm"),), "Sample Storm", (field("- Sample Story", '- "Sample Story"'),)),
    "NPM102": Sample((field("analytic_story:\n  - Sample Story", "analytic_story: []"),), "analytic_story", (field("analytic_story:\n  - Sample Story", "analytic_story: [Sample Story]"),)),
    "NPM103": Sample(((BASELINE, "- Sample Detection", "- Other"),), "Other", ((BASELINE, "- Sample Detection", "- 'Sample Detection'"),)),
    "NPM104": Sample((field("data_source: []", "data_source: [Flows]"),), "Flows", (field("data_source: []", "data_source: [ ]"),)),
    "NPM105": Sample((field("type: Anomaly", "type: TTP"),), "TTP", (field("type: Anomaly", "type: 'Anomaly'"),)),
    "NPM106": Sample(((TABLE, "host,owner\n", "host,owner\na\n"),), "csv", ((TABLE, "host,owner\n", "host,owner\na,b\n"),)),
    "NPM107": Sample((field("status: experimental", "status: experimental\nenabled_by_default: true"),), "true", (field("status: experimental", "status: experimental\nenabled_by_default: false"),)),
    "NPM108": Sample((field("T1048.003", "T1048x003"),), "T1048x003", (field("T1048.003", "T1048"),)),
    "NPM109": Sample((field("T1048.003", "T9999"),), "T9999", (field("T1048.003", "T1567.004"),)),
    "NPM110": Sample((field("  mitre_attack_id:\n  - T1048.003\n", ""),), "tags", (field("  mitre_attack_id:\n  - T1048.003\n", "  mitre_attack_id: [T1041]\n"),)),
    "NPM201": Sample((before_filter("| where (bytes > 1"),), "1", (before_filter("| where (bytes > 1)"),)),
    "NPM202": Sample((before_filter("| fieldz host"),), "fieldz", (before_filter("| table host process"),)),
    "NPM203": Sample((before_filter("| scorerows limt=3"),), "limt=3", (before_filter('| scorerows limit="3" mode=calm table=sample_table'),)),
    "NPM204": Sample((field("| mstats avg(tcp.bytes) as bytes where `sample_index` by k8s.cluster.name source.process.name", "garbage | stats count as bytes by k8s.cluster.name source.process.name"),), "garbage", (field("| mstats avg(tcp.bytes) as bytes where `sample_index` by k8s.cluster.name source.process.name", "index=garbage | stats count as bytes by k8s.cluster.name source.process.name"), (MACRO, "", None), (BASELINE, "`sample_index`", "index=a"))),
    "NPM205": Sample((before_filter("| eval kb=rouned(bytes / 1024)"),), "rouned", (before_filter("| eval kb=round(bytes / 1024)"),)),
    "NPM206": Sample((before_filter("| eventstats average(bytes) as usual"),), "average", (before_filter("| eventstats perc95(bytes) as usual"),)),
    "NPM207": Sample((field("`sample_index`", "`sample_index (1)`"),), "`sample_index (1)`", (field("`sample_index`", "`sample_index()`"),)),
    "NPM208": Sample((field("`sample_index`", "`sample_indx`"),), "`sample_indx`", (field("`sample_index`", "`sample_index` ```all `of_them` ```"),)),
    "NPM209": Sample((field("`sample_index`", "`sample_index(1, 2)`"),), "`sample_index(1, 2)`", (field("`sample_index`", "`sample_index(a, b)`"), (MACRO, "index=sample", "index=$x$ OR index=$y$"), (MACRO, "description", "arguments: [x, y]\ndescription"), (BASELINE, "`sample_index`", "`sample_index(a,b)`"))),
    "NPM210": Sample(((MACRO, "index=sample", "index=sample `sample_index`"),), "index=sample `sample_index`", ((MACRO, "index=sample", "index=sample_index"),)),
    "NPM211": Sample((("contentctl/macros/idle.yml", "", "name: idle\ndefinition: a=1\ndescription: Idle.\n"),), "idle", (("contentctl/macros/idle.yml", "", "name: idle\ndefinition: host=1\ndescription: Idle.\n"), before_filter("| search NOT `idle`"))),
    "NPM212": Sample((("contentctl/macros/more.yml", "", "name: more\ndefinition: bytes > $most$ + $x$\narguments: [x]\ndescription: More.\n"), before_filter("| where `more(1)`")), "$most$", (("contentctl/macros/more.yml", "", "name: more\ndefinition: bytes > $x$ + $x$\narguments: [x]\ndescription: More.\n"), before_filter("| where `more(1)`")), also=("NPM201",)),
    "NPM213": Sample(((MACRO, "index=sample", "(index=sample)"), field("where `sample_index`", "where `sample_index``sample_index`")), "`sample_index``sample_index`", ((MACRO, "index=sample", "(index=sample)"), field("where `sample_index`", "where `sample_index` `sample_index`"))),
    "NPM214": Sample((field(LAST, "  | head 5 ``` | `sample_detection_filter` ```"),), "| `sample_detection_filter` ```", (field(LAST, f"  | head 5 ``` the first ```\n{LAST}"),)),
    "NPM215": Sample((field(LAST, f"{LAST}\n  | head 5"),), "`sample_detection_filter`", (field(LAST, f"  | head 5\n{LAST} ``` the site's own ```"),)),
    "NPM216": Sample((field("lookup sample_table", "lookup sample_tables"),), "sample_tables", (field("lookup sample_table host", "lookup local=true sample_table host"),)),
    "NPM217": Sample((before_filter("| append [ mstats max(tcp.bytes) as bytes where `sample_index` by host process ]"),), "append", (field("name: Sample Detection", "# npm-waiver NPM217: append stops at 10,000 rows; there are 12 hosts\nname: Sample Detection"), before_filter("| append [ mstats max(tcp.bytes) as bytes where `sample_index` by host process ]"))),
    "NPM218": Sample((field("`sample_index` by", "`sample_index` AND earliest=-1h by"),), "earliest=-1h", (field("avg(tcp.bytes) as bytes", "earliest(tcp.bytes) as bytes"),)),
    "NPM301": Sample((before_filter("| where byts > 5"),), "byts", (before_filter("| where isnull(byts) OR bytes > 5"),)),
    "NPM302": Sample((field("  | rename k8s", "  | eval cluster=k8s.cluster.name\n  | rename k8s"),), "k8s.cluster.name", (field("  | rename k8s", "  | eval cluster='k8s.cluster.name'.owner\n  | rename k8s"),)),
    "NPM303": Sample((before_filter('| stats values(owner) as owner by host process\n  | search owner!="ann"'),), 'owner!="ann"', (before_filter('| stats values(owner) as owner by host process\n  | search NOT owner="ann" host!="a"'),)),
    "NPM304": Sample((field("avg(tcp.bytes) as bytes", "avg(tcp.bytes) as stdev_bytes"),), "avg(tcp.bytes) as stdev_bytes", (field("avg(tcp.bytes) as bytes", "stdev(tcp.bytes) as stdev_bytes"),)),
    "NPM305": Sample((field("name: Sample Detection", "# npm-waiver NPM217: join stops at 50,000 rows; there are 12 hosts\nname: Sample Detection"), field("  | rename", JOIN.replace(" source.process.name ]", " ]") + "  | rename")), "by k8s.cluster.name", (field("name: Sample Detection", "# npm-waiver NPM217: join stops at 50,000 rows; there are 12 hosts\nname: Sample Detection"), field("  | rename", JOIN + "  | rename"))),
    "NPM306": Sample((field("OUTPUT owner", "OUTPUT ownr"),), "ownr", (field("OUTPUT owner", "OUTPUT owner as ownr"),)),
    "NPM307": Sample(((BASELINE, "as owner", "as boss"),), "outputlookup sample_table", ((BASELINE, "as owner where", "as boss where"), (BASELINE, "| outputlookup", "| rename boss as owner | outputlookup"))),
    "NPM401": Sample((field("field: host", "field: hots"),), "hots", (field("field: host", "field: owner"),)),
    "NPM402": Sample((field("Seen on $host$", "Seen on $hots$"),), "$hots$", (field("Seen on $host$", "Seen on $owner$ for $5"),)),
    "NPM403": Sample((field("score: 20", "score: 101"),), "101", (field("score: 20", "score: 100"),)),
    "NPM404": Sample((field("Seen on $host$", "$owner$"),), "$owner$", (field("Seen on $host$", "$host$"),)),
    "NPM405": Sample((field("tags:\n", "tags:\n  throttling: {fields: [user], period: 1h}\n"),), "user", (field("tags:\n", "tags:\n  throttling: {fields: [owner], period: 1h}\n"),)),
    "NPM406": Sample(((DEPLOYMENT, "enabled: true", "enabled: false"),), "rba", ((DEPLOYMENT, "enabled: true", "enabled: 'true'"),)),
    "NPM407": Sample((field(" as host source.process.name as process\n", " as k8s.name source.process.name as process | eval host=1\n"), field("Seen on $host$", "Seen on $k8s.name$")), "$k8s.name$", (field(" as host source.process.name as process\n", " as k8s.name source.process.name as process | eval host=1\n"),)),
    "NPM501": Sample(((DEPLOYMENT, "7 * * * *", "99 banana"),), "99 banana", ((DEPLOYMENT, "7 * * * *", "7,37 * * * *"),)),
    "NPM502": Sample(((DEPLOYMENT, "-70m@m", "yesterdayish"),), "yesterdayish", ((DEPLOYMENT, "-70m@m", "-70min@min"),)),
    "NPM503": Sample((inline("7 * * * *", "-70m@m", "-10m@m", "60"),), "'60'", (inline("7 * * * *", "-70m@m", "-10m@m", "59"),)),
    "NPM504": Sample((inline("7 * * * *", "-10m@m", "-70m@m"),), "'-10m@m'", (inline("7 * * * *", "-70m@m", "-10m@m"),)),
    "NPM505": Sample((inline("7 */2 * * *", "-70m@m", "-10m@m"),), "'-70m@m'", (inline("7,37 * * * *", "-40m@m", "-10m@m"),)),
    "NPM506": Sample((("contentctl/deployments/escu_default_configuration_baseline.yml", "latest_time: -70m@m", "latest_time: -69m@m"),), "Baseline", (("contentctl/deployments/escu_default_configuration_baseline.yml", "-1510m@m\n  latest_time: -70m@m", "-2d@d\n  latest_time: -1d@d"),)),
    "NPM601": Sample(((LOCK, "", LOCKED.format("0" * 64)),), "4", ((LOCK, "", LOCKED.format("0" * 64)), field("version: 4", "version: 5"))),
    "NPM602": Sample(((LOCK, "", "[]"),), None, ((LOCK, "", LOCKED.format(SAME)),)),
    "NPM701": Sample((("app/default/app.conf", "id = SA-sample", "id = SA-other"),), "id = SA-other", (("app/default/app.conf", "id = SA-sample", "id=SA-sample"),)),
    "NPM702": Sample((("app/app.manifest", '"1.2.3"}}}', '"1.2.3"}}'),), None, (("app/app.manifest", "{", "{ "),)),
    "NPM703": Sample((("app/default/app.conf", "[launcher]", "nonsense\n[launcher]"),), None, (("app/default/app.conf", "[launcher]", "# nonsense\n[launcher]"),)),
    "NPM704": Sample((("app/bin/helper.sh", "", "true\n"),), None, (("app/bin/helper.py", "", "True\n"),)),
    "NPM706": Sample((("NOTICE", "", None),), None, (("NOTICE", "Nothing", "Anything"),)),
    "NPM801": Sample((field("name: Sample Detection", "# npm-waiver NPM401: the field host is always there\nname: Sample Detection"),), "# npm-waiver NPM401: the field host is always there", (field("name: Sample Detection", "# a waiver of NPM401 is no npm waiver\nname: Sample Detection"),)),
    "NPM802": Sample((field("name: Sample Detection", "# npm-waiver NPM505: runs once a day, 24 hours are wanted\nname: Sample Detection"),), "# npm-waiver NPM505: runs once a day, 24 hours are wanted", (field("tags:\n", "# npm-waiver NPM505: runs every two hours, the other one is of no interest\ntags:\n"), inline("7 */2 * * *", "-70m@m", "-10m@m"))),
}  # fmt: skip
