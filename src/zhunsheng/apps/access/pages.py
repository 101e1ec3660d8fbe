"""Who may ask for the addresses of this application."""

from typing import Final

from zhunsheng.apps.access.declared import Page, for_action, half, public, signed_in
from zhunsheng.apps.access.policy import Action

PAGES: Final[dict[str, Page]] = {
    "access:login": public("GET", "POST"),
    "access:logout": signed_in("POST"),
    "access:factor": half("GET", "POST"),
    "access:enrol": half("GET", "POST"),
    "access:passkey_options": half("POST"),
    "access:passkey_enrol": half("POST"),
    "access:passkey_login": half("POST"),
    "access:confirm": signed_in("GET", "POST"),
    "access:passkey_confirm_options": signed_in("POST"),
    "access:passkey_confirm": signed_in("POST"),
    "access:accounts": for_action(GET=Action.ACCOUNT_MANAGE),
    "access:audit_log": for_action(GET=Action.AUDIT_READ),
}
MENU: Final = {"access:accounts": "用户与权限", "access:audit_log": "审计"}
