"""What all tests share: Hypothesis profiles, and the real WSDLs when they are there."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

settings.register_profile("dev", deadline=None)
settings.register_profile("ci", deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("nightly", deadline=None, max_examples=2000)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "dev"))


@pytest.fixture(scope="session")
def shared_dir() -> Path:
    """The folder with real WSDLs beside the checkout; tests that want one skip where it is not there."""
    folder = Path(__file__).resolve().parents[2] / "shared"
    if not (folder / "wsdl").is_dir():
        pytest.skip("the real WSDLs are not here: this test needs a folder ../shared/wsdl beside the checkout")
    return folder
