"""A small SOAP client for facts: builds envelopes as text, and reads replies from their bytes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Self
from xml.sax.saxutils import escape

from contracts.judging import require
from contracts.target import Request
from contracts.zuora.replies import SOAP_11, SOAP_12, Fields, Outcome, Page, Reply, only
from contracts.zuora.target import Target

NEW_DATES = "83.0"
"""The WSDL version that checks use unless they say otherwise: dates are dates in it."""
OLD_DATES = "68.0"
"""The last version in which a date is a date time."""

Values = Mapping[str, object]


def endpoint(version: str = NEW_DATES) -> str:
    """The path of the service for a WSDL version."""
    return f"/apps/services/a/{version}"


def element(name: str, value: object, prefix: str = "api") -> str:
    """An element with text; `value` True and False become XML's words, None an empty element."""
    text = str(value).lower() if isinstance(value, bool) else "" if value is None else str(value)
    return f"<{prefix}:{name}>{escape(text)}</{prefix}:{name}>"


def fields(values: Values) -> str:
    """Fields of a record, in the order they are given; a list makes an element for each of its values."""
    parts = []
    for name, value in values.items():
        parts += [element(name, each, "obj") for each in (value if isinstance(value, list) else [value])]
    return "".join(parts)


class Client:
    """Speaks to a target as one user, in one WSDL version and one SOAP version; logs in when a call first needs it."""

    def __init__(
        self,
        target: Target,
        *,
        role: str = "api",
        version: str = NEW_DATES,
        soap12: bool = False,
        entity: str = "",
        session: str = "",
    ) -> None:
        self.target = target
        self.role = role
        self.version = version
        self.soap12 = soap12
        self._entity = entity
        self._session = session

    def another(self, *, role: str = "", version: str = "", soap12: bool = False, entity: str = "") -> Client:
        """A second client for the same target, with a session of its own."""
        return Client(
            self.target, role=role or self.role, version=version or self.version, soap12=soap12, entity=entity
        )

    def at(self, version: str) -> Client:
        """A client with the same session at another WSDL version."""
        return Client(self.target, role=self.role, version=version, soap12=self.soap12, session=self.session)

    @property
    def session(self) -> str:
        """The session id; logs in when there is none yet."""
        if not self._session:
            extra = element("entityId", self.target.entity(self._entity).id) if self._entity else ""
            result = only(self.login(extra=extra).answer("login"), "result")
            self._session = only(result, "Session").text or ""
            require(self._session, "the login gave no session")
        return self._session

    def forget(self) -> Self:
        """Drop the session, so that the next call logs in anew."""
        self._session = ""
        return self

    # What is sent.

    def post(self, body: bytes, *, version: str = "", headers: Mapping[str, str] | None = None) -> Reply:
        """Send bytes as they are; `headers` replace the usual ones, an empty value leaves one out."""
        kind = "application/soap+xml; charset=utf-8" if self.soap12 else "text/xml; charset=utf-8"
        sent = {"Content-Type": kind, "SOAPAction": '""', **(headers or {})}
        if self.soap12:
            sent.pop("SOAPAction")
        kept = {name: value for name, value in sent.items() if value}
        return Reply(self.target.send(Request(endpoint(version or self.version), body, headers=kept)))

    def envelope(self, body: str, header: str = "") -> bytes:
        """An envelope of the client's SOAP version around a body and header blocks."""
        return (
            '<?xml version="1.0" encoding="UTF-8"?>'
            f'<soapenv:Envelope xmlns:soapenv="{SOAP_12 if self.soap12 else SOAP_11}"'
            ' xmlns:api="http://api.zuora.com/" xmlns:obj="http://object.api.zuora.com/"'
            ' xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">'
            f"<soapenv:Header>{header}</soapenv:Header><soapenv:Body>{body}</soapenv:Body></soapenv:Envelope>"
        ).encode()

    def call(
        self,
        body: str,
        *,
        header: str = "",
        session: str | None = None,
        version: str = "",
        headers: Mapping[str, str] | None = None,
    ) -> Reply:
        """Send a Body with a SessionHeader after `header`; `session` "" sends none, None the client's own."""
        key = self.session if session is None else session
        block = f"<api:SessionHeader>{element('session', key)}</api:SessionHeader>" if key else ""
        return self.post(self.envelope(body, header + block), version=version, headers=headers)

    # The operations.

    def login(
        self, *, username: str | None = None, password: str | None = None, extra: str = "", version: str = ""
    ) -> Reply:
        """Log in as the client's role, or as said; `extra` is put after the password. Keeps no session."""
        who = self.target.who(self.role)
        name = who.username if username is None else username
        word = who.password if password is None else password
        body = f"<api:login>{element('username', name)}{element('password', word)}{extra}</api:login>"
        return self.call(body, session="", version=version)

    def query_reply(
        self, zoql: str, *, version: str = "", batch_size: int | None = None, case_sensitive: bool | None = None
    ) -> Reply:
        """The reply to a query; the last two are options of its header, left out when None."""
        body = f"<api:query>{element('queryString', zoql)}</api:query>"
        return self.call(
            body, header=query_options(batch_size=batch_size, case_sensitive=case_sensitive), version=version
        )

    def query(
        self, zoql: str, *, version: str = "", batch_size: int | None = None, case_sensitive: bool | None = None
    ) -> Page:
        """The first page of a query that goes well."""
        return self.query_reply(zoql, version=version, batch_size=batch_size, case_sensitive=case_sensitive).page()

    def more_reply(self, locator: str, *, batch_size: int | None = None) -> Reply:
        """The reply to queryMore."""
        body = f"<api:queryMore>{element('queryLocator', locator)}</api:queryMore>"
        return self.call(body, header=query_options(batch_size=batch_size))

    def more(self, locator: str | None, *, batch_size: int | None = None) -> Page:
        """A further page."""
        require(locator, "the page before named no locator")
        return self.more_reply(locator or "", batch_size=batch_size).page("queryMore")

    def names(self, zoql: str, *, version: str = "", case_sensitive: bool | None = None) -> set[str]:
        """The scenario's names of the rows a query finds, over all its pages; rows it did not name are passed over."""
        known = {id_: name for name, id_ in self.target.ids().items()}
        page = self.query(zoql, version=version, case_sensitive=case_sensitive)
        found = list(page.ids)
        while not page.done:
            page = self.more(page.locator)
            found += page.ids
        return {known[each] for each in found if each in known}

    def row(self, object_name: str, id_: str, *names: str) -> Fields:
        """Fields of one row by its id; a field that is null is not in it."""
        found = self.query(f"select {', '.join(names)} from {object_name} where Id = '{id_}'").one
        return Fields((name, value) for name, value in found.fields if name in names)

    def create_reply(self, kind: str, *rows: Values, single: bool | None = None) -> Reply:
        """The reply to create; `single` is useSingleTransaction."""
        option = "" if single is None else element("useSingleTransaction", single)
        header = f"<api:CallOptions>{option}</api:CallOptions>" if option else ""
        return self.call(f"<api:create>{z_objects(kind, rows)}</api:create>", header=header)

    def create(self, kind: str, *rows: Values, single: bool | None = None) -> list[Outcome]:
        """The outcome of each row of a create."""
        return self.create_reply(kind, *rows, single=single).outcomes("create", len(rows))

    def made(self, kind: str, values: Values) -> str:
        """The id of a new row."""
        (outcome,) = self.create(kind, values)
        return outcome.done_id

    def update(self, kind: str, *rows: Values) -> list[Outcome]:
        """The outcome of each row of an update; `fieldsToNull` may be a list."""
        return self.call(f"<api:update>{z_objects(kind, rows)}</api:update>").outcomes("update", len(rows))

    def delete_reply(self, kind: str, *ids: str) -> Reply:
        """The reply to delete."""
        listed = "".join(element("ids", each) for each in ids)
        return self.call(f"<api:delete>{element('type', kind)}{listed}</api:delete>")

    def delete(self, kind: str, *ids: str) -> list[Outcome]:
        """The outcome of each row of a delete."""
        return self.delete_reply(kind, *ids).outcomes("delete", len(ids))

    def act(self, operation: str, body: str) -> Reply:
        """The reply to an operation whose request holds `body`."""
        return self.call(f"<api:{operation}>{body}</api:{operation}>")

    def get(self, path: str, headers: Mapping[str, str] | None = None) -> Reply:
        """A plain GET."""
        return Reply(self.target.send(Request(path, method="GET", headers=headers or {})))


def z_objects(kind: str, rows: Sequence[Values]) -> str:
    """Rows of one type as zObjects."""
    return "".join(f'<api:zObjects xsi:type="obj:{kind}">{fields(row)}</api:zObjects>' for row in rows)


def query_options(*, batch_size: int | None = None, case_sensitive: bool | None = None) -> str:
    """A QueryOptions header block; "" without options."""
    given = {"batchSize": batch_size, "caseSensitive": case_sensitive}
    parts = "".join(element(name, value) for name, value in given.items() if value is not None)
    return f"<api:QueryOptions>{parts}</api:QueryOptions>" if parts else ""
