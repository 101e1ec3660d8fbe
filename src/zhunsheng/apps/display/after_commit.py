"""An answer whose body takes long to make: it is made after the transaction of the request has been committed, so that
no row and no connection waits for it."""

from collections.abc import Callable

from django.http import HttpResponse


class AfterCommit(HttpResponse):
    """Stands for the answer until then. What `make` needs was read, and recorded as read, before."""

    def __init__(self, make: Callable[[], HttpResponse]) -> None:
        super().__init__()
        self.make = make
