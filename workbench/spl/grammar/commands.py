"""The reader of each command."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from workbench.spl import tree
from workbench.spl.grammar import aggregating, columns, extracting, rows, subsearches
from workbench.spl.grammar.cursor import Cursor
from workbench.spl.grammar.generic import read_generic
from workbench.spl.options import SHAPES
from workbench.spl.terms import Span

Reader = Callable[[Cursor, Span], tree.Command]

READERS: Mapping[str, Reader] = {
    **{name: read_generic for name, shape in SHAPES.items() if shape},
    "addinfo": rows.read_addinfo,
    "append": subsearches.read_append,
    "appendcols": subsearches.read_branches,
    "appendpipe": subsearches.read_branches,
    "bin": columns.read_bin,
    "bucket": columns.read_bin,
    "chart": aggregating.read_chart,
    "convert": columns.read_convert,
    "dedup": rows.read_dedup,
    "eval": columns.read_eval,
    "eventstats": aggregating.read_stats,
    "fieldformat": columns.read_fieldformat,
    "fields": columns.read_fields,
    "fillnull": columns.read_fillnull,
    "foreach": subsearches.read_foreach,
    "from": rows.read_from,
    "geostats": aggregating.read_chart,
    "head": rows.read_head,
    "inputlookup": rows.read_inputlookup,
    "iplocation": extracting.read_iplocation,
    "join": subsearches.read_join,
    "lookup": rows.read_lookup,
    "makeresults": rows.read_makeresults,
    "map": subsearches.read_branches,
    "metasearch": rows.read_metasearch,
    "mstats": aggregating.read_mstats,
    "multisearch": subsearches.read_branches,
    "mvexpand": rows.read_mvexpand,
    "outputlookup": rows.read_outputlookup,
    "rare": aggregating.read_top,
    "regex": extracting.read_regex,
    "rename": columns.read_rename,
    "replace": columns.read_replace,
    "return": subsearches.read_return,
    "rex": extracting.read_rex,
    "search": rows.read_search,
    "set": subsearches.read_branches,
    "sichart": aggregating.read_chart,
    "sirare": aggregating.read_top,
    "sistats": aggregating.read_stats,
    "sitimechart": aggregating.read_chart,
    "sitop": aggregating.read_top,
    "sort": rows.read_sort,
    "spath": extracting.read_spath,
    "stats": aggregating.read_stats,
    "streamstats": aggregating.read_stats,
    "table": columns.read_table,
    "timechart": aggregating.read_chart,
    "top": aggregating.read_top,
    "transaction": extracting.read_transaction,
    "tstats": aggregating.read_tstats,
    "union": subsearches.read_branches,
    "where": rows.read_where,
}
