"""Tables of arrays as one argument of a compiled function.

Numba passes a named tuple of arrays as every field of every array, three hundred numbers at each call. Here a table
is passed as one pointer to a
block that holds the address and the shape of each array; `table.clocks[s].strict` reads as before. Where Numba is
switched off
(NUMBA_DISABLE_JIT) the named tuple itself is passed.
"""

from typing import Any, NamedTuple

import numpy as np
from numba import config, typeof, types
from numba.core import cgutils
from numba.core.imputils import lower_getattr_generic
from numba.core.typing.templates import AttributeTemplate, infer_getattr
from numba.extending import NativeValue, models, register_model, typeof_impl, unbox
from numba.np.arrayobj import make_array, populate_array


class PointerType(types.Type):  # type: ignore[misc]  # numba has no types
    """The Numba type of a table: its name and the types of its fields, in order."""

    def __init__(self, name: str, fields: tuple[tuple[str, Any], ...]) -> None:
        self.fields = fields
        super().__init__(name=f"{name}({', '.join(f'{field}: {kind}' for field, kind in fields)})")

    @property
    def key(self) -> Any:
        """What makes two table types the same."""
        return self.name

    def place(self, attribute: str) -> int:
        """Word of the block at which a field stands."""
        place = 0
        for field, kind in self.fields:
            if field == attribute:
                return place
            place += _words(kind)
        raise KeyError(attribute)


class Pointer:
    """A table laid out for compiled code. It keeps its arrays alive."""

    def __init__(self, table: NamedTuple) -> None:
        values = table._asdict()
        self.table = table
        self.kind = PointerType(type(table).__name__, tuple((name, _kind(value)) for name, value in values.items()))
        words: list[int] = []
        for value in values.values():
            words += [value.ctypes.data, *value.shape] if isinstance(value, np.ndarray) else [int(value)]
        self.block = np.array(words, dtype=np.int64)
        self.address = self.block.ctypes.data


def by_pointer(table: Any) -> Any:
    """A named tuple of C-contiguous arrays and integers as one argument. Raises ValueError for an array that is not
    contiguous."""
    for name, value in table._asdict().items():
        if isinstance(value, np.ndarray) and not value.flags.c_contiguous:
            raise ValueError(f"{type(table).__name__}.{name} is not contiguous; copy it first.")
    return table if config.DISABLE_JIT else Pointer(table)


def _kind(value: Any) -> Any:
    if isinstance(value, np.ndarray):
        plain = typeof(value)
        return types.Array(plain.dtype, plain.ndim, "C", aligned=plain.aligned)
    return types.int64


def _words(kind: Any) -> int:
    return 1 + kind.ndim if isinstance(kind, types.Array) else 1


@typeof_impl.register(Pointer)
def _typeof_pointer(value: Pointer, _: Any) -> PointerType:
    return value.kind


@register_model(PointerType)
class _PointerModel(models.OpaqueModel):  # type: ignore[misc]  # numba has no types
    """One machine pointer."""


@unbox(PointerType)
def _unbox_pointer(_: PointerType, value: Any, context: Any) -> NativeValue:
    number = context.pyapi.object_getattr_string(value, "address")
    address = context.pyapi.long_as_longlong(number)
    context.pyapi.decref(number)
    return NativeValue(context.builder.inttoptr(address, cgutils.voidptr_t))


@infer_getattr
class _PointerAttributes(AttributeTemplate):  # type: ignore[misc]  # numba has no types
    """The fields of a table as its attributes."""

    key = PointerType

    def generic_resolve(self, kind: PointerType, attribute: str) -> Any:
        return dict(kind.fields).get(attribute)


@lower_getattr_generic(PointerType)
def _lower_attribute(context: Any, builder: Any, kind: PointerType, value: Any, attribute: str) -> Any:
    word = context.get_value_type(types.int64)
    block = builder.bitcast(value, word.as_pointer())
    place, field = kind.place(attribute), dict(kind.fields)[attribute]

    def load(offset: int) -> Any:
        return builder.load(cgutils.gep_inbounds(builder, block, place + offset))

    if not isinstance(field, types.Array):
        return load(0)
    array = make_array(field)(context, builder)
    data_type = context.get_data_type(field.dtype)
    itemsize = context.get_abi_sizeof(data_type)
    shape = [load(1 + axis) for axis in range(field.ndim)]
    strides = [context.get_constant(types.intp, itemsize)]
    for length in reversed(shape[1:]):
        strides.insert(0, builder.mul(strides[0], length))
    populate_array(
        array,
        data=builder.inttoptr(load(0), data_type.as_pointer()),
        shape=cgutils.pack_array(builder, shape),
        strides=cgutils.pack_array(builder, strides),
        itemsize=context.get_constant(types.intp, itemsize),
        meminfo=None,
    )
    return array._getvalue()  # noqa: SLF001 - Numba's own way to say that an array is complete
