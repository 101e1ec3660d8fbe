"""The one base of refusals that a user can act on."""

from typing import ClassVar


class DomainError(Exception):
    """A refusal: the thing, the state that it is in, and the next step, in the words of `text`.

    Each subclass lives beside the function that raises it and fills its own text.
    """

    text: ClassVar[str] = ""

    def __init__(self, **values: object) -> None:
        super().__init__(self.text.format(**values))

    @property
    def code(self) -> str:
        """A stable name for programs."""
        return type(self).__name__
