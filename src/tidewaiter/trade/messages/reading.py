"""Files of telegrams to lines of goods.

The layout is that of telegrams as programs write them; the manual of IATA is sold, and was not
read: so the format is read where it is asked for, and is not found by itself.
"""

import re
from collections.abc import Iterator
from typing import BinaryIO

from tidewaiter.consignments.digits import awb_digit
from tidewaiter.consignments.messages.cargoimp.goods import Item, goods_of_awb, goods_of_houses
from tidewaiter.consignments.messages.cargoimp.telegrams import Waybill, sections_of, waybill_of
from tidewaiter.consignments.messages.types import Format, Found
from tidewaiter.consignments.types import Refusal

_BEGIN = re.compile(r"(FWB|FHL)/(\d{1,2})")
_FITS = re.compile(rb"(?:\A|\n)(?:FWB/\d{1,2}|FHL/\d)\s*\n")
_PIECE = 1 << 16  # bytes read at a time
_WIDEST = 4096  # bytes of a line; a telegram has 69
_TALLEST = 10_000  # lines of a message
_LONGEST = 200  # characters of a value that is reported
_NUMBERS = frozenset({"gross", "volume", "value"})


def fits(head: bytes, suffix: str) -> bool:
    """Tell whether one of the first lines begins a message."""
    del suffix
    return _FITS.search(head[:2048]) is not None


def read(file: BinaryIO, name: str) -> Iterator[Found | Refusal]:
    """Read the lines of goods of all messages of a file; what stands before the first is no part.

    Args:
        file: Its bytes.
        name: Of the file, for errors.
    """
    del name
    rows = 0
    for kind, number, texts in _messages(file):
        for item in _message(kind, number, texts):
            if isinstance(item, Item):
                rows += 1
                yield _found(item, rows)
            else:
                yield _refusal(item, rows)


def _messages(file: BinaryIO) -> Iterator[tuple[str, int, list[str]]]:
    """Yield each message: its kind, the number of its first line in the file, and the rest."""
    kind, number, held = "", 0, list[str]()
    for place, text in enumerate(_texts(file), 1):
        begin = _BEGIN.fullmatch(text)
        if begin is not None:
            if kind:
                yield kind, number, held
            kind, number, held = begin[1], place, []
        elif kind and len(held) < _TALLEST:
            held.append(text)
        elif kind:
            yield kind, number, held
            kind = ""  # what follows is of no message, until one begins
    if kind:
        yield kind, number, held


def _texts(file: BinaryIO) -> Iterator[str]:
    """Yield the lines of a file; one that is far too long is cut."""
    left = b""
    while data := file.read(_PIECE):
        *lines, left = (left + data).split(b"\n")
        if len(left) > _WIDEST:
            lines, left = [*lines, left], b""
        yield from map(_text, lines)
    if left:
        yield _text(left)


def _text(line: bytes) -> str:
    return line.decode("utf-8", "replace").replace("\0", "").rstrip()


_Bad = tuple[int, str, str, str]
"""Number of a line of the file, what stands there, what is wrong, and a hint."""


def _message(kind: str, number: int, texts: list[str]) -> Iterator[Item | _Bad]:
    """Read one message; `number` is that of its first line in the file."""
    single = kind == "FWB"
    head, rest = (texts[0], texts[1:]) if single and texts else ("", texts)
    sections, bad = sections_of(rest, number + 1 + single)
    hint = "a line begins with three letters, or with a slant"
    yield from ((row, text, "the line is of no section", hint) for row, text in bad)
    row = number + 1
    if not single:
        master = next((section for section in sections if section.tag == "MBI"), None)
        head, row = ("/".join(master.lines[0]), master.row) if master else ("", number)
    waybill = waybill_of(head)
    yield from _checked(waybill, head, row)
    yield from goods_of_awb(waybill, sections) if single else goods_of_houses(waybill, sections)


def _checked(waybill: Waybill | None, text: str, row: int) -> Iterator[_Bad]:
    if waybill is None:
        problem = "the waybill has no number, places, pieces and weight"
        yield row, text, problem, 'it is written like "020-12345675BOMMEX/T10K250"'
    elif awb_digit(waybill.number) is False:
        yield row, waybill.number, "the check digit of the waybill fails", "look at the papers"


def _refusal(bad: _Bad, rows: int) -> Refusal:
    row, text, problem, hint = bad
    return Refusal(
        row=rows,
        column=f"line {row}",
        value=text[:_LONGEST],
        problem=problem,
        hint=hint,
        screened=True,
    )


def _found(item: Item, row: int) -> Found:
    fields = {field: text for field, text in item.fields.items() if text}
    return Found(
        row=row,
        fields=fields,
        parties=tuple(item.parties),
        route=tuple(item.route),
        kept=tuple(item.kept),
        pointed=_NUMBERS.intersection(fields),
    )


CARGO_IMP = Format(
    name="cargo-imp",
    title="IATA Cargo-IMP (FWB, FHL)",
    fits=fits,
    read=read,
    source="telegrams as public programs write them; the IATA manual was not read",
    confirmed=False,
)
"""Air waybills and consolidation lists."""
