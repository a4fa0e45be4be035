"""All rules, by number: what each refuses and why, whether it stops a build, where to read on.

A number is never given to another rule. The tens group them: files (0xx), references between files (1xx), the text
of a search (2xx), its fields (3xx), risk (4xx), schedules (5xx), versions (6xx), the app (7xx), waivers (8xx).
``docs/rules.md`` is made from this file.
"""

from __future__ import annotations

from workbench.compiler.finding import Reference, Rule, Severity

GROUPS = {
    "NPM0": "Files and fields",
    "NPM1": "References between files",
    "NPM2": "The text of a search",
    "NPM3": "The fields of a search",
    "NPM4": "Risk",
    "NPM5": "Schedules",
    "NPM6": "Versions",
    "NPM7": "The app around the content",
    "NPM8": "Waivers",
}

_SEARCH = "https://docs.splunk.com/Documentation/Splunk/latest/SearchReference/"
_ADMIN = "https://docs.splunk.com/Documentation/Splunk/latest/Admin/"
_CONTENTCTL = Reference("contentctl 5.6.2, detection format", "https://github.com/splunk/contentctl")
_YAML = Reference("YAML 1.2.2", "https://yaml.org/spec/1.2.2/")
_MACROS = Reference(
    "Splunk, Knowledge Manager Manual: search macros",
    "https://docs.splunk.com/Documentation/Splunk/latest/Knowledge/Usesearchmacros",
)
_COMMANDS = Reference("Splunk, Search Reference: command types", f"{_SEARCH}Commandsbytype")
_EVALUATION = Reference("Splunk, Search Reference: evaluation functions", f"{_SEARCH}CommonEvalFunctions")
_STATISTICS = Reference("Splunk, Search Reference: statistical functions", f"{_SEARCH}CommonStatsFunctions")
_SYNTAX = Reference("Splunk, Search Reference: understanding SPL syntax", f"{_SEARCH}UnderstandingSPLsyntax")
_SUBSEARCHES = Reference(
    "Splunk, Search Manual: subsearches", "https://docs.splunk.com/Documentation/Splunk/latest/Search/Aboutsubsearches"
)
_LOOKUP = Reference("Splunk, Search Reference: lookup", f"{_SEARCH}Lookup")
_OUTPUTLOOKUP = Reference("Splunk, Search Reference: outputlookup", f"{_SEARCH}Outputlookup")
_MSTATS = Reference("Splunk, Search Reference: mstats", f"{_SEARCH}Mstats")
_SEARCH_COMMAND = Reference("Splunk, Search Reference: search", f"{_SEARCH}Search")
_TIMES = Reference("Splunk, Search Reference: time modifiers", f"{_SEARCH}SearchTimeModifiers")
_SCHEDULE = Reference("Splunk, Admin Manual: savedsearches.conf", f"{_ADMIN}Savedsearchesconf")
_CONF = Reference("Splunk, Admin Manual: about configuration files", f"{_ADMIN}Howtoeditaconfigurationfile")
_APP_CONF = Reference("Splunk, Admin Manual: app.conf", f"{_ADMIN}Appconf")
_RISK = Reference(
    "Splunk Enterprise Security: risk-based alerting",
    "https://docs.splunk.com/Documentation/ES/latest/RBA/Howcreateriskannotations",
)
_ATTACK = Reference("MITRE ATT&CK, Enterprise techniques", "https://attack.mitre.org/techniques/enterprise/")
_HELP = Reference("The help of the command", "../app/default/searchbnf.conf")
_HOUSE = Reference("Contributing: rules of the house", "../CONTRIBUTING.md")

_ALL: dict[str, Rule] = {}


def _rule(number: str, reason: str, reference: Reference, severity: Severity = "error", waivable: bool = False) -> Rule:
    rule = Rule(f"NPM{number}", reason, reference, severity, waivable)
    if rule.id in _ALL:
        raise ValueError(f"{rule.id} is given twice")
    _ALL[rule.id] = rule
    return rule


