from __future__ import annotations

from offline.scenarios.model import Scenario
from offline.scenarios.shelf import UnknownScenario, names, scenario

__all__ = ["Scenario", "UnknownScenario", "names", "scenario"]
