"""`Zuora.OnDemandSyncManager`: what may be asked, one callout an object, and a mail when the request was sent."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mock_salesforce.apex import wire
from mock_salesforce.apex.outbox import Mail
from mock_salesforce.apex.wire import Wanted
from mock_salesforce.ids import is_id, to_18
from mock_salesforce.transactions import CalloutException, Code, LimitException, Transaction

if TYPE_CHECKING:
    from mock_salesforce.apex.callouts import Callout
    from mock_salesforce.orgs import Org
    from mock_salesforce.users import OrgUser

BILLING_ACCOUNT, ZPRODUCT = "BILLING_ACCOUNT", "ZPRODUCT"
SOBJECTS = {BILLING_ACCOUNT: "Zuora__CustomerAccount__c", ZPRODUCT: "zqu__ZProduct__c"}
ACCOUNTS_PER_REQUEST, ACCOUNTS_PER_PAGE = 10, 8
NOT_SENT = "An error occurred while sending on-demand sync request to ZBilling. The error details are :"
ACCEPTED = "The on-demand sync request has been sent."
PACKAGE = Code("Zuora", certified=True)
_ZUORA_ID = re.compile(r"[0-9a-f]{32}\Z")


class OnDemandSyncException(Exception):
    """The request as a whole cannot be; nothing has been sent."""


@dataclass(frozen=True, slots=True)
class SyncResult:
    """What became of the request for one object; `object_id` is the id it was asked for by."""

    success: bool
    status_message: str
    object_id: str


@dataclass(frozen=True, slots=True)
class SyncRequest:
    """What is asked for: Salesforce ids, Zuora ids, and Zuora ids with the ids of their entities."""

    object_type: str = BILLING_ACCOUNT
    object_ids: Sequence[str] = ()
    zuora_ids: Sequence[str] = ()
    zuora_ids_by_entity: Mapping[str, str] | None = None
    email: bool = True
    from_page: bool = False


class OnDemandSyncManager:
    """Sends requests for one user of an org. Nobody holds the org's lock while it calls out."""

    def __init__(self, org: Org, user: OrgUser, callout: Callout) -> None:
        self._org = org
        self._user = user
        self._callout = callout

    def admit(self, request: SyncRequest) -> list[Wanted]:
        """The objects of a request, each once; raises `OnDemandSyncException`. Reads the org, and sends nothing."""
        if request.object_type not in SOBJECTS:
            names = ", ".join(SOBJECTS)
            raise OnDemandSyncException(f"Unknown object type {request.object_type!r:.80}: there are {names}.")
        if self._org.sync_service is None:
            raise OnDemandSyncException(
                "The connection settings of this org name no sync service. Set its address there, and try again."
            )
        wanted = [*self._of_salesforce(request)]
        by_entity = request.zuora_ids_by_entity or {}
        for each in (*request.zuora_ids, *by_entity):
            if not _ZUORA_ID.match(each):
                raise OnDemandSyncException(f"{each!r:.80} is no Zuora id: those are 32 hexadecimal characters.")
            wanted.append(Wanted(zuora_id=each, entity_id=by_entity.get(each, "")))
        wanted = list(dict.fromkeys(wanted))
        if not wanted:
            raise OnDemandSyncException("No object was named: give Salesforce ids or Zuora ids of what to synchronize.")
        most = ACCOUNTS_PER_PAGE if request.from_page else ACCOUNTS_PER_REQUEST
        if request.object_type == BILLING_ACCOUNT and len(wanted) > most:
            raise OnDemandSyncException(
                f"{len(wanted)} billing accounts were named, and one request synchronizes at most {most}."
            )
        return wanted

    def _of_salesforce(self, request: SyncRequest) -> list[Wanted]:
        sobject = self._org.schema.required(SOBJECTS[request.object_type])
        ids = []
        for each in request.object_ids:
            if not is_id(each) or not each.startswith(sobject.key_prefix):
                raise OnDemandSyncException(f"{each!r:.80} is no id of a {sobject.label}.")
            ids.append(to_18(each))
        with self._org.store.lock:
            found = self._org.by_ids(sobject, ids)
        gone = [each for each in ids if each not in found or found[each]["IsDeleted"]]
        if gone:
            raise OnDemandSyncException(f"There is no {sobject.label} {gone[0]}.")
        return [Wanted(object_id=each) for each in dict.fromkeys(ids)]

    def send(self, wanted: Sequence[Wanted], request: SyncRequest, transaction: Transaction) -> list[SyncResult]:
        """Call out for each object; the results are in their order. What cannot be sent is a failed result."""
        results = [self._send_one(each, request, transaction) for each in wanted]
        if request.email:
            self.tell(results)
        return results

    def _send_one(self, wanted: Wanted, request: SyncRequest, transaction: Transaction) -> SyncResult:
        asked_by = wanted.object_id or wanted.zuora_id
        connection = self._org.sync_service
        assert connection is not None  # noqa: S101 - admitted
        body = wire.request(
            wanted,
            token=connection.token,
            organization_id=self._org.id,
            user_name=self._user.username,
            object_type=request.object_type,
        )
        try:
            transaction.call_out(PACKAGE)
            timeout_s = min(connection.timeout_s, transaction.callout_time_left())
            reply = self._callout(connection.url, wire.HEADERS, body, timeout_s)
            transaction.called_out(reply.took_s, timeout_s)
            accepted, message = wire.answer(reply.status, reply.body)
        except (CalloutException, LimitException) as error:
            return SyncResult(success=False, status_message=f"{NOT_SENT}{error}", object_id=asked_by)
        return SyncResult(success=accepted, status_message=message or ACCEPTED, object_id=asked_by)

    def tell(self, results: Sequence[SyncResult]) -> None:
        """Mail the user what was sent, and what was not."""
        lines = [f"{each.object_id}: {each.status_message}" for each in results]
        sent = sum(each.success for each in results)
        subject = f"On-Demand Sync: {sent} of {len(results)} requests have been sent"
        self._org.outbox.send(Mail(self._user.email, subject, "\n".join(lines), self._org.now_text()))
