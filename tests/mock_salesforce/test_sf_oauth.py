"""The token endpoint: who gets a session through a connected app, and with which words others do not."""

from __future__ import annotations

import random
from datetime import timedelta
from typing import Any

import httpx
import jwt
import pytest

from mock_salesforce import ConnectedApp, OrgSpec, OrgUser, SalesforceMock
from offline.seeds.specs import kept_spec, revived, spec_text
from simulator.clock import VirtualClock
from simulator.journal import Journal, journaled
from tests import keys

BASE = "http://acme.my.test"
APP, SECRET, USER = "key-1", "secret-1", "api@example.com"
JWT_BEARER = "urn:ietf:params:oauth:grant-type:jwt-bearer"


class World:
    def __init__(self, **app: Any) -> None:
        self.clock = VirtualClock()
        self.mock = SalesforceMock(clock=self.clock, chance=random.Random(1))
        told = {"client_secret": SECRET, "certificate": keys.certificate(), "approved": (USER,), "run_as": USER, **app}
        self.spec = OrgSpec(
            id="00D000000000001",
            name="Org",
            users=(OrgUser(USER, "password-1", "token-1"),),
            connected_apps=(ConnectedApp(APP, **told),),
        )
        self.org = self.mock.add_org(self.spec)
        self.journal = Journal()
        app_ = journaled(self.mock.wsgi, self.journal, "salesforce", self.clock)
        self.http = httpx.Client(transport=httpx.WSGITransport(app=app_), base_url=BASE)

    def ask(self, **form: str) -> httpx.Response:
        return self.http.post("/services/oauth2/token", data=form)

    def by_secret(self, **form: str) -> httpx.Response:
        return self.ask(grant_type="client_credentials", client_id=APP, client_secret=SECRET, **form)

    def by_assertion(self, number: int = 1, algorithm: str = "RS256", **claims: Any) -> httpx.Response:
        expires = (self.clock.now() + timedelta(minutes=3)).timestamp()
        told = {"iss": APP, "sub": USER, "aud": "https://login.salesforce.com", "exp": int(expires), **claims}
        signed = jwt.encode(told, "" if algorithm == "none" else keys.key(number), algorithm=algorithm)
        return self.ask(grant_type=JWT_BEARER, assertion=signed)


def test_both_flows_give_a_session_that_calls_are_made_in() -> None:
    world = World()
    by_secret, by_assertion = world.by_secret().json(), world.by_assertion().json()
    for told in (by_secret, by_assertion):
        assert told["instance_url"] == BASE
        assert told["id"] == f"{BASE}/id/{world.org.id}/{world.org.user_id(world.org.users[0])}"
        assert told["scope"] == "api"
        assert world.mock.sessions.use(told["access_token"]) is not None
    assert by_secret["access_token"] == by_assertion["access_token"], "one session for each user and app"
    assert {"issued_at", "signature"} <= set(by_secret)
    assert "signature" not in by_assertion
    by_login = world.mock.sessions.open(world.org, world.org.users[0])
    assert by_login.id != by_secret["access_token"], "a session of login() is another"


@pytest.mark.parametrize(
    ("app", "claims", "error", "words"),
    [
        ({}, {"iss": "other"}, "invalid_client_id", "client identifier invalid"),
        ({}, {"number": 2}, "invalid_grant", "invalid assertion"),
        ({}, {"algorithm": "none"}, "invalid_grant", "invalid assertion"),
        ({}, {"aud": "https://other.test"}, "invalid_grant", "audience is invalid"),
        ({}, {"exp": 1}, "invalid_grant", "expired authorization code"),
        ({}, {"sub": "nobody"}, "invalid_grant", "user hasn't approved this consumer"),
        ({"approved": ()}, {}, "invalid_grant", "user hasn't approved this consumer"),
        ({"certificate": ""}, {}, "invalid_request", "flow not enabled"),
    ],
)
def test_an_assertion_that_is_not_good_is_refused(
    app: dict[str, Any], claims: dict[str, Any], error: str, words: str
) -> None:
    answer = World(**app).by_assertion(**claims)
    assert (answer.status_code, answer.json()) == (400, {"error": error, "error_description": words})


def test_a_secret_that_is_not_good_is_refused() -> None:
    world = World()
    said = [
        world.ask(grant_type="client_credentials", client_id=APP, client_secret="x").json()["error"],
        world.ask(grant_type="client_credentials", client_id="x", client_secret=SECRET).json()["error"],
        world.ask(grant_type="client_credentials").json()["error"],
        World(client_secret="").ask(grant_type="client_credentials", client_id=APP).json()["error"],
        World(run_as="").by_secret().json()["error_description"],
        world.ask(grant_type="password").json()["error"],
        world.http.get("/services/oauth2/token").json()["error"],
        world.http.post("/services/oauth2/token", content=b"\xff").json()["error"],
        world.http.post(
            "https://login.salesforce.com/services/oauth2/token", data={"grant_type": "client_credentials"}
        ),
    ]
    assert said[:-1] == [
        "invalid_client",
        "invalid_client_id",
        "invalid_client_id",
        "invalid_client",
        "no client credentials user enabled",
        "unsupported_grant_type",
        "invalid_request",
        "invalid_request",
    ]
    shared = "https://login.salesforce.com/services/oauth2/token"
    answer = world.http.post(shared, data={"grant_type": "client_credentials"})
    assert answer.json()["error_description"] == "request not supported on this domain"


def test_an_app_whose_certificate_is_none_cannot_be_added() -> None:
    with pytest.raises(ValueError, match=r"PEM|certificate|key"):
        World(certificate="nothing")


def test_the_journal_keeps_none_of_the_secrets() -> None:
    world = World()
    token = world.by_secret().json()["access_token"]
    world.by_assertion()
    kept = world.journal.to_bytes().decode()
    signed = jwt.encode({"x": 1}, keys.key(), algorithm="RS256").split(".", maxsplit=1)[0]
    assert "struck out" in kept
    assert not any(secret in kept for secret in (token, SECRET, signed))


def test_an_app_is_exported_without_its_secret_and_kept_with_it() -> None:
    spec = World().spec
    assert SECRET not in spec_text(spec)
    assert APP in spec_text(spec)
    assert SECRET not in repr(spec)
    assert revived(OrgSpec, kept_spec(spec)) == spec
