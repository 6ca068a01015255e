"""Layouts: what Python declares is what C reads."""

from typing import Annotated, Any, NamedTuple

import numpy as np
import pytest
from numpy.typing import NDArray

from tidewaiter.native.layout import Array, Items, Scalar, Struct, header, layouts_of
from tools import native_headers

CARD = np.dtype([("number", np.int32), ("share", np.float32), ("used", np.bool_)])


class Pair(NamedTuple):
    """Two arrays and a number."""

    keys: NDArray[np.uint64]
    cards: Annotated[NDArray[np.void], Items("Card", CARD)]
    size: int


def _take(pair: Pair, share: float, values: NDArray[np.int8], *, on: bool) -> int:  # noqa: ARG001
    return 0


def test_annotations_become_layouts() -> None:
    """Arrays by the type of their items, tuples by their fields, numbers by their kind."""
    parameters, result = layouts_of(_take)
    keys, cards = Array("U64", np.dtype(np.uint64)), Array("Card", CARD)
    fields = (("keys", keys), ("cards", cards), ("size", Scalar("int64_t")))
    assert parameters == {
        "pair": Struct("test_layout_Pair", fields),
        "share": Scalar("double"),
        "values": Array("I8", np.dtype(np.int8)),
        "on": Scalar("bool"),
    }
    assert result == Scalar("int64_t")


def test_the_header_declares_what_a_function_takes() -> None:
    """Records as NumPy packs them, structures after those they consist of, then the function."""
    constants: list[tuple[str, int | np.uint64]] = [("A_MOST", 7), ("A_BASE", np.uint64(2**63 + 1))]
    text = header([("take", _take)], constants)
    wanted = [
        "#define A_MOST 7",
        "#define A_BASE UINT64_C(0x8000000000000001)",
        "    int32_t number;\n    float share;\n    bool used;\n} Card;",
        "_Static_assert(sizeof(Card) == 9",
        "    U64 keys;\n    Cards cards;\n    int64_t size;\n} test_layout_Pair;",
        "int64_t take(const test_layout_Pair *pair, double share, const I8 *values, bool on);",
    ]
    places = [text.index(each) for each in wanted]
    assert places == sorted(places)


@pytest.mark.parametrize("kind", [str, list[int], NDArray[np.str_], NDArray[Any]])
def test_what_has_no_layout_is_refused(kind: Any) -> None:
    """A parameter of another type cannot be declared."""

    def take(value: Any) -> None: ...

    take.__annotations__["value"] = kind
    with pytest.raises(TypeError):
        layouts_of(take)


def test_the_header_is_that_of_the_signatures() -> None:
    """After a change of one: python -m tools.native_headers."""
    assert native_headers.HEADER.read_text(encoding="utf-8") == native_headers.text()
