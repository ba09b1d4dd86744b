"""The engine's own WSDLs are written out from the mocks' models, and stay as they would be written today."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

WSDLS = Path(__file__).parents[2] / "sync_engine" / "wsdl"


@pytest.mark.parametrize(
    ("module", "name"), [("mock_zuora.wsdl", "zuora.wsdl"), ("mock_salesforce.wsdl", "salesforce-partner.wsdl")]
)
def test_the_engines_wsdl_is_what_the_mock_writes(module: str, name: str) -> None:
    run = subprocess.run([sys.executable, "-m", module], capture_output=True, check=True)
    assert (WSDLS / name).read_bytes() == run.stdout, (
        f"the model changed: write it out again with python -m {module} > sync_engine/wsdl/{name}"
    )
    assert run.stderr == b""