# Files and fields
NOT_YAML = _rule("001", "A file that is no YAML cannot be compiled.", _YAML)
DUPLICATE_KEY = _rule("002", "Of a key given twice YAML keeps the last, silently.", _YAML)
HIDDEN_MEANING = _rule("003", "Anchors and keys that are not plain text make a file mean what it does not show.", _YAML)
MISSING_FIELD = _rule("004", "A field that the kind of content needs is missing.", _CONTENTCTL)
UNKNOWN_FIELD = _rule(
    "005", "A field that nobody reads is a typing error, or a setting that has no effect.", _CONTENTCTL
)
WRONG_KIND = _rule("006", "A field holds another kind of value than its readers expect.", _CONTENTCTL)
WRONG_LENGTH = _rule("007", "A text or list is empty, too short or too long.", _CONTENTCTL)
WRONG_WORD = _rule("008", "A field takes one of a few words, and holds another.", _CONTENTCTL)
WRONG_NUMBER = _rule("009", "A number is out of its range.", _CONTENTCTL)
WRONG_DATE = _rule("010", "A date does not exist, is not written YYYY-MM-DD, or lies in the future.", _CONTENTCTL)
WRONG_VERSION = _rule("011", "A version is no whole number from 1.", _CONTENTCTL)
WRONG_UUID = _rule("012", "An id is no UUID: Enterprise Security tells detections apart by it.", _CONTENTCTL)
TAKEN = _rule("013", "An id or a name is used twice, so one of the two hides the other.", _CONTENTCTL)
WRONG_FORM = _rule("014", "A text has characters or a form that breaks where it is written to.", _CONTENTCTL)
WRONG_URL = _rule("015", "A reference is no web address.", _CONTENTCTL)
WRONG_FILE_NAME = _rule("016", "A file is not called as its content: contentctl refuses it.", _CONTENTCTL)
LONG_STANZA = _rule(
    "017", "Enterprise Security takes stanza names of 99 characters, and needs 18 of them to clone one.", _CONTENTCTL
)
STRAY_FILE = _rule("018", "A file or folder would be ignored without a word.", _CONTENTCTL)
UNWRITABLE_TEXT = _rule("019", "A conf file cannot hold control characters or a backslash before a line's end.", _CONF)
REPEATED_ITEM = _rule("020", "A list repeats an item.", _CONTENTCTL)
TRAILING_BLANK = _rule(
    "021", "A blank before a line's end is invisible, and lost in some conf editors.", _CONF, "warning"
)
NO_CONTENT = _rule("022", "The folder is no content project.", _CONTENTCTL)

# References between files
UNKNOWN_STORY = _rule("101", "An analytic story does not exist.", _CONTENTCTL)
NO_STORY = _rule("102", "A detection without a story is in no use case of Enterprise Security.", _CONTENTCTL, "warning")
UNKNOWN_DETECTION = _rule("103", "A baseline names a detection that does not exist.", _CONTENTCTL)
UNKNOWN_DATA_SOURCE = _rule("104", "A data source does not exist.", _CONTENTCTL)
NO_DEPLOYMENT = _rule("105", "A search has no schedule.", _CONTENTCTL)
BAD_TABLE = _rule("106", "A lookup table is missing, belongs to no lookup, or is not read by Splunk as CSV.", _LOOKUP)
NOT_READY = _rule("107", "A production detection lacks what production needs, or something ships enabled.", _CONTENTCTL)
WRONG_TECHNIQUE = _rule("108", "An ATT&CK id is malformed, or stands beside its own sub-technique.", _ATTACK)
UNKNOWN_TECHNIQUE = _rule("109", "An ATT&CK id does not exist in the shipped table.", _ATTACK)
NO_TECHNIQUE = _rule("110", "Risk without an ATT&CK id never counts in rules on tactics.", _ATTACK, "warning")

# The text of a search
NOT_SPL = _rule("201", "The text is no SPL: Splunk would refuse to run it.", _SYNTAX)
UNKNOWN_COMMAND = _rule("202", "Neither Splunk nor this app has the command.", _COMMANDS)
WRONG_OPTION = _rule("203", "A command of this app does not take the option or its value.", _HELP)
GENERATES_NOTHING = _rule("204", "The first command must bring rows, or the search returns none.", _COMMANDS)
UNKNOWN_FUNCTION = _rule("205", "Splunk has no such function for eval and where.", _EVALUATION)
UNKNOWN_AGGREGATION = _rule("206", "Splunk has no such function for stats and mstats.", _STATISTICS)
NO_MACRO_CALL = _rule("207", "Backticks hold no macro call, or are not closed.", _MACROS)
UNKNOWN_MACRO = _rule("208", "A macro is not defined: Splunk refuses the search.", _MACROS)
WRONG_ARITY = _rule("209", "A macro is called with another number of arguments than it is defined with.", _MACROS)
RECURSIVE_MACRO = _rule("210", "A macro that calls itself never ends.", _MACROS)
UNUSED_MACRO = _rule("211", "A macro or argument that nothing uses misleads who tunes it.", _MACROS, "warning")
UNKNOWN_ARGUMENT = _rule("212", "A macro fills in an argument it does not have.", _MACROS)
TOUCHING_MACROS = _rule("213", "Two macro calls without a blank between them are read as one by some tools.", _MACROS)
NO_FILTER = _rule("214", "A site cannot exclude its known results: the filter macro is not called.", _CONTENTCTL)
FILTER_NOT_LAST = _rule(
    "215", "What stands behind the filter macro sees rows that the site left to judge later.", _CONTENTCTL
)
UNKNOWN_LOOKUP = _rule("216", "A lookup is not defined.", _LOOKUP)
SUBSEARCH = _rule(
    "217",
    "Subsearches stop at 10,000 or 50,000 rows or 60 seconds, and the cut-off result is used.",
    _SUBSEARCHES,
    waivable=True,
)
OWN_TIME_RANGE = _rule(
    "218",
    "A time range inside the search overrides that of the schedule, its lag for late data too.",
    _MSTATS,
    waivable=True,
)

