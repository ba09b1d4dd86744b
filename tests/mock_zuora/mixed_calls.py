"""Mixed calls into a mock with several tenants, and a checker that notices when anything of one shows in another.

Every account that is made carries its entity's tag in its name, so that a stray row betrays itself wherever it shows.
"""

from __future__ import annotations

import json
import random
import re
import threading
from collections import Counter
from dataclasses import dataclass, field
from functools import partial

from mock_zuora import EntitySpec, TenantSpec, UserSpec, ZuoraMock
from simulator.clock import VirtualClock
from tests.isolation import Post, require, run_actors
from tests.mock_zuora.conftest import Caller

SOAP_PATH = "/apps/services/a/83.0"
_ENVELOPE = (
    '<soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/" xmlns:api="http://api.zuora.com/"'
    ' xmlns:obj="http://object.api.zuora.com/" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">'
    "<soapenv:Header>{header}</soapenv:Header><soapenv:Body>{body}</soapenv:Body></soapenv:Envelope>"
)


@dataclass
class Place:
    """One entity, as the test knows it: what belongs there, and what is known of it elsewhere."""

    tenant: TenantSpec
    entity: EntitySpec
    tag: str
    locators: list[str] = field(default_factory=list)
    rows: dict[str, str] = field(default_factory=dict)
    created: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def user(self) -> UserSpec:
        """Who acts here."""
        return self.tenant.users[0]


def _tenant(number: int, entities: int) -> TenantSpec:
    specs = tuple(EntitySpec(f"{number}{n}".rjust(32, "0"), f"Entity {number}.{n}") for n in range(entities))
    user = UserSpec(f"user@tenant-{number}.example.com", f"password-{number}", entities=tuple(e.id for e in specs))
    return TenantSpec(f"tenant-{number}", f"Tenant {number}", specs, (user,), multi_entity=True)


class World:
    """Two tenants, the first with two entities; `api_calls` counts what each tenant's users sent and got through."""

    def __init__(self) -> None:
        self.mock = ZuoraMock(clock=VirtualClock(), chance=random.Random(11))
        self.places: list[Place] = []
        for number, entities in ((1, 2), (2, 1)):
            spec = _tenant(number, entities)
            self.mock.add_tenant(spec)
            self.places += [Place(spec, entity, f"tag-{number}-{n}-") for n, entity in enumerate(spec.entities)]
        # Limits that are never reached, so that everything is counted.
        never = {"concurrent_requests": 10_000, "auth_per_minute_per_ip": None}
        self.mock.change_limits({"profile": "production", "figures": never})
        self.api_calls: Counter[str] = Counter()
        self.exhausted: set[str] = set()
        self.lock = threading.Lock()

    def post(self, path: str, body: bytes | None, headers: dict[str, str]) -> tuple[int, bytes]:
        """Reach the mock in process."""
        environ = {f"HTTP_{name.upper().replace('-', '_')}": value for name, value in headers.items()}
        method = "GET" if body is None else "POST"
        reply = Caller(self.mock).raw(body or b"", REQUEST_METHOD=method, PATH_INFO=path, **environ)
        return reply.status, reply.body

    def check_books(self) -> None:
        """Compare what the mock holds and has counted with what was done; call it when nobody calls any more."""
        limits = self.mock.limits()["tenants"]
        for tenant in self.mock.tenants:
            counted, sent = limits[tenant.spec.id]["used"]["api"]["day"], self.api_calls[tenant.spec.id]
            require(counted == sent, f"{tenant.spec.id} sent {sent} calls, and {counted} are counted")
        for place in self.places:
            tenant = next(t for t in self.mock.tenants if t.spec is place.tenant)
            held = {str(row["Id"]): str(row["Name"]) for row in tenant.rows(place.entity.id, "Account")}
            require(held == place.rows, f"{place.tag} holds other rows than were made there")
            numbers = [str(row["AccountNumber"]) for row in tenant.rows(place.entity.id, "Account")]
            require(len(set(numbers)) == len(numbers), f"{place.tag} gave a number twice")
            require(all(int(each[1:]) <= place.created for each in numbers), f"{place.tag} counted others' numbers")

    def close(self) -> None:
        """Let go of the mock."""
        self.mock.close()


