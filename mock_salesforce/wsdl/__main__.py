"""The WSDL as a command: `python -m mock_salesforce.wsdl > partner.wsdl`."""

from __future__ import annotations

import sys

from mock_salesforce.wsdl import render

sys.stdout.buffer.write(render())