# The fields of a search
UNKNOWN_FIELD_READ = _rule("301", "A command reads a field that no command before it can produce.", _SYNTAX)
BARE_DOTTED_FIELD = _rule(
    "302", "In eval and where a.b joins the fields a and b; the field a.b needs single quotes.", _EVALUATION
)
MULTIVALUE_NOT_EQUAL = _rule(
    "303", "How field!=value reads a field with several values is not documented.", _SEARCH_COMMAND
)
FALSE_ALIAS = _rule("304", "A field is named after another aggregate than the one it holds.", _STATISTICS)
POOLED_SUBSEARCH = _rule(
    "305",
    "A subsearch groups by fewer fields, so what it knows of one group is told of another.",
    _SUBSEARCHES,
    waivable=True,
)
UNKNOWN_COLUMN = _rule("306", "A lookup is asked for a column that its table does not have.", _LOOKUP)
OTHER_COLUMNS = _rule("307", "A search writes other columns than the table of the lookup has.", _OUTPUTLOOKUP)

# Risk
NO_RISK_FIELD = _rule("401", "A risk or threat object is a field that the results do not have.", _RISK)
UNKNOWN_TOKEN = _rule("402", "A $token$ stays as it is, as the results have no such field.", _RISK)
WRONG_SCORE = _rule("403", "A risk score is a whole number from 1 to 100.", _RISK)
EMPTY_MESSAGE = _rule("404", "A risk message can come out empty.", _RISK)
NO_THROTTLE_FIELD = _rule("405", "Throttling groups by a field that the results do not have.", _SCHEDULE)
RISK_UNUSED = _rule("406", "rba and the deployment disagree on whether there is risk.", _CONTENTCTL)
DOTTED_TOKEN = _rule("407", "Whether Enterprise Security fills in a name with dots is not documented.", _RISK)

# Schedules
WRONG_CRON = _rule("501", "The cron schedule does not parse: Splunk would not run the search.", _SCHEDULE)
WRONG_TIME = _rule("502", "A relative time does not parse: Splunk would not run the search.", _TIMES)
WRONG_WINDOW = _rule("503", "The schedule window is no number of minutes shorter than the period.", _SCHEDULE)
EMPTY_RANGE = _rule("504", "The time range ends before it begins.", _TIMES)
UNCOVERED_TIME = _rule(
    "505", "The window is shorter than the time between runs: some data is never searched.", _SCHEDULE, waivable=True
)
OVERLAPPING_BASELINE = _rule(
    "506", "A baseline that holds what the detection looks at hides it.", _SCHEDULE, waivable=True
)

# Versions
UNBUMPED_VERSION = _rule("601", "A search changed, and its version did not: sites would not know.", _HOUSE)
BAD_LOCK = _rule("602", "The lock file cannot be read, so nothing guards the versions.", _HOUSE)

# The app around the content
OTHER_IDENTITY = _rule("701", "App id or version differ between contentctl.yml, app.conf and app.manifest.", _APP_CONF)
BAD_MANIFEST = _rule("702", "app.manifest is no JSON, or names no app.", _APP_CONF)
BAD_CONF = _rule("703", "A hand-written conf file cannot be read.", _CONF)
NOT_SHIPPED = _rule("704", "A file is of no place and type that ships.", _APP_CONF)
NOT_READ_BACK = _rule("705", "A compiled conf file gives other values when it is read.", _CONF)
NO_LICENCE = _rule("706", "A licence text is missing from the checkout.", _APP_CONF)
NO_SDK = _rule("707", "The library that the app carries could not be fetched, or is another.", _APP_CONF)

# Waivers
BAD_WAIVER = _rule("801", "A waiver names no rule that can be waived, or not what it risks.", _HOUSE)
UNUSED_WAIVER = _rule("802", "A waiver that waives nothing hides the next finding.", _HOUSE, "warning")

RULES: tuple[Rule, ...] = tuple(sorted(_ALL.values(), key=lambda rule: rule.id))
BY_ID = dict(_ALL)
