"""The class as a SOAP service: `/services/Soap/class/Zuora/OnDemandSync`, with the session of the Partner API."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from functools import partial
from typing import TYPE_CHECKING, Any

from mock_salesforce import faults
from mock_salesforce.apex.callouts import Callout
from mock_salesforce.apex.manager import (
    ACCOUNTS_PER_PAGE,
    BILLING_ACCOUNT,
    OnDemandSyncException,
    OnDemandSyncManager,
    SyncRequest,
    SyncResult,
)
from mock_salesforce.apex.wsdl import NAMESPACE, render
from mock_salesforce.ids import is_id, to_18
from mock_salesforce.login import base_url_of
from mock_salesforce.operations.desk import Desk, Request
from mock_salesforce.orgs import Org
from mock_salesforce.transactions import Transaction
from mock_salesforce.versions import NEWEST
from simulator.soap import Call, Dialect, Operation, SoapFault, children, escape, soap_app, text
from simulator.store import quoted

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse

PATHS = re.compile(r"/services/Soap/(?:class|package)/Zuora/OnDemandSync/?\Z")
WSDL_PATH = "/services/wsdl/class/Zuora/OnDemandSync"

OLDER_NAMESPACE = NAMESPACE.replace("/class/", "/package/")
"""The namespace at the older path."""


def _dialect(namespace: str) -> Dialect:
    space = namespace.encode()
    return Dialect(
        namespace=namespace,
        declaration=b'<?xml version="1.0" encoding="UTF-8"?>',
        envelope_attributes=b' xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xmlns="' + space + b'"',
        fault_envelope_attributes=b' xmlns:sf="' + space + b'" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"',
        unknown_operation=faults.unknown_operation,
        malformed=faults.malformed,
        too_large=faults.too_large,
    )


class ApexService:
    """On-Demand Sync over the orgs of a desk; `callout` reaches the sync service."""

    def __init__(self, desk: Desk, callout: Callout) -> None:
        self._desk = desk
        self._callout = callout
        methods = {"sendRequest": self._send_request, "syncAccount": self._sync_account}
        served = [Operation(name, partial(self._serve, name, read)) for name, read in methods.items()]
        self._soap = soap_app("OnDemandSyncService", served, _dialect(NAMESPACE))
        self._older = soap_app("OnDemandSyncPackage", served, _dialect(OLDER_NAMESPACE))

    def takes(self, path: str) -> bool:
        """Whether a path is the class's."""
        return PATHS.match(path) is not None or path == WSDL_PATH

    def __call__(self, environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        """Answer one HTTP request."""
        path = environ.get("PATH_INFO", "")
        if environ.get("REQUEST_METHOD") == "GET" and (
            path == WSDL_PATH or environ.get("QUERY_STRING", "").lower() == "wsdl"
        ):
            document = render(f"{base_url_of(environ)}/services/Soap/class/Zuora/OnDemandSync")
            start_response(
                "200 OK", [("Content-Type", "text/xml; charset=utf-8"), ("Content-Length", str(len(document)))]
            )
            return [document]
        return (self._older if "/package/" in path else self._soap)(environ, start_response)

    def _serve(self, name: str, read: Any, call: Call) -> bytes:
        with self._desk.admitted(call, NEWEST) as request:
            request.work.spend_ms(request.org.limits.profile.call_ms)
            transaction = Transaction(request.org.limits.profile)
            manager = OnDemandSyncManager(request.org, request.session.user, self._callout)
            try:
                asked = read(request)
                # Not under the org's lock: the service that is called may call this org in turn.
                results = manager.send(manager.admit(asked), asked, transaction)
            except OnDemandSyncException as refused:
                raise _apex_fault(refused) from None
            finally:
                request.work.spend_ms(transaction.callout_s * 1000)
                call.service_time_s += request.work.spent_s
            call.response_header = b""
            return _response(name, results)

    def _send_request(self, request: Request) -> SyncRequest:
        call = request.call
        kind = (text(call.payload, "syncObjectType") or "").strip() or BILLING_ACCOUNT
        email = (text(call.payload, "emailNotificationEnabled") or "").strip()
        if email not in ("", "true", "1", "false", "0"):
            raise faults.client_fault(f"'{email}' is not a valid value for the type xsd:boolean")
        by_entity = {
            (text(each, "zuoraObjectId") or "").strip(): (text(each, "entityId") or "").strip()
            for each in children(call.payload, "syncZuoraObjectIdByEntity")
        }
        return SyncRequest(
            kind,
            _texts(call, "syncObjectIdSet"),
            _texts(call, "syncZuoraObjectIdSet"),
            by_entity,
            email=email not in ("false", "0"),
        )

    def _sync_account(self, request: Request) -> SyncRequest:
        """What the button on an Account's page asks: all of its billing accounts, of which a page takes eight."""
        account_id = request.text("accountId").strip()
        if not is_id(account_id) or not account_id.startswith("001"):
            raise OnDemandSyncException(f"{account_id!r:.80} is no id of an Account.")
        ids = _billing_accounts(request.org, to_18(account_id))
        if not ids:
            raise OnDemandSyncException(f"The Account {account_id} has no billing accounts to synchronize.")
        return SyncRequest(object_ids=ids, from_page=True)


def _billing_accounts(org: Org, account_id: str) -> list[str]:
    with org.store.lock:
        found = org.store.execute(
            f'SELECT "Id" FROM {quoted("Zuora__CustomerAccount__c")} WHERE "Zuora__Account__c" = ? AND '
            '"IsDeleted" = 0 ORDER BY "Id" LIMIT ?',
            [account_id, ACCOUNTS_PER_PAGE + 1],
        )
    return [str(row[0]) for row in found]


def _texts(call: Call, name: str) -> list[str]:
    return [word for each in children(call.payload, name) if (word := (each.text or "").strip())]


def _apex_fault(refused: OnDemandSyncException) -> SoapFault:
    """How an exception that a web service method throws reads to its caller."""
    place = "Class.Zuora.OnDemandSyncManager.sendRequest: line 1, column 1"
    return faults.client_fault(f"Zuora.OnDemandSyncManager.OnDemandSyncException: {refused}\n\n{place}")


def _response(name: str, results: Iterable[SyncResult]) -> bytes:
    body = b"".join(
        b"<result><objectId>%b</objectId><statusMessage>%b</statusMessage><success>%b</success></result>"
        % (escape(each.object_id), escape(each.status_message), json.dumps(each.success).encode())
        for each in results
    )
    tag = f"{name}Response".encode()
    return b"<%b>%b</%b>" % (tag, body, tag)
