"""`python -m contracts.facts > docs/facts.md`: writes the page that lists every fact."""

from __future__ import annotations

import sys

from contracts.facts import SALESFORCE, ZUORA
from contracts.page import page

if __name__ == "__main__":
    sys.stdout.write(page({"Zuora": ZUORA, "Salesforce": SALESFORCE}))
