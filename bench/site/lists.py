"""The pages whose answer is a list, each as the role that sees most of it.

督察指标 is not among them: it is no list, and what it says of a year is counted once a day.
"""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True)
class ListPage:
    """A page by the name of its address, and the account that asks. `query` of its address."""

    name: str
    account: str
    query: str = ""

    @property
    def title(self) -> str:
        """How a table calls it."""
        return f"{self.name}{self.query} ({self.account})"

    @property
    def key(self) -> str:
        """The end of the names of its figures."""
        return f"{self.name.replace(':', '.')}.{self.account}"


PAGES: Final = (
    ListPage("desk:mine", "officer"),
    ListPage("desk:today", "unit_head"),
    ListPage("desk:today", "county_head"),
    ListPage("desk:city", "legal_department"),
    ListPage("desk:inbox", "officer"),
    ListPage("desk:inbox", "legal_officer"),
    ListPage("desk:inbox", "legal_department"),
    ListPage("desk:cases", "officer"),
    ListPage("desk:cases", "legal_department"),
    ListPage("desk:all_cases", "legal_department"),
    ListPage("desk:overdue", "legal_department"),
    ListPage("desk:leads", "inspectorate"),
    ListPage("desk:withdrawn", "inspectorate"),
    ListPage("desk:looks", "inspectorate"),
    ListPage("desk:premises", "legal_department"),
    ListPage("desk:rules", "legal_department"),
    ListPage("desk:silences", "legal_department"),
    ListPage("desk:quality", "legal_department"),
    ListPage("desk:sources", "security_admin"),
    ListPage("inspection:tasks", "legal_department"),
    ListPage("inspection:plans", "legal_department"),
    ListPage("inspection:problems", "legal_department_2"),
    ListPage("inspection:cards", "legal_department"),
    ListPage("points:mine", "officer"),
    ListPage("points:unit", "unit_head"),
    ListPage("points:policies", "legal_department"),
    ListPage("points:decisions", "legal_department"),
    ListPage("rulemaking:releases", "legal_department"),
    ListPage("readers:urgent", "unit_head"),
    ListPage("readers:watch", "inspectorate"),
    ListPage("readers:exports", "inspectorate"),
    ListPage("jobs:mine", "officer"),
    ListPage("cases:held", "legal_department"),
    ListPage("cases:labels", "legal_department"),
    ListPage("cases:sources", "security_admin"),
    ListPage("access:accounts", "system_admin"),
    ListPage("access:audit_log", "audit_admin"),
)
