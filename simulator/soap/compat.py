"""Makes spyne 2.14 importable on every Python this project runs on.

spyne carries a copy of six whose lazy `moves` package relies on an import hook that Python 3.12 no longer calls.
The library six, up to date, provides the same names: they are registered in that place before spyne is imported.
The `cgi` module that spyne also wants, gone from 3.13, comes from the package legacy-cgi.
"""

from __future__ import annotations

import logging
import math
import sys
import warnings

import six.moves


def prepare() -> None:
    """Call before the first import of spyne; a second call does nothing."""
    place = "spyne.util.six.moves"
    if place in sys.modules:
        return
    sys.modules[place] = six.moves
    for name in ("http_cookies", "urllib", "collections_abc"):
        sys.modules[f"{place}.{name}"] = getattr(six.moves, name)
    sys.modules[f"{place}.urllib.parse"] = six.moves.urllib.parse
    sys.modules[f"{place}.urllib.request"] = six.moves.urllib.request
    sys.modules[f"{place}.urllib.error"] = six.moves.urllib.error
    # A fault is an answer that a mock gives on purpose; spyne would log each as an error with a traceback.
    logging.getLogger("spyne").setLevel(logging.CRITICAL + 1)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # what spyne's own source draws on newer Pythons is not ours to mend
        import spyne  # noqa: PLC0415 - imported here for the first time, so that its warnings stay here
        import spyne.const  # noqa: PLC0415
        import spyne.protocol.soap.soap11  # noqa: PLC0415
        import spyne.server.wsgi  # noqa: PLC0415
    # spyne would collect all the process's garbage once a second, for the sake of files that no call here opens.
    spyne.const.MIN_GC_INTERVAL = math.inf
    # With the names registered, the hook of spyne's six has nothing to do, and Pythons that still have the old import
    # protocol warn at every import that it does not speak the new one.
    sys.meta_path[:] = [finder for finder in sys.meta_path if type(finder).__module__ != "spyne.util.six"]
