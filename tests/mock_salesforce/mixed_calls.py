"""Mixed calls into a mock with two orgs, and a checker that notices when anything of one shows in the other.

Every account that is made carries its org's tag in its name, so that a stray row betrays itself wherever it shows.
"""

from __future__ import annotations

import random
import re
import threading
from collections import Counter
from dataclasses import dataclass, field
from functools import partial

from mock_salesforce import CustomField, OrgSpec, OrgUser, SalesforceMock
from simulator.clock import VirtualClock
from tests.isolation import Post, require, run_actors
from tests.mock_salesforce.conftest import Wire

PATH = "/services/Soap/u/64.0"
BASE_ROWS = 230
"""More than the smallest page, so that there is always a locator."""
KEY = "Zuora__External_Id__c"
OBJECT = "Zuora__CustomerAccount__c"


@dataclass
class Place:
    """One org, as the test knows it: what belongs there, and what is known of it in the other."""

    spec: OrgSpec
    tag: str
    locators: list[str] = field(default_factory=list)
    rows: dict[str, str] = field(default_factory=dict)
    keys: dict[str, str] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def user(self) -> OrgUser:
        """Who acts here."""
        return self.spec.users[0]

    @property
    def parent(self) -> str:
        """An account that is always there."""
        return next(iter(self.rows))

    @property
    def own_field(self) -> str:
        """A field that only this org has."""
        return self.spec.custom_fields[0].name


def _spec(number: int) -> OrgSpec:
    user = OrgUser(f"user@org-{number}.example.com", f"password-{number}")
    own = CustomField("Account", f"Only{number}__c")
    return OrgSpec(f"00D5e00000000{number}A", f"Org {number}", (user,), custom_fields=(own,), daily_api_limit=100_000)


class World:
    """Two orgs; `api_calls` counts what each one's users sent and got through."""

    def __init__(self) -> None:
        self.mock = SalesforceMock(clock=VirtualClock(), chance=random.Random(11))
        self.places: list[Place] = []
        for number in (1, 2):
            place = Place(_spec(number), f"tag-{number}-")
            org = self.mock.add_org(place.spec)
            names = [f"{place.tag}base-{n}" for n in range(BASE_ROWS)]
            ids = org.load("Account", [{"Name": name} for name in names])
            place.rows.update(zip(ids, names, strict=True))
            self.places.append(place)
        # Whoever is locked out for others' foreign logins would be no crossing.
        self.mock.change_limits({"figures": {"wrong_passwords": None}})
        self.api_calls: Counter[str] = Counter()
        self.exhausted: set[str] = set()
        self.lock = threading.Lock()

    def post(self, path: str, body: bytes | None, headers: dict[str, str]) -> tuple[int, bytes]:
        """Reach the mock in process."""
        wire = Wire(self.mock)
        reply = wire.http.open(path, method="GET" if body is None else "POST", data=body, headers=headers)
        return reply.status_code, reply.get_data()

    def check_books(self) -> None:
        """Compare what the mock holds and has counted with what was done; call it when nobody calls any more."""
        for org, place in zip(self.mock.orgs, self.places, strict=True):
            require(org.api_calls == self.api_calls[place.tag], f"{org.name} counted {org.api_calls} calls")
            held = {str(row["Id"]): str(row["Name"]) for row in org.rows("Account")}
            require(held == place.rows, f"{place.tag} holds other rows than were made there")
            keyed = {str(row[KEY]): str(row["Name"]) for row in org.rows(OBJECT)}
            require(keyed == place.keys, f"{place.tag} holds other keys than were written there")

    def close(self) -> None:
        """Let go of the mock."""
        self.mock.close()