class Actor:
    """A user at work in one entity, who now and then tries what belongs to another."""

    STEPS = (
        "query", "query", "page", "page", "foreign page", "create", "create", "update", "foreign update", "delete",
        "foreign delete", "wrong session", "who", "foreign login", "entities", "exhaust", "refill", "again",
    )  # fmt: skip

    def __init__(self, world: World, place: Place, post: Post, name: str) -> None:
        self._world = world
        self._place = place
        self._post = post
        self._name = name
        self._session = ""
        self._own: list[str] = []
        self._locator = ""
        self.step("again", 0)

    def step(self, what: str, number: int) -> None:
        """Do one thing; `number` chooses among what it can be done with. Raises `Crossing`."""
        getattr(self, "_" + what.replace(" ", "_"))(number)

    def _query(self, _number: int) -> None:
        self._read_page(self._call(_query("select Id, Name from Account"), options="<api:batchSize>3</api:batchSize>"))

    def _page(self, _number: int) -> None:
        if self._locator:
            self._read_page(self._call(_more(self._locator)))

    def _foreign_page(self, number: int) -> None:
        locators = [each for place in self._others() for each in place.locators]
        if locators:
            reply = self._call(_more(locators[number % len(locators)]))
            self._require(reply is None or b"InvalidQueryLocatorFault" in reply, "read a page by another's locator")

    def _create(self, number: int) -> None:
        name = f"{self._place.tag}{self._name}-{number}"
        fields = "<obj:Batch>Batch1</obj:Batch><obj:BillCycleDay>1</obj:BillCycleDay><obj:Currency>USD</obj:Currency>"
        row = f'<api:zObjects xsi:type="obj:Account">{fields}<obj:Name>{name}</obj:Name></api:zObjects>'
        reply = self._call(f"<api:create>{row}</api:create>")
        if reply is not None:
            (row_id,) = re.findall(rb"<ns1:Id>(.*?)</ns1:Id>", reply) or (b"",)
            self._require(bool(row_id), "could not create an account")
            self._own.append(row_id.decode())
            with self._place.lock:
                self._place.rows[row_id.decode()] = name
                self._place.created += 1

    def _update(self, number: int) -> None:
        if self._own:
            row_id = self._own[number % len(self._own)]
            reply = self._call(_update(row_id, f"{self._place.tag}changed-{number}"))
            if reply is not None:
                self._require(b"<ns1:Success>true" in reply, "could not change an own account")
                with self._place.lock:
                    self._place.rows[row_id] = f"{self._place.tag}changed-{number}"

    def _foreign_update(self, number: int) -> None:
        row_id = self._foreign_row(number)
        if row_id:
            reply = self._call(_update(row_id, f"{self._place.tag}taken over"))
            self._require(reply is None or b"<ns1:Code>INVALID_ID" in reply, "changed another's account")

    def _delete(self, number: int) -> None:
        if self._own:
            row_id = self._own[number % len(self._own)]
            reply = self._call(_delete(row_id))
            if reply is not None:
                self._require(b"<ns1:success>true" in reply, "could not delete an own account")
                self._own.remove(row_id)
                with self._place.lock:
                    del self._place.rows[row_id]

    def _foreign_delete(self, number: int) -> None:
        row_id = self._foreign_row(number)
        if row_id:
            reply = self._call(_delete(row_id))
            self._require(reply is None or b"<ns1:Code>INVALID_ID" in reply, "deleted another's account")

    def _wrong_session(self, number: int) -> None:
        session, self._session = self._session, f"{self._session[:-1]}!{number}"
        status, reply = self._send("<api:getUserInfo/>")
        self._session = session
        self._require(status == 500 and b"INVALID_SESSION" in reply, "a made-up session was let in")

    def _who(self, _number: int) -> None:
        reply = self._call("<api:getUserInfo/>")
        if reply is not None:
            told = f"<ns1:TenantId>{self._place.tenant.id}<".encode()
            self._require(told in reply and self._place.user.username.encode() in reply, "is someone else")

    def _foreign_login(self, number: int) -> None:
        others = [each for each in self._others() if each.tenant is not self._place.tenant]
        other = others[number % len(others)]
        tries = (
            _login(self._place.user.username, other.user.password),
            _login(self._place.user.username, self._place.user.password, other.entity.id),
        )
        status, reply = self._send(tries[number % 2], session=False)
        self._require(status == 500 and b"LoginFault" in reply, "logged in to another tenant")

    def _entities(self, _number: int) -> None:
        headers = {"Authorization": f"ZSession {self._session}"}
        status, reply = self._post("/v1/entities", None, headers)
        if self._admitted(status):
            told = [each["id"] for each in json.loads(reply)["entities"]]
            self._require(told == [each.id for each in self._place.tenant.entities], "saw another tenant's entities")

    def _exhaust(self, _number: int) -> None:
        """Only the second tenant's calls are ever used up, so that a refusal in the first is a crossing."""
        if self._place.tenant.id == "tenant-2":
            with self._world.lock:
                self._world.exhausted.add("tenant-2")
                self._world.mock.change_limits({"tenant": "tenant-2", "figures": {"api_per_day": 0}})

    def _refill(self, _number: int) -> None:
        if self._place.tenant.id == "tenant-2":
            self._world.mock.change_limits({"tenant": "tenant-2", "figures": {"api_per_day": 27_000_000}})

    def _again(self, _number: int) -> None:
        body = _login(self._place.user.username, self._place.user.password, self._place.entity.id)
        status, reply = self._send(body, session=False)
        self._require(status == 200, "could not log in")
        self._session = reply.split(b"<ns1:Session>")[1].split(b"<")[0].decode()
        self._locator = ""  # a locator is its session's

    def _read_page(self, reply: bytes | None) -> None:
        if reply is None:
            return
        self._require(b"queryResponse" in reply or b"queryMoreResponse" in reply, "could not read an own page")
        names = re.findall(rb"<ns2:Name>(.*?)</ns2:Name>", reply)
        self._require(all(each.startswith(self._place.tag.encode()) for each in names), "read another's account")
        found = re.search(rb"<ns1:queryLocator>(.*?)</ns1:queryLocator>", reply)
        self._locator = found[1].decode() if found else ""
        if self._locator:
            with self._place.lock:
                self._place.locators.append(self._locator)

    def _call(self, body: str, options: str = "") -> bytes | None:
        """A reply; None when this tenant's limit, which was used up on purpose, refused it."""
        status, reply = self._send(body, options=options)
        return reply if self._admitted(status) else None

    def _admitted(self, status: int) -> bool:
        if status == 429:
            self._require(self._place.tenant.id in self._world.exhausted, "was held to another's limit")
            return False
        with self._world.lock:
            self._world.api_calls[self._place.tenant.id] += 1
        return True

    def _send(self, body: str, *, options: str = "", session: bool = True) -> tuple[int, bytes]:
        header = f"<api:QueryOptions>{options}</api:QueryOptions>" if options else ""
        if session:
            header += f"<api:SessionHeader><api:session>{self._session}</api:session></api:SessionHeader>"
        document = _ENVELOPE.format(header=header, body=body).encode()
        return self._post(SOAP_PATH, document, {"Content-Type": "text/xml"})

    def _others(self) -> list[Place]:
        return [each for each in self._world.places if each is not self._place]

    def _foreign_row(self, number: int) -> str:
        rows = [each for place in self._others() for each in list(place.rows)]
        return rows[number % len(rows)] if rows else ""

    def _require(self, holds: bool, what: str) -> None:
        require(holds, f"{self._name} in {self._place.tag} {what}")


