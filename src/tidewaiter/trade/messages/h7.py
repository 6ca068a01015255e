"""Declarations of low-value consignments into the European Union (data set H7), as XML.

No sample from any country was read. The names are those of the data elements, from memory, so its
lines are marked as unconfirmed.
"""

import copy
import re
from collections.abc import Iterator, Mapping
from typing import Any, BinaryIO

from tidewaiter.base.errors import InputError
from tidewaiter.base.records import Record
from tidewaiter.base.sheets.xml import Local, walk
from tidewaiter.trade.messages.json_documents import Node, inner, joined, left_of, take
from tidewaiter.trade.messages.types import Format, Found, Left
from tidewaiter.trade.types import Refusal

_ITEMS = frozenset(("goodsitem", "governmentagencygoodsitem", "goodsshipmentitem"))
_DEEPEST = 60  # nesting depth
_MOST = 100_000  # elements outside the items
_ROLES = (("exporter", "exporter"), ("importer", "importer"), ("consignee", "consignee"))
_ADDRESS = ("streetandnumber", "streetandnumber1", "postcode", "city")
_HOLDERS = ("importoperation", "declaration", "header")
_MONEY = ("intrinsicvalue", "intrinsicamountandcurrency")
_CODE = "harmonizedsystemsubheadingcode"
# "H7" by itself or before a name, not within a signature.
_TELLING = re.compile(rb"(?<![A-Za-z0-9+/])H7(?![a-z0-9+/]|[A-Z][^a-z])|[iI]ntrinsicValue")


def fits(head: bytes, suffix: str) -> bool:
    """Return whether a file looks like such a declaration."""
    del suffix
    return head.lstrip(b"\xef\xbb\xbf \r\n\t")[:1] == b"<" and bool(_TELLING.search(head))


class _Head(Record, frozen=True, kw_only=True):
    """Data outside the items."""

    consignment: str | None
    parties: tuple[Mapping[str, str | None], ...]
    left: tuple[Left, ...]


class _Tree:
    """Open elements of a document; an item is removed when it is closed."""

    def __init__(self) -> None:
        self.items: list[tuple[Node, _Head]] = []  # each with the data before it
        self._open: list[tuple[str, Node, list[str]]] = [("", {}, [])]
        self._in_item = 0
        self._count = 0
        self._local = Local()
        self._around: _Head | None = None  # until other data follows

    def around(self) -> "_Head":
        """Return the data before the item that was just closed, in all enclosing elements."""
        if self._around is None:
            found: Node = {}
            for _, node, _ in self._open:
                found.update(node)
            self._around = _head(copy.deepcopy(found))  # its texts are consumed
        return self._around

    def start(self, name: str, attributes: Mapping[str, str]) -> None:
        local = self._local[name].casefold()
        self._in_item += local in _ITEMS or bool(self._in_item)
        self._count += not self._in_item
        if self._count > _MOST:
            raise InputError("trade/too-much-around-items")
        if len(self._open) > _DEEPEST:
            raise InputError("trade/nested-too-deep")
        if not self._in_item:
            self._around = None
        inner: Node = {self._local[key]: value for key, value in attributes.items()}
        self._open.append((local, inner, []))

    def end(self, _: str) -> None:
        local, inner, texts = self._open.pop()
        text = "".join(texts).strip()
        if text:
            inner["#"] = text
        value: Any = text if set(inner) <= {"#"} else inner
        self._in_item = max(0, self._in_item - 1)
        if local in _ITEMS and not self._in_item:
            self.items.append((inner, self.around()))
            return
        if not self._in_item:
            self._around = None
        holder = self._open[-1][1]
        if local not in holder:
            holder[local] = value
        else:
            if not isinstance(holder[local], list):
                holder[local] = [holder[local]]
            holder[local].append(value)

    def text(self, text: str) -> None:
        self._open[-1][2].append(text)


def read(file: BinaryIO, name: str) -> Iterator[Found | Refusal]:
    """Read the items of a file; data before an item is included with it."""
    tree, row = _Tree(), 0
    try:
        for _ in walk(file, tree, name):
            for item, before in tree.items:
                row += 1
                yield _line(row, item, before)
            tree.items.clear()
    except InputError as error:
        # Worksheets are XML with the same parser.
        is_cut = error.code.startswith("base/spreadsheet-")
        told = InputError("trade/xml-cut") if is_cut else error
        if row == 0:
            raise told.placed(name) from error
        yield Refusal.of(told, row=row)


def _head(head: Node) -> _Head:
    held = [head, *(inner(head, key) for key in _HOLDERS)]
    numbers = (take(node, key) for key in ("lrn", "mrn") for node in held)
    return _Head(
        consignment=next(filter(None, numbers), None), parties=_parties(head), left=left_of(head)
    )


def _line(row: int, item: Node, head: _Head) -> Found:
    goods, mass = inner(item, "commodity"), inner(item, "goodsmeasure")
    gross = (
        take(mass, "grossmass")
        or take(inner(goods, "goodsmeasure"), "grossmass")
        or take(item, "grossmass")
    )
    money = next((node for key in _MONEY if (node := inner(item, key))), {})
    fields = {
        "consignment": head.consignment,
        "seq": take(item, "goodsitemnumber", "declarationgoodsitemnumber", "sequencenumber"),
        "goods": take(goods, "descriptionofgoods") or take(item, "descriptionofgoods"),
        "hs": take(inner(goods, "commoditycode"), _CODE)
        or take(inner(item, "commoditycode"), _CODE)
        or take(item, _CODE),
        "gross": f"{gross} kg" if gross else None,
        "value": take(money, "amount", "value"),
        "currency": take(money, "currency"),
        "quantity": take(item, "supplementaryunits") or take(mass, "supplementaryunits"),
        "packages": take(inner(item, "packaging"), "numberofpackages"),
    }
    parties = _parties(item)
    return Found(
        row=row,
        fields={field: text for field, text in fields.items() if text},
        parties=(*head.parties, *parties),
        left=(*head.left, *left_of(item, "item")),
        pointed=frozenset(("gross", "value")),
    )


def _parties(node: Node) -> tuple[Mapping[str, str | None], ...]:
    return tuple(party for key, role in _ROLES if (party := _party(inner(node, key), role)))


def _party(node: Node, role: str) -> Mapping[str, str | None] | None:
    address = inner(node, "address")
    party = {
        "name": take(node, "name"),
        "address": joined(address, *_ADDRESS),
        "country": take(address, "country"),
        "id": take(node, "identificationnumber"),
    }
    return {"role": role, "id_scheme": None, **party} if any(party.values()) else None


FORMAT = Format(
    name="eu-h7",
    title="EU low-value declaration, data set H7 (XML)",
    fits=fits,
    read=read,
    source="EU, Delegated Regulation 2015/2446, annex B, column H7, remembered: no sample was read",
    confirmed=False,
)
"""Format of this module."""
