"""Why a task cannot be made, given, done or confirmed so, in the words of whoever is refused."""

from zhunsheng.apps.refusals import DomainError


class TaskRefused(DomainError):
    """An act that cannot be. `thing`: the one that it lacks something in, by its number; 0 where it is none."""

    text = "{why}"

    def __init__(self, why: str, *, thing: int = 0) -> None:
        self.thing = thing
        super().__init__(why=why)
