"""Every error code the two services answer with: what causes it, what to do, and what the engine does about it.

The entries are data, one file a service in `data/`. A code that is not there gets an entry that says so.
"""

from sync_engine.catalogue.entry import Action, Entry, Reach
from sync_engine.catalogue.lookup import action_of, entries, explain, find, near

__all__ = ["Action", "Entry", "Reach", "action_of", "entries", "explain", "find", "near"]
