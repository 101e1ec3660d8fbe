"""Security keys (WebAuthn): registration and login, checked by the fido2 library."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from fido2.server import Fido2Server
from fido2.webauthn import (
    AttestedCredentialData,
    AuthenticationResponse,
    PublicKeyCredentialRpEntity,
    PublicKeyCredentialUserEntity,
    UserVerificationRequirement,
)

from zhunsheng.apps.access.login import LoginRefused
from zhunsheng.apps.access.models import Account, Factor


def registration_options(account: Account, *, host: str) -> tuple[dict[str, Any], Any]:
    """What the browser needs to make a key, and the state to keep in the session until it answers."""
    user = PublicKeyCredentialUserEntity(
        id=str(account.pk).encode(), name=account.username, display_name=account.username
    )
    options, state = _server(host).register_begin(
        user, _credentials(account), user_verification=UserVerificationRequirement.PREFERRED
    )
    return dict(options), state


def register(account: Account, answer: Mapping[str, Any], state: Any, *, host: str, at: datetime) -> Factor:
    """Keep the public part of a key that has just been made.

    Raises  LoginRefused if the answer does not belong to this state and site.
    """
    try:
        data = _server(host).register_complete(state, answer).credential_data
    except (ValueError, KeyError, TypeError) as problem:
        raise LoginRefused("安全密钥登记没有成功。请再试一次。") from problem
    if data is None:
        raise LoginRefused("安全密钥没有给出凭据。请换一把再试。")
    return Factor.objects.create(
        account=account,
        kind=Factor.Kind.PASSKEY,
        label="安全密钥",
        secret=bytes(data),
        credential_id=data.credential_id,
        created_at=at,
    )


def login_options(account: Account, *, host: str) -> tuple[dict[str, Any], Any]:
    """What the browser needs to ask a key, and the state to keep until it answers."""
    options, state = _server(host).authenticate_begin(
        _credentials(account), user_verification=UserVerificationRequirement.PREFERRED
    )
    return dict(options), state


def check_passkey(account: Account, answer: Mapping[str, Any], state: Any, *, host: str) -> None:
    """Accept a key's signature over this state's challenge.

    Raises  LoginRefused if it does not verify, or the key's counter went backwards: then there are two of them.
    """
    try:
        response = AuthenticationResponse.from_dict(answer)
        used = _server(host).authenticate_complete(state, _credentials(account), response)
    except (ValueError, KeyError, TypeError) as problem:
        raise LoginRefused("安全密钥没有通过。请再试一次。") from problem
    counter = response.response.authenticator_data.counter
    with transaction.atomic():
        factor = Factor.objects.select_for_update().get(account=account, credential_id=used.credential_id)
        # Keys without a counter always say 0.
        if counter and counter <= factor.last_counter:
            raise LoginRefused("安全密钥的计数倒退，可能被复制。请联系安全管理员停用它。")
        factor.last_counter = counter
        factor.save(update_fields=["last_counter"])


def _server(host: str) -> Fido2Server:
    return Fido2Server(PublicKeyCredentialRpEntity(name="准绳", id=host))


def _credentials(account: Account) -> list[AttestedCredentialData]:
    return [AttestedCredentialData(bytes(f.secret)) for f in account.factors.filter(kind=Factor.Kind.PASSKEY)]
