"""Security keys, with a key made of software: registered at the first login, used at the next, not by a copy."""

import hashlib
import json
import struct
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from django.test import Client
from fido2 import cbor
from fido2.utils import websafe_decode, websafe_encode

from tests.platform.accounts import PASSWORD, account, stranger
from zhunsheng.apps.access.models import Factor, LoginAttempt
from zhunsheng.apps.audit import clock

pytestmark = pytest.mark.usefixtures("db")
PRESENT, VERIFIED, ATTESTED = 0x01, 0x04, 0x40


@dataclass
class SoftKey:
    """A security key in software. `origin` is the site that the browser believes it is on."""

    origin: str = "https://localhost"
    credential: bytes = b"credential-of-sixteen-bytes"
    counter: int = 0
    private: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))

    def make(self, options: dict[str, Any]) -> dict[str, Any]:
        """Answer a request to make a credential."""
        point = self.private.public_key().public_numbers()
        # COSE: an EC2 key (1: 2) for ES256 (3: -7) on P-256 (-1: 1).
        public = cbor.encode({1: 2, 3: -7, -1: 1, -2: point.x.to_bytes(32, "big"), -3: point.y.to_bytes(32, "big")})
        data = self._data(PRESENT | VERIFIED | ATTESTED)
        data += bytes(16) + struct.pack(">H", len(self.credential)) + self.credential + public
        attestation = cbor.encode({"fmt": "none", "attStmt": {}, "authData": data})
        client = self._client("webauthn.create", options)
        return self._answer(clientDataJSON=client, attestationObject=attestation)

    def use(self, options: dict[str, Any]) -> dict[str, Any]:
        """Answer a request to sign in."""
        self.counter += 1
        data, client = self._data(PRESENT | VERIFIED), self._client("webauthn.get", options)
        signature = self.private.sign(data + hashlib.sha256(client).digest(), ec.ECDSA(hashes.SHA256()))
        return self._answer(clientDataJSON=client, authenticatorData=data, signature=signature)

    def _data(self, flags: int) -> bytes:
        return hashlib.sha256(b"localhost").digest() + struct.pack(">BI", flags, self.counter)

    def _client(self, kind: str, options: dict[str, Any]) -> bytes:
        challenge = options["publicKey"]["challenge"]
        assert len(websafe_decode(challenge)) >= 16
        return json.dumps({"type": kind, "challenge": challenge, "origin": self.origin}).encode()

    def _answer(self, **parts: bytes) -> dict[str, Any]:
        number = websafe_encode(self.credential)
        response = {name: websafe_encode(value) for name, value in parts.items()}
        return {"id": number, "rawId": number, "type": "public-key", "response": response}


def first_step(username: str = "alice") -> Client:
    client = stranger()
    client.post("/login/", {"username": username, "password": PASSWORD})
    return client


def sent(client: Client, path: str, body: dict[str, Any]) -> Any:
    return client.post(path, json.dumps(body), content_type="application/json")


def options(client: Client) -> dict[str, Any]:
    given: dict[str, Any] = sent(client, "/login/passkey/options/", {}).json()
    return given


def registered(key: SoftKey) -> Client:
    client = first_step()
    answer = sent(client, "/login/passkey/enrol/", key.make(options(client)))
    assert (answer.status_code, answer.json()) == (200, {"next": "/"})
    return client


def test_a_key_is_registered_at_the_first_login_and_opens_the_next() -> None:
    account("alice", factor=False)
    key = SoftKey()
    assert registered(key).get("/").status_code == 200
    client = first_step()
    assert "用安全密钥" in client.get("/login/factor/").content.decode()
    assert sent(client, "/login/passkey/", key.use(options(client))).json() == {"next": "/"}
    assert client.get("/").status_code == 200


def test_another_key_does_not_open_the_account_and_counts_as_a_failure() -> None:
    account("alice", factor=False)
    registered(SoftKey())
    client = first_step()
    answer = sent(client, "/login/passkey/", SoftKey().use(options(client)))
    assert (answer.status_code, client.get("/").status_code) == (422, 302)
    assert LoginAttempt.objects.filter(outcome="factor").count() == 1


def test_a_key_that_was_asked_by_another_site_is_refused() -> None:
    account("alice", factor=False)
    key = SoftKey()
    registered(key)
    key.origin = "https://police-login.example"
    client = first_step()
    assert sent(client, "/login/passkey/", key.use(options(client))).status_code == 422


def test_a_challenge_is_answered_once() -> None:
    account("alice", factor=False)
    key = SoftKey()
    registered(key)
    client = first_step()
    asked = options(client)
    assert sent(client, "/login/passkey/", key.use(asked)).status_code == 200
    again = first_step()
    assert sent(again, "/login/passkey/", key.use(asked)).status_code == 422


def test_a_copied_key_shows_by_its_counter() -> None:
    account("alice", factor=False)
    key = SoftKey()
    registered(key)
    for _ in range(3):
        client = first_step()
        sent(client, "/login/passkey/", key.use(options(client)))
    copy = SoftKey(private=key.private, counter=1)
    client = first_step()
    answer = sent(client, "/login/passkey/", copy.use(options(client)))
    assert answer.status_code == 422
    assert "可能被复制" in answer.json()["text"]


def test_a_second_key_cannot_be_registered_with_the_password_alone() -> None:
    account("alice", factor=False)
    registered(SoftKey())
    client = first_step()
    thief = SoftKey(credential=b"credential-of-a-thief")
    answer = sent(client, "/login/passkey/enrol/", thief.make(options(client)))
    assert answer.status_code == 422
    assert Factor.objects.count() == 1


@pytest.mark.parametrize("body", ["", "[]", '{"id": 1}', "{"])
def test_nonsense_from_the_browser_is_refused(body: str) -> None:
    account("alice", factor=False)
    client = first_step()
    answer = client.post("/login/passkey/enrol/", body, content_type="application/json")
    assert answer.status_code == 422


def test_a_key_steps_a_session_up(monkeypatch: pytest.MonkeyPatch) -> None:
    account("root1", admin_role="system_admin", factor=False)
    key = SoftKey()
    client = first_step("root1")
    sent(client, "/login/passkey/enrol/", key.make(options(client)))
    later = clock.real_now() + timedelta(minutes=6)
    monkeypatch.setattr(clock, "real_now", lambda: later)
    assert client.get("/admin/accounts/").headers["Location"].startswith("/confirm/")
    assert "用安全密钥" in client.get("/confirm/?next=/admin/accounts/").content.decode()
    asked = sent(client, "/confirm/passkey/options/", {}).json()
    assert sent(client, "/confirm/passkey/", SoftKey().use(asked)).status_code == 422
    assert client.get("/admin/accounts/").status_code == 302
    asked = sent(client, "/confirm/passkey/options/", {}).json()
    assert sent(client, "/confirm/passkey/", key.use(asked)).status_code == 200
    assert client.get("/admin/accounts/").status_code == 200
