"""The WSDL as a command: `python -m mock_salesforce.wsdl > partner.wsdl`."""

from __future__ import annotations

import sys

from mock_salesforce.wsdl_writer import DEFAULT_LOCATION, render

__all__ = ["DEFAULT_LOCATION", "render"]

if __name__ == "__main__":
    sys.stdout.buffer.write(render())
