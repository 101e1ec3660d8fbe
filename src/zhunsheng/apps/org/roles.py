"""The closed list of roles that a post can carry, and of those that an account alone carries."""

from typing import Final

from django.utils.translation import gettext_noop as _

CASE_ROLES: Final = {
    "officer": _("办案民警"),
    "auxiliary": _("辅警"),
    "legal_officer": _("法制员"),
    "unit_head": _("所队领导"),
    "county_head": _("分局领导"),
    "legal_department": _("法制支队"),
    "inspectorate": _("纪检督察"),
    "custodian": _("涉案财物管理员"),
    "area_keeper": _("办案区管理员"),
    "deposit_office": _("保证金管理"),
}
"""Roles of posts inside the police. What each may do is access.policy, and nowhere else."""

AGENCY_ROLES: Final = {"agency": _("鉴定机构")}
"""Roles of people outside: they live in their own space and see orders, never cases."""

ADMIN_ROLES: Final = {
    "system_admin": _("系统管理员"),
    "security_admin": _("安全管理员"),
    "audit_admin": _("审计管理员"),
}
"""Three administrators that nobody holds two of, and that see no case."""

ROLES: Final = {**CASE_ROLES, **AGENCY_ROLES, **ADMIN_ROLES}
SIGNING_ROLES: Final = frozenset(CASE_ROLES) - {"auxiliary"}
"""Roles whose holders may sign; an auxiliary may check and prepare, never sign."""