class Actor:
    """A user at work in one org, who now and then tries what belongs to the other."""

    STEPS = (
        "query", "query", "page", "page", "foreign page", "create", "create", "update", "foreign update", "upsert",
        "upsert", "delete", "foreign delete", "retrieve", "foreign retrieve", "describe", "foreign field",
        "wrong session", "who", "foreign login", "exhaust", "refill", "again",
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
        options = "<p:QueryOptions><p:batchSize>200</p:batchSize></p:QueryOptions>"
        self._read_page(self._call("query", _query("select Id, Name from Account"), options))

    def _page(self, _number: int) -> None:
        if self._locator:
            self._read_page(self._call("queryMore", _more(self._locator)))

    def _foreign_page(self, number: int) -> None:
        locators = list(self._other.locators)
        if locators:
            reply = self._call("queryMore", _more(locators[number % len(locators)]), fault=True)
            self._require(reply is None or b"INVALID_QUERY_LOCATOR" in reply, "read a page by another's locator")

    def _create(self, number: int) -> None:
        name = f"{self._place.tag}{self._name}-{number}"
        reply = self._call("create", Wire.row("Account", Name=name))
        if reply is not None:
            self._require(b"<success>true" in reply, "could not create an account")
            (row_id,) = re.findall(rb"<id>(.*?)</id>", reply)
            self._own.append(row_id.decode())
            with self._place.lock:
                self._place.rows[row_id.decode()] = name

    def _update(self, number: int) -> None:
        if self._own:
            row_id = self._own[number % len(self._own)]
            name = f"{self._place.tag}changed-{number}"
            reply = self._call("update", Wire.row("Account", Id=row_id, Name=name))
            if reply is not None:
                self._require(b"<success>true" in reply, "could not change an own account")
                with self._place.lock:
                    self._place.rows[row_id] = name

    def _foreign_update(self, number: int) -> None:
        row = Wire.row("Account", Id=self._foreign_row(number), Name=f"{self._place.tag}taken over")
        reply = self._call("update", row)
        self._require(reply is None or b"INVALID_CROSS_REFERENCE_KEY" in reply, "changed another's account")

    def _upsert(self, number: int) -> None:
        """Both orgs use the same external ids."""
        key = f"key-{number % 7}"
        name = f"{self._place.tag}{self._name}-{number}"
        row = Wire.row(OBJECT, Name=name, Zuora__Account__c=self._place.parent, **{KEY: key})
        # Held over the call: what was written last is then what is remembered.
        with self._place.lock:
            reply = self._call("upsert", f"<p:externalIDFieldName>{KEY}</p:externalIDFieldName>{row}")
            if reply is not None:
                made = b"<created>true" in reply
                self._require(b"<success>true" in reply, "could not upsert")
                self._require(made is (key not in self._place.keys), "met a key of the other org")
                self._place.keys[key] = name

    def _delete(self, number: int) -> None:
        if self._own:
            row_id = self._own[number % len(self._own)]
            reply = self._call("delete", f"<p:ids>{row_id}</p:ids>")
            if reply is not None:
                self._require(b"<success>true" in reply, "could not delete an own account")
                self._own.remove(row_id)
                with self._place.lock:
                    del self._place.rows[row_id]

    def _foreign_delete(self, number: int) -> None:
        reply = self._call("delete", f"<p:ids>{self._foreign_row(number)}</p:ids>")
        self._require(reply is None or b"<success>false" in reply, "deleted another's account")

    def _retrieve(self, number: int) -> None:
        if self._own:
            row_id = self._own[number % len(self._own)]
            reply = self._call("retrieve", _retrieve(row_id))
            self._require(reply is None or self._place.tag.encode() in reply, "could not retrieve an own account")

    def _foreign_retrieve(self, number: int) -> None:
        reply = self._call("retrieve", _retrieve(self._foreign_row(number)))
        self._require(reply is None or b"<sf:Name>" not in reply, "retrieved another's account")

    def _describe(self, _number: int) -> None:
        reply = self._call("describeSObject", "<p:sObjectType>Account</p:sObjectType>")
        if reply is not None:
            own, other = self._place.own_field.encode(), self._other.own_field.encode()
            self._require(own in reply and other not in reply, "saw fields of another org")

    def _foreign_field(self, _number: int) -> None:
        reply = self._call("query", _query(f"select {self._other.own_field} from Account"), fault=True)
        self._require(reply is None or b"No such column" in reply, "read a field of another org")

    def _wrong_session(self, number: int) -> None:
        session, self._session = self._session, f"{self._session[:-1]}!{number}"
        status, reply = self._send("getUserInfo")
        self._session = session
        self._require(status == 500 and b"INVALID_SESSION_ID" in reply, "a made-up session was let in")

    def _who(self, _number: int) -> None:
        reply = self._call("getUserInfo")
        if reply is not None:
            told = f"<organizationName>{self._place.spec.name}<".encode()
            self._require(told in reply and self._place.user.username.encode() in reply, "is someone else")

    def _foreign_login(self, _number: int) -> None:
        status, reply = self._send("login", _login(self._place.user.username, self._other.user.password))
        self._require(status == 500 and b"INVALID_LOGIN" in reply, "logged in to another org")

    def _exhaust(self, _number: int) -> None:
        """Only the second org's calls are ever used up, so that a refusal in the first is a crossing."""
        if self._place is self._world.places[1]:
            self._world.exhausted.add(self._place.tag)
            self._daily_calls(0)

    def _refill(self, _number: int) -> None:
        if self._place is self._world.places[1]:
            self._daily_calls(100_000)

    def _daily_calls(self, most: int) -> None:
        org_id = self._world.mock.orgs[1].id
        self._world.mock.change_limits({"org": org_id, "figures": {"daily_api_calls": most}})

    def _again(self, _number: int) -> None:
        status, reply = self._send("login", _login(self._place.user.username, self._place.user.password))
        self._require(status == 200, "could not log in")
        self._session = reply.split(b"<sessionId>")[1].split(b"<")[0].decode()

    def _read_page(self, reply: bytes | None) -> None:
        if reply is None:
            return
        self._require(b"<size>" in reply, "could not read an own page")
        names = re.findall(rb"<sf:Name>(.*?)</sf:Name>", reply)
        self._require(all(each.startswith(self._place.tag.encode()) for each in names), "read another's account")
        found = re.search(rb"<queryLocator>(.*?)</queryLocator>", reply)
        self._locator = found[1].decode() if found else ""
        if self._locator:
            with self._place.lock:
                self._place.locators.append(self._locator)

    def _call(self, operation: str, inside: str = "", headers: str = "", *, fault: bool = False) -> bytes | None:
        """A reply; None when this org's limit, which was used up on purpose, refused it."""
        status, reply = self._send(operation, inside, headers)
        if b"REQUEST_LIMIT_EXCEEDED" in reply:
            self._require(self._place.tag in self._world.exhausted, "was held to another's limit")
            return None
        self._require(fault or status == 200, f"could not {operation}: {reply[-600:]!r}")
        with self._world.lock:
            self._world.api_calls[self._place.tag] += 1
        return reply

    def _send(self, operation: str, inside: str = "", headers: str = "") -> tuple[int, bytes]:
        document = Wire.document(operation, inside, session=self._session, headers=headers)
        return self._post(PATH, document, {"Content-Type": "text/xml"})

    @property
    def _other(self) -> Place:
        return next(each for each in self._world.places if each is not self._place)

    def _foreign_row(self, number: int) -> str:
        rows = list(self._other.rows)
        return rows[number % len(rows)]

    def _require(self, holds: bool, what: str) -> None:
        require(holds, f"{self._name} in {self._place.tag} {what}")


def _query(soql: str) -> str:
    return f"<p:queryString>{soql}</p:queryString>"


def _more(locator: str) -> str:
    return f"<p:queryLocator>{locator}</p:queryLocator>"


def _retrieve(row_id: str) -> str:
    return f"<p:fieldList>Id,Name</p:fieldList><p:sObjectType>Account</p:sObjectType><p:ids>{row_id}</p:ids>"


def _login(username: str, password: str) -> str:
    return f"<p:username>{username}</p:username><p:password>{password}</p:password>"


def run_threads(world: World, posts: list[Post], calls_each: int, seed: int) -> None:
    """A thread for each way to reach the mock, each an actor at work; raises the first `Crossing` or other error."""
    places = [world.places[number % len(world.places)] for number in range(len(posts))]
    made = enumerate(zip(places, posts, strict=True))
    run_actors([partial(Actor, world, place, post, f"actor-{n}") for n, (place, post) in made], calls_each, seed)
    world.check_books()
