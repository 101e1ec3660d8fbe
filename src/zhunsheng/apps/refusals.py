"""The one base of refusals that a user can act on."""

from typing import ClassVar

from django.utils.translation import gettext


class DomainError(Exception):
    """A refusal: the thing, the state that it is in, and the next step, in the words of `text`.

    Each subclass lives beside the function that raises it and fills its own text. The text of every subclass is a
    message of its application: it is said in the language that is active.
    """

    text: ClassVar[str] = ""

    def __init__(self, **values: object) -> None:
        super().__init__(gettext(self.text).format(**values) if self.text else "")

    @property
    def code(self) -> str:
        """A stable name for programs."""
        return type(self).__name__
