"""The condition that a column holds one of many values, as one value of the statement."""

from collections.abc import Collection, Sequence
from typing import Final

from django.contrib.postgres.fields import ArrayField
from django.db.models import BooleanField, F, Func, Q, TextField, Value

BETWEEN: Final = "\x1f"  # values in one text


def among(column: str, values: Sequence[str]) -> Q:
    """That a column holds one of some values. Written as `IN`, hundreds of them would each be a part of the statement,
    which is put together and read anew each time."""
    if not values:
        return Q(pk__in=[])
    array = Func(
        *(Value(part) for part in as_text(values)), function="string_to_array", output_field=ArrayField(TextField())
    )
    return Q(Func(F(column), array, arg_joiner=" = ANY (", template="%(expressions)s)", output_field=BooleanField()))


def as_text(values: Collection[str]) -> list[str]:
    """Values as the two arguments of string_to_array. (As a list, each of them would be quoted singly.)"""
    return [BETWEEN.join(values), BETWEEN]
