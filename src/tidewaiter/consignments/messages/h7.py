"""Declarations of low-value consignments into the European Union (data set H7), as XML.

No sample of any country was read. The names are those of the data elements, as remembered, so
this format must be asked for.
"""

from collections.abc import Iterator, Mapping
from typing import Any, BinaryIO

from tidewaiter.base.errors import InputError
from tidewaiter.base.sheets.xml import Local, walk
from tidewaiter.consignments.messages.leaves import Leaves
from tidewaiter.consignments.messages.types import Format, Found
from tidewaiter.consignments.types import Refusal

_ITEMS = frozenset(("goodsitem", "governmentagencygoodsitem", "goodsshipmentitem"))
_MOST = 100_000  # elements around the items
_ROLES = (("exporter", "exporter"), ("importer", "importer"), ("consignee", "consignee"))
_ADDRESS = ("streetandnumber", "streetandnumber1", "postcode", "city")
_HEADS = ("", "importoperation.", "declaration.", "header.")
_TELLING = (b"H7", b"intrinsicValue", b"IntrinsicValue")
_CUT = "the XML is cut short or damaged"
_HINT = "look whether the document is whole"

Node = dict[str, Any]


def fits(head: bytes, suffix: str) -> bool:
    """Tell whether a file looks like such a declaration."""
    del suffix
    return head.lstrip(b"\xef\xbb\xbf \r\n\t")[:1] == b"<" and any(
        each in head for each in _TELLING
    )


class _Tree:
    """What is open of a document; an item is taken out as soon as it is closed."""

    def __init__(self) -> None:
        self.items: list[tuple[Node, Leaves]] = []  # each with what stands before it
        self._open: list[tuple[str, Node, list[str]]] = [("", {}, [])]
        self._in_item = 0
        self._count = 0
        self._local = Local()

    def around(self) -> Leaves:
        """Return what stands before the item that is closed now, in whatever holds it."""
        found: Node = {}
        for _, inner, _ in self._open:
            found.update(inner)
        return Leaves(found)

    def start(self, name: str, attributes: Mapping[str, str]) -> None:
        local = self._local[name].casefold()
        self._in_item += local in _ITEMS or bool(self._in_item)
        self._count += not self._in_item
        if self._count > _MOST:
            raise InputError("too much stands around its items", hint="look whether it is an H7")
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
        holder = self._open[-1][1]
        if local not in holder:
            holder[local] = value
        else:
            several = holder[local] if isinstance(holder[local], list) else [holder[local]]
            holder[local] = [*several, value]

    def text(self, text: str) -> None:
        self._open[-1][2].append(text)


def read(file: BinaryIO, name: str) -> Iterator[Found | Refusal]:
    """Read the items of a file; what stands before an item is told with it."""
    tree, row = _Tree(), 0
    try:
        for _ in walk(file, tree, name):
            for item, before in tree.items:
                row += 1
                yield _line(row, item, before)
            tree.items.clear()
    except InputError as error:
        problem = _CUT if error.message.startswith("the spreadsheet") else error.message
        if row == 0:
            raise InputError(problem, at=name, hint=_HINT) from error
        yield Refusal(
            row=row, column="", value="", problem=problem, hint=_HINT, screened=True
        )  # fmt: skip


def _line(row: int, item: Node, head: Leaves) -> Found:
    leaves = Leaves(item, "item")
    gross = leaves.take("goodsmeasure.grossmass", "commodity.goodsmeasure.grossmass", "grossmass")
    code = "harmonizedsystemsubheadingcode"
    money = ("intrinsicvalue", "intrinsicamountandcurrency")
    fields = {
        "consignment": head.take(*(f"{at}{number}" for number in ("lrn", "mrn") for at in _HEADS)),
        "seq": leaves.take("goodsitemnumber", "declarationgoodsitemnumber", "sequencenumber"),
        "goods": leaves.take("commodity.descriptionofgoods", "descriptionofgoods"),
        "hs": leaves.take(f"commodity.commoditycode.{code}", f"commoditycode.{code}", code),
        "gross": f"{gross} kg" if gross else None,
        "value": leaves.take(*(f"{each}.{part}" for each in money for part in ("amount", "value"))),
        "currency": leaves.take(*(f"{each}.currency" for each in money)),
        "quantity": leaves.take("supplementaryunits", "goodsmeasure.supplementaryunits"),
        "packages": leaves.take("packaging.numberofpackages"),
    }
    parties = [
        party
        for leaf in (head, leaves)
        for key, role in _ROLES
        if (party := _party(leaf, key, role))
    ]
    return Found(
        row=row,
        fields={field: text for field, text in fields.items() if text},
        parties=tuple(parties),
        kept=(*head.rest(), *leaves.rest()),
        pointed=frozenset(("gross", "value")),
    )


def _party(leaves: Leaves, key: str, role: str) -> Mapping[str, str | None] | None:
    party = {
        "name": leaves.take(f"{key}.name"),
        "address": leaves.joined(*(f"{key}.address.{part}" for part in _ADDRESS)),
        "country": leaves.take(f"{key}.address.country"),
        "id": leaves.take(f"{key}.identificationnumber"),
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
"""The format."""
