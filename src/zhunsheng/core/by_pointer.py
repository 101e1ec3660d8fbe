"""Tables of arrays as one argument of a compiled function.

Numba passes a named tuple of arrays as every field of every array, three hundred numbers at each call. Here a table is
passed as one pointer to a block that holds the address and the shape of each array; `table.clocks[s].strict` reads as
before. An index is taken as it stands: a negative one does not count from the end. Addresses, and what stands in a
constant table, never change while a function runs, and LLVM is told so: it need not load them again after each store.
Where Numba is switched off (NUMBA_DISABLE_JIT) the named tuple itself is passed.
"""

import hashlib
import operator
from functools import cache
from typing import Any, Final

import numpy as np
from numba import config, from_dtype, types
from numba.core import cgutils
from numba.core.imputils import lower_builtin, lower_getattr_generic, lower_setattr_generic
from numba.core.typing import signature
from numba.core.typing.templates import AbstractTemplate, AttributeTemplate, infer_getattr, infer_global
from numba.extending import NativeValue, models, register_model, typeof_impl, unbox

CHANGING: Final = ("Work",)
"""Tables that a compiled function writes to; every other is constant."""


class PointerType(types.Type):  # type: ignore[misc]  # numba has no types
    """The Numba type of a table: its name and the types of its fields, in order."""

    def __init__(self, name: str, fields: tuple[tuple[str, Any], ...]) -> None:
        self.fields = fields
        shape = ", ".join(f"{field}: {kind}" for field, kind in fields)
        # Every symbol of the compiled code names it: a digest says as much in twelve letters.
        super().__init__(name=f"{name}_{hashlib.sha256(shape.encode()).hexdigest()[:12]}")

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


class ColumnType(types.Type):  # type: ignore[misc]  # numba has no types
    """One array of a table: integers, or records of integers, in one or two dimensions."""

    def __init__(self, element: Any, dimensions: int, constant: bool) -> None:
        self.element, self.dimensions, self.constant = element, dimensions, constant
        super().__init__(name=f"{'const ' * constant}{element}[{dimensions}]")


class RowType(types.Type):  # type: ignore[misc]  # numba has no types
    """One record of an array."""

    def __init__(self, record: Any, constant: bool) -> None:
        self.record, self.constant = record, constant
        super().__init__(name=f"{'const ' * constant}row of {record}")


class Pointer:
    """A table laid out for compiled code. It keeps its arrays alive."""

    def __init__(self, table: Any) -> None:
        values = table._asdict()
        name = type(table).__name__
        constant = name not in CHANGING
        for field, value in values.items():
            if isinstance(value, np.ndarray) and not value.flags.c_contiguous:
                raise ValueError(f"{name}.{field} is not contiguous; copy it first.")
        values = {field: Pointer(value) if isinstance(value, tuple) else value for field, value in values.items()}
        self.values = values
        self.kind = PointerType(name, tuple((field, _kind(value, constant)) for field, value in values.items()))
        words: list[int] = []
        for value in values.values():
            words += _words_of(value)
        self.block = np.array(words, dtype=np.int64)
        self.address = self.block.ctypes.data


def by_pointer(table: Any) -> Any:
    """A named tuple of C-contiguous arrays, integers and further such tuples as one argument. Raises ValueError for an
    array that is not contiguous."""
    return table if config.DISABLE_JIT else Pointer(table)


def _words_of(value: Any) -> list[int]:
    if isinstance(value, np.ndarray):
        return [value.ctypes.data, *value.shape]
    return [value.address if isinstance(value, Pointer) else int(value)]


def _kind(value: Any, constant: bool) -> Any:
    if isinstance(value, Pointer):
        return value.kind
    if not isinstance(value, np.ndarray):
        return types.int64
    return _column(value.dtype, value.ndim, constant)


@cache
def _column(dtype: Any, dimensions: int, constant: bool) -> ColumnType:
    element = np.dtype((np.void, dtype.fields)) if dtype.fields else dtype
    return ColumnType(from_dtype(element), dimensions, constant)


