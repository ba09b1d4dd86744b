"""`python -m mock_zuora.wsdl [VERSION] > FILE`: writes the WSDL of a version, by default the newest."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from mock_zuora.objects import NEWEST_VERSION
from mock_zuora.wsdl import render


def main(arguments: Sequence[str]) -> int:
    """Write the WSDL to standard output; 2 when the version is no number."""
    try:
        version = float(arguments[0]) if arguments else NEWEST_VERSION
    except ValueError:
        sys.stderr.write(f"{arguments[0]} is not a WSDL version such as {NEWEST_VERSION}\n")
        return 2
    sys.stdout.buffer.write(render(version=version))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
