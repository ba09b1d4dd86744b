from __future__ import annotations

from mock_salesforce.apex.connection import SyncConnection
from mock_salesforce.connected_apps import ConnectedApp
from mock_salesforce.limits import PROFILES
from mock_salesforce.org_spec import CustomField, OrgSpec
from mock_salesforce.orgs import Org
from mock_salesforce.service import SalesforceMock
from mock_salesforce.users import OrgUser

__all__ = ["PROFILES", "ConnectedApp", "CustomField", "Org", "OrgSpec", "OrgUser", "SalesforceMock", "SyncConnection"]
