from __future__ import annotations

from mock_salesforce.orgs import CustomField, Org, OrgSpec, OrgUser
from mock_salesforce.service import SalesforceMock

__all__ = ["CustomField", "Org", "OrgSpec", "OrgUser", "SalesforceMock"]
