"""What an application offers in the menu. Applications are loaded with it, so it knows no model."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from zhunsheng.apps.access.scope import Viewer

Words = str | Promise
SECTIONS: Final = {
    "daily": _("日常"),
    "watch": _("监督"),
    "result": _("结果"),
    "manage": _("管理"),
}
"""Parts of the menu, in their order."""
TABS: Final = 5


@dataclass(frozen=True)
class Item:
    """What an application offers in its `menu`, under the name of a view.

    `position` orders the entries of a section. `roles` narrows them to some roles, where the policy table lets others
    open the page too. `home_for`: the page is the first that these roles see. `count`: what waits for the viewer there;
    nothing is shown at 0. `is_in_header`: what waits there is what the top of the page counts by level; it is asked
    once for both. `is_tab`: one of the five tabs on a phone. `go`: the letter that leads there after G.
    """

    title: Words
    icon: str = "file-text"
    section: str = "daily"
    position: int = 50
    roles: frozenset[str] = frozenset()
    home_for: frozenset[str] = frozenset()
    count: Callable[["Viewer"], int] | None = field(default=None, compare=False)
    is_in_header: bool = False
    is_tab: bool = True
    go: str = ""

    def __post_init__(self) -> None:
        if self.section not in SECTIONS:
            raise ValueError(f"{self.section!r} is no section of the menu. Use {', '.join(SECTIONS)}.")
