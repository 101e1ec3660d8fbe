"""Who may ask for the addresses of this application."""

from typing import Final

from django.utils.translation import gettext_lazy as _

from zhunsheng.apps.access.declared import Page, for_action, half, public, signed_in
from zhunsheng.apps.access.menu import Item
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
    "access:language": public("POST"),
    "access:stay": signed_in("POST"),
    "access:settings": signed_in("GET", "POST"),
    "access:password": signed_in("GET", "POST"),
    "access:end_sessions": signed_in("POST"),
    "access:keep_filter": signed_in("POST"),
    "access:forget_filter": signed_in("POST"),
    "access:accounts": for_action(GET=Action.ACCOUNT_MANAGE),
    "access:accounts_sheet": for_action(GET=Action.ACCOUNT_EXPORT, POST=Action.ACCOUNT_EXPORT),
    "access:audit_log": for_action(GET=Action.AUDIT_READ),
    "access:audit_log_sheet": for_action(GET=Action.AUDIT_EXPORT, POST=Action.AUDIT_EXPORT),
}
MENU: Final = {
    "access:accounts": Item(
        _("用户与权限"), icon="users", section="manage", position=10, home_for=frozenset({"system_admin"})
    ),
    "access:audit_log": Item(
        _("审计"), icon="history", section="manage", position=50, home_for=frozenset({"audit_admin"})
    ),
}
