"""Layout in C of what Python passes: from the annotations of functions and named tuples."""

from collections.abc import Callable, Iterable
from typing import Annotated, Any, NamedTuple, get_args, get_origin, get_type_hints

import numpy as np

_ARRAYS = {
    np.dtype(name): short
    for name, short in {
        "bool": "B8",
        "int8": "I8",
        "int16": "I16",
        "int32": "I32",
        "int64": "I64",
        "uint8": "U8",
        "uint16": "U16",
        "uint32": "U32",
        "uint64": "U64",
        "float32": "F32",
        "float64": "F64",
    }.items()
}
_ITEMS = {"?": "bool", "f": "float", "d": "double"}
_SCALARS: dict[Any, str] = {int: "int64_t", bool: "bool", float: "double"}


class Scalar(NamedTuple):
    """A number: int64_t, bool or double."""

    name: str


class Array(NamedTuple):
    """An array of one or two dimensions, with items of one type."""

    name: str
    dtype: np.dtype[Any]


class Struct(NamedTuple):
    """A named tuple, as a structure of its fields in order."""

    name: str
    fields: tuple[tuple[str, "Layout"], ...]


Layout = Scalar | Array | Struct


class Items(NamedTuple):
    """Annotation of an array of records, with their name in C: ``Annotated[..., Items(...)]``."""

    name: str
    dtype: np.dtype[Any]


def layouts_of(function: Callable[..., Any]) -> tuple[dict[str, Layout], Scalar | None]:
    """Return the layouts of a function's parameters, and of its result.

    Raises:
        TypeError: An annotation has no layout.
    """
    hints = get_type_hints(function, include_extras=True)
    returns = hints.pop("return")
    result = None if returns is type(None) else Scalar(_SCALARS[returns])
    return {name: _layout(kind) for name, kind in hints.items()}, result


def _layout(kind: Any) -> Layout:
    if kind in _SCALARS:
        return Scalar(_SCALARS[kind])
    if get_origin(kind) is Annotated:
        (items,) = (each for each in get_args(kind)[1:] if isinstance(each, Items))
        return Array(items.name, items.dtype)
    if get_origin(kind) is np.ndarray:  # NDArray[np.uint8]
        dtype = np.dtype(get_args(get_args(kind)[1])[0])
        if dtype in _ARRAYS:
            return Array(_ARRAYS[dtype], dtype)
    elif isinstance(kind, type) and issubclass(kind, tuple) and hasattr(kind, "_fields"):
        hints = get_type_hints(kind, include_extras=True)
        name = f"{kind.__module__.rpartition('.')[2]}_{kind.__name__}"
        return Struct(name, tuple((field, _layout(hints[field])) for field in kind._fields))
    msg = f"{kind!r} has no layout in C"
    raise TypeError(msg)


def header(
    functions: Iterable[tuple[str, Callable[..., Any]]],
    constants: Iterable[tuple[str, float | np.uint64]] = (),
) -> str:
    """Write the declarations in C of functions, and of all that they take.

    Args:
        functions: Their names in C, and the functions as declared in Python.
        constants: Names and values of constants in C.
    """
    structs: dict[str, Struct] = {}
    records: dict[str, np.dtype[Any]] = {}
    prototypes = []
    for name, function in sorted(functions, key=lambda each: each[0]):
        parameters, result = layouts_of(function)
        for each in parameters.values():
            _gather(each, structs, records)
        taken = ", ".join(_parameter(of, called) for called, of in parameters.items())
        prototypes.append(f"EXPORT {result.name if result else 'void'} {name}({taken or 'void'});")
    parts = ["\n".join(f"#define {name} {_literal(value)}" for name, value in constants)]
    parts += [_record(name, dtype) for name, dtype in records.items()]
    parts += [_struct(each) for each in structs.values()]
    return "\n\n".join(["#pragma once", '#include "native/arrays.h"', *parts, *prototypes]) + "\n"


def _literal(value: float | np.uint64) -> str:
    """Write a constant: a fraction in full, and an unsigned number with 64 bits."""
    if isinstance(value, float):
        return repr(value)
    return f"UINT64_C({value:#x})" if isinstance(value, np.uint64) else str(int(value))


def _gather(of: Layout, structs: dict[str, Struct], records: dict[str, np.dtype[Any]]) -> None:
    """Add the structures of a layout after those they consist of.

    Raises:
        TypeError: Two structures have the same name in C.
    """
    same = True
    if isinstance(of, Array) and of.dtype.names:
        same = records.setdefault(of.name, of.dtype) == of.dtype
    elif isinstance(of, Struct):
        for _, each in of.fields:
            _gather(each, structs, records)
        same = structs.setdefault(of.name, of) == of
    if not same:
        msg = f"two structures in C would be called {of.name}"
        raise TypeError(msg)


def _parameter(of: Layout, name: str) -> str:
    return f"{of.name} {name}" if isinstance(of, Scalar) else f"const {_c_name(of)} *{name}"


def _c_name(of: Layout) -> str:
    return f"{of.name}s" if isinstance(of, Array) and of.dtype.names else of.name


def _struct(of: Struct) -> str:
    fields = "".join(
        f"    {_c_name(each) if not isinstance(each, Scalar) else _word(each)} {name};\n"
        for name, each in of.fields
    )
    return f"typedef struct {{\n{fields}}} {of.name};"


def _word(of: Scalar) -> str:
    """Return the type of a number in a structure, where each takes eight bytes."""
    return "double" if of.name == "double" else "int64_t"


def _record(name: str, dtype: np.dtype[Any]) -> str:
    items = {each: dtype[each] for each in dtype.names or ()}
    fields = "".join(f"    {_item(each)} {called};\n" for called, each in items.items())
    return (
        f"#pragma pack(push, 1)\ntypedef struct {{\n{fields}}} {name};\n#pragma pack(pop)\n"
        f'_Static_assert(sizeof({name}) == {dtype.itemsize}, "as in NumPy");\n'
        f"ARRAY_OF({name}s, {name});"
    )


def _item(dtype: np.dtype[Any]) -> str:
    if dtype.char in _ITEMS:
        return _ITEMS[dtype.char]
    return f"{'u' if dtype.kind == 'u' else ''}int{8 * dtype.itemsize}_t"
