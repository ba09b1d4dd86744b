"""On-Demand Sync from a trigger: there is no callout there, so the request goes out once the transaction is over."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from mock_salesforce.apex.manager import NOT_SENT, OnDemandSyncException, OnDemandSyncManager, SyncRequest
from mock_salesforce.apex.outbox import Mail
from mock_salesforce.limits import LimitExceeded
from mock_salesforce.transactions import Transaction

if TYPE_CHECKING:
    from mock_salesforce.orgs import Org


def later(org: Org, user_id: str, request: SyncRequest) -> Callable[[], None]:
    """What sends a request for a user later, as asynchronous Apex: all that comes of it is a mail."""

    def send() -> None:
        user = next((each for each in org.users if org.user_id(each) == user_id), org.users[0])
        manager = OnDemandSyncManager(org, user, org.callout)
        try:
            org.limits.admit_async_apex()
            manager.send(manager.admit(request), request, Transaction(org.limits.profile))
        except (OnDemandSyncException, LimitExceeded) as refused:
            subject = "On-Demand Sync: the request has not been sent"
            org.outbox.send(Mail(user.email, subject, f"{NOT_SENT}{refused}", org.now_text()))

    return send
