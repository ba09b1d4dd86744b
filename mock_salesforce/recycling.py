"""The recycle bin, as the store knows it: a hidden column of every object, and what deletions emptied."""

from __future__ import annotations

BIN = "_bin"
"""The hidden column that names the record whose deletion took this one along."""

PURGED = "-"
"""What that column has for a record that has left the recycle bin for good."""

EMPTIED = "_emptied"
"""The table of lookups that a deletion emptied, from which bringing the record back fills them again."""

EMPTIED_COLUMNS = {
    "key": "TEXT NOT NULL",
    "root": "TEXT NOT NULL",
    "child": "TEXT NOT NULL",
    "row": "TEXT NOT NULL",
    "field": "TEXT NOT NULL",
    "value": "TEXT NOT NULL",
}
