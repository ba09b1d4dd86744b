"""The `Zuora` package's Apex as far as others can call it: On-Demand Sync, its callouts and its mails."""

from __future__ import annotations