def _words(kind: Any) -> int:
    return 1 + kind.dimensions if isinstance(kind, ColumnType) else 1


@typeof_impl.register(Pointer)
def _typeof_pointer(value: Pointer, _: Any) -> PointerType:
    return value.kind


@register_model(PointerType)
@register_model(ColumnType)
@register_model(RowType)
class _PointerModel(models.OpaqueModel):  # type: ignore[misc]  # numba has no types
    """One machine pointer: to a table's block, to the words of an array in it, to a record."""


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


@infer_getattr
class _RowAttributes(AttributeTemplate):  # type: ignore[misc]  # numba has no types
    """The fields of a record as its attributes."""

    key = RowType

    def generic_resolve(self, kind: RowType, attribute: str) -> Any:
        return kind.record.typeof(attribute) if attribute in kind.record.fields else None


@infer_global(operator.getitem)
class _ColumnItem(AbstractTemplate):  # type: ignore[misc]  # numba has no types
    """An element of an array: a number, or a record."""

    def generic(self, arguments: tuple[Any, ...], _: Any) -> Any:
        column, index = arguments
        if not isinstance(column, ColumnType):
            return None
        if isinstance(column.element, types.Record):
            return signature(RowType(column.element, column.constant), column, index)
        return signature(column.element, column, index)


@infer_global(operator.setitem)
class _ColumnStore(AbstractTemplate):  # type: ignore[misc]  # numba has no types
    """Numbers can be stored, and records copied, but not into a constant table."""

    def generic(self, arguments: tuple[Any, ...], _: Any) -> Any:
        column, index, value = arguments
        if not isinstance(column, ColumnType) or column.constant:
            return None
        if isinstance(column.element, types.Record):
            is_same = isinstance(value, RowType) and value.record == column.element
            return signature(types.void, column, index, value) if is_same else None
        return signature(types.void, column, index, column.element)


@infer_global(len)
class _ColumnLength(AbstractTemplate):  # type: ignore[misc]  # numba has no types
    """The length of the first dimension."""

    def generic(self, arguments: tuple[Any, ...], _: Any) -> Any:
        return signature(types.intp, *arguments) if isinstance(arguments[0], ColumnType) else None


def _load(builder: Any, pointer: Any, constant: bool) -> Any:
    value = builder.load(pointer, align=1)
    if constant:
        value.set_metadata("invariant.load", builder.module.add_metadata([]))
    return value


def _word(context: Any, builder: Any, block: Any, place: int) -> Any:
    words = builder.bitcast(block, context.get_value_type(types.int64).as_pointer())
    return _load(builder, cgutils.gep_inbounds(builder, words, place), constant=True)


@lower_getattr_generic(PointerType)
def _lower_field(context: Any, builder: Any, kind: PointerType, value: Any, attribute: str) -> Any:
    place, field = kind.place(attribute), dict(kind.fields)[attribute]
    if isinstance(field, PointerType):
        return builder.inttoptr(_word(context, builder, value, place), cgutils.voidptr_t)
    if not isinstance(field, ColumnType):
        return _word(context, builder, value, place)
    words = builder.bitcast(value, context.get_value_type(types.int64).as_pointer())
    return builder.bitcast(cgutils.gep_inbounds(builder, words, place), cgutils.voidptr_t)


def _element(context: Any, builder: Any, column: ColumnType, value: Any, index_type: Any, index: Any) -> Any:
    """The address of an element."""
    indices = cgutils.unpack_tuple(builder, index) if isinstance(index_type, types.BaseTuple) else [index]
    kinds = list(index_type) if isinstance(index_type, types.BaseTuple) else [index_type]
    offset = None
    for axis, (number, kind) in enumerate(zip(indices, kinds, strict=True)):
        at = context.cast(builder, number, kind, types.intp)
        if offset is not None:
            at = builder.add(builder.mul(offset, _word(context, builder, value, 1 + axis)), at)
        offset = at
    data_type = context.get_data_type(column.element)
    data = builder.inttoptr(_word(context, builder, value, 0), data_type.as_pointer())
    return builder.gep(data, [offset], inbounds=True)