def _query(zoql: str) -> str:
    return f"<api:query><api:queryString>{zoql}</api:queryString></api:query>"


def _more(locator: str) -> str:
    return f"<api:queryMore><api:queryLocator>{locator}</api:queryLocator></api:queryMore>"


def _update(row_id: str, name: str) -> str:
    fields = f"<obj:Id>{row_id}</obj:Id><obj:Name>{name}</obj:Name>"
    return f'<api:update><api:zObjects xsi:type="obj:Account">{fields}</api:zObjects></api:update>'


def _delete(row_id: str) -> str:
    return f"<api:delete><api:type>Account</api:type><api:ids>{row_id}</api:ids></api:delete>"


def _login(username: str, password: str, entity_id: str = "") -> str:
    words = f"<api:username>{username}</api:username><api:password>{password}</api:password>"
    return f"<api:login>{words}{f'<api:entityId>{entity_id}</api:entityId>' if entity_id else ''}</api:login>"


def run_threads(world: World, posts: list[Post], calls_each: int, seed: int) -> None:
    """A thread for each way to reach the mock, each an actor at work; raises the first `Crossing` or other error."""
    places = [world.places[number % len(world.places)] for number in range(len(posts))]
    made = enumerate(zip(places, posts, strict=True))
    run_actors([partial(Actor, world, place, post, f"actor-{n}") for n, (place, post) in made], calls_each, seed)
    world.check_books()