@lower_builtin(operator.getitem, ColumnType, types.Integer)
@lower_builtin(operator.getitem, ColumnType, types.BaseTuple)
def _lower_item(context: Any, builder: Any, sig: Any, arguments: Any) -> Any:
    column, index_type = sig.args
    element = _element(context, builder, column, arguments[0], index_type, arguments[1])
    if isinstance(column.element, types.Record):
        return builder.bitcast(element, cgutils.voidptr_t)
    return _load(builder, element, column.constant)


@lower_builtin(operator.setitem, ColumnType, types.Integer, types.Any)
@lower_builtin(operator.setitem, ColumnType, types.BaseTuple, types.Any)
def _lower_store(context: Any, builder: Any, sig: Any, arguments: Any) -> Any:
    column, index_type, _ = sig.args
    element = _element(context, builder, column, arguments[0], index_type, arguments[1])
    if isinstance(column.element, types.Record):
        one, size = context.get_constant(types.intp, 1), context.get_constant(types.intp, column.element.size)
        cgutils.raw_memcpy(builder, builder.bitcast(element, cgutils.voidptr_t), arguments[2], one, size)
    else:
        builder.store(arguments[2], element, align=1)
    return context.get_dummy_value()


@lower_builtin(len, ColumnType)
def _lower_length(context: Any, builder: Any, _: Any, arguments: Any) -> Any:
    return _word(context, builder, arguments[0], 1)


def _field(context: Any, builder: Any, row: RowType, value: Any, attribute: str) -> Any:
    """The address of a field of a record."""
    kind = context.get_value_type(row.record.typeof(attribute))
    place = cgutils.gep_inbounds(builder, value, row.record.offset(attribute))
    return builder.bitcast(place, kind.as_pointer())


@lower_getattr_generic(RowType)
def _lower_row_field(context: Any, builder: Any, row: RowType, value: Any, attribute: str) -> Any:
    return _load(builder, _field(context, builder, row, value, attribute), row.constant)


@lower_setattr_generic(RowType)
def _lower_row_store(context: Any, builder: Any, sig: Any, arguments: Any, attribute: str) -> Any:
    builder.store(arguments[1], _field(context, builder, sig.args[0], arguments[0], attribute), align=1)
    return context.get_dummy_value()


def ask_ahead(column: Any, index: Any) -> None:
    """Ask the memory for an element that will soon be read. It changes nothing; without Numba it does nothing."""


@infer_global(ask_ahead)
class _AskAhead(AbstractTemplate):  # type: ignore[misc]  # numba has no types
    """Any element of any array can be asked for."""

    def generic(self, arguments: tuple[Any, ...], _: Any) -> Any:
        column, index = arguments
        return signature(types.void, column, index) if isinstance(column, ColumnType) else None


@lower_builtin(ask_ahead, ColumnType, types.Integer)
@lower_builtin(ask_ahead, ColumnType, types.BaseTuple)
def _lower_ask_ahead(context: Any, builder: Any, sig: Any, arguments: Any) -> Any:
    element = _element(context, builder, sig.args[0], arguments[0], sig.args[1], arguments[1])
    number = context.get_value_type(types.int32)
    kind = cgutils.ir.FunctionType(cgutils.ir.VoidType(), [cgutils.voidptr_t, number, number, number])
    prefetch = cgutils.get_or_insert_function(builder.module, kind, "llvm.prefetch.p0")
    to_read, to_keep, data = number(0), number(3), number(1)
    builder.call(prefetch, [builder.bitcast(element, cgutils.voidptr_t), to_read, to_keep, data])
    return context.get_dummy_value()
