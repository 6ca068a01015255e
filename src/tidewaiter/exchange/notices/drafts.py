"""Drafts: a notice as a person fills it in, with amounts and shares as text.

What cannot be read is told with its place, and stays as it was written, so that a draft keeps it.
"""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import TypeVar

from msgspec import structs

from tidewaiter.base.errors import InputError
from tidewaiter.base.quantities import parse_percent
from tidewaiter.base.records import Record
from tidewaiter.exchange.notices.types import (
    Amount,
    Authority,
    Basis,
    Consent,
    Contained,
    Mode,
    Notice,
    NoticeLine,
    Parties,
    Party,
    Permit,
    PermitKind,
    Shipments,
    Transport,
    measured,
)
from tidewaiter.exchange.problems import Problem, wrong
from tidewaiter.law.answers import Goods
from tidewaiter.trade.substance_lookup import amount_of

_MILLION = 1_000_000
_PERCENT = Decimal(10_000)  # parts per million in one percent
_THOUSANDS = 3  # digits after a mark that could be one of thousands
_UNITS = {"mass_mg": "kg", "volume_ul": "l"}
_PIECES = ("pieces", "piece", "pcs", "units", "unit")


def written_amount(amount: Amount) -> str:
    """Write an amount so that it is read as itself: "25 kg", "1.2340 l", "3 pieces"; "": none."""
    found = measured(amount)
    if found is None:
        return ""
    if found.measure == "pieces":
        return f"{found.value} pieces"
    return f"{_plain(Decimal(found.value) / _MILLION)} {_UNITS[found.measure]}"


def read_amount(text: str) -> Amount:
    """Read an amount: a mass, a volume, or pieces; nothing where the text is empty.

    Raises:
        InputError: It is none of them.
    """
    number, _, unit = text.strip().partition(" ")
    if unit.strip().casefold() in _PIECES and number.isdecimal():
        return Amount(pieces=int(number))
    mass, volume = amount_of(text)
    return Amount(mass_mg=mass, volume_ul=volume)


def written_share(ppm: int | None) -> str:
    """Write parts per million as a percentage, without its sign; "": none."""
    return "" if ppm is None else _plain(Decimal(ppm) / _PERCENT)


def read_share(text: str) -> int | None:
    """Read a percentage as parts per million; None: the text is empty.

    Raises:
        InputError: It is no percentage, or has more than four places.
    """
    if not text.strip():
        return None
    found = parse_percent(text) * _PERCENT
    if found != int(found):
        raise InputError(f'"{text}" is too exact', hint="write a percentage to four places")
    return int(found)


def _plain(number: Decimal) -> str:
    """Write a number that has one reading: "1.234" could be a thousand and more."""
    text = f"{number.normalize():f}"
    return f"{text}0" if len(text.partition(".")[2]) == _THOUSANDS else text


T = TypeVar("T")
_NOBODY = Party()
_OPTIONAL = (
    "ultimate_consignee",
    "broker",
    "manufacturer",
    "carrier",
    "forwarder",
    "customs_broker",
)


class WrittenContained(Record, frozen=True, kw_only=True):
    """A scheduled substance in a mixture."""

    name: str = ""
    cas: str = ""
    content: str = ""  # percent


class WrittenLine(Record, frozen=True, kw_only=True):
    """A line: amounts like "25 kg", shares in percent."""

    number: int | None = None  # of an amendment, which keeps it; None: the next free one
    name: str = ""
    hs: str = ""
    cas: str = ""
    goods: Goods | None = None
    form: str = ""
    net: str = ""
    content: str = ""
    purity: str = ""
    contains: tuple[WrittenContained, ...] = ()
    brand: str = ""
    label_name: str = ""
    packages: int | None = None
    package_kind: str = ""
    package_size: str = ""
    gross: str = ""
    end_use: str = ""
    invoice: str = ""


class WrittenTransport(Record, frozen=True, kw_only=True):
    """The journey: several countries, places or containers stand one in a line."""

    mode: Mode | None = None
    means: str = ""
    customs_office: str = ""
    exit_point: str = ""
    transit: str = ""
    entry_point: str = ""
    itinerary: str = ""
    dispatch: date | None = None
    arrival: date | None = None
    containers: str = ""
    document: str = ""


class WrittenPermit(Record, frozen=True, kw_only=True):
    """A paper that covers the goods."""

    kind: PermitKind | None = None
    number: str = ""
    issuer: str = ""
    since: date | None = None
    until: date | None = None
    line: int | None = None
    amount: str = ""


class WrittenNotice(Record, frozen=True, kw_only=True):
    """A notice as it is filled in; what each field means is told of `Notice`."""

    reference: str = ""
    replaces: str = ""
    basis: Basis = "treaty"
    law: str = ""
    confidentiality: str = "TLP:AMBER"
    sender: Authority = Authority(name="", country="")
    recipient: Authority = Authority(name="", country="")
    reply_by: date | None = None
    language: str = ""
    shipments: Shipments = "single"
    period_since: date | None = None
    period_until: date | None = None
    shipment_count: int | None = None
    parties: Parties = Parties()
    lines: tuple[WrittenLine, ...] = ()
    transport: WrittenTransport = WrittenTransport()
    permits: tuple[WrittenPermit, ...] = ()
    consent: Consent = "not asked"
    consent_scope: str = ""
    waiver: str = ""
    declared_lawful: bool = False
    signed_by: str = ""
    note: str = ""


_OTHER = {"lines", "transport", "permits"}  # they are written in another way than they are kept
_SAME = tuple(name for name in WrittenNotice.__struct_fields__ if name not in _OTHER)


def written_of(notice: Notice) -> WrittenNotice:
    """Write a notice as a person fills it in."""
    travel = notice.transport
    return WrittenNotice(
        **{name: getattr(notice, name) for name in _SAME},
        lines=tuple(map(_written_line, notice.lines)),
        transport=WrittenTransport(
            mode=travel.mode,
            means=travel.means,
            customs_office=travel.customs_office,
            exit_point=travel.exit_point,
            transit="\n".join(travel.transit),
            entry_point=travel.entry_point,
            itinerary="\n".join(travel.itinerary),
            dispatch=travel.dispatch,
            arrival=travel.arrival,
            containers="\n".join(travel.containers),
            document=travel.document,
        ),
        permits=tuple(
            WrittenPermit(
                kind=each.kind,
                number=each.number,
                issuer=each.issuer,
                since=each.since,
                until=each.until,
                line=each.line,
                amount=written_amount(each.amount),
            )
            for each in notice.permits
        ),
    )


def read_written(written: WrittenNotice) -> tuple[Notice, list[Problem]]:
    """Read what a person filled in.

    Returns:
        The notice, where what cannot be read is left out; and what that is, each a wrong.
    """
    problems: list[Problem] = []
    travel = written.transport
    same = {name: getattr(written, name) for name in _SAME if name != "parties"}
    notice = Notice(
        **same,
        parties=_parties(written.parties),
        lines=tuple(_lines(written.lines, problems)),
        transport=Transport(
            mode=travel.mode,
            means=travel.means,
            customs_office=travel.customs_office,
            exit_point=travel.exit_point,
            transit=tuple(travel.transit.replace(",", " ").split()),
            entry_point=travel.entry_point,
            itinerary=_rows(travel.itinerary),
            dispatch=travel.dispatch,
            arrival=travel.arrival,
            containers=_rows(travel.containers),
            document=travel.document,
        ),
        permits=tuple(_permits(written.permits, problems)),
    )
    return notice, problems


def _written_line(line: NoticeLine) -> WrittenLine:
    return WrittenLine(
        number=line.number,
        name=line.name,
        hs=line.hs,
        cas=line.cas,
        goods=line.goods,
        form=line.form,
        net=written_amount(line.net),
        content=written_share(line.content_ppm),
        purity=written_share(line.purity_ppm),
        contains=tuple(
            WrittenContained(name=each.name, cas=each.cas, content=written_share(each.content_ppm))
            for each in line.contains
        ),
        brand=line.brand,
        label_name=line.label_name,
        packages=line.packages,
        package_kind=line.package_kind,
        package_size=line.package_size,
        gross=written_amount(Amount(mass_mg=line.gross_mg)),
        end_use=line.end_use,
        invoice=line.invoice,
    )


def _lines(lines: tuple[WrittenLine, ...], problems: list[Problem]) -> list[NoticeLine]:
    taken = {each.number for each in lines if each.number is not None}
    free = (number for number in range(1, 2 * len(lines) + 2) if number not in taken)
    return [
        _line(each, next(free) if each.number is None else each.number, problems) for each in lines
    ]


def _line(line: WrittenLine, number: int, problems: list[Problem]) -> NoticeLine:
    place = f"line {number}"
    gross = _read(read_amount, line.gross, f"{place}, gross weight", problems) or Amount()
    if line.gross.strip() and gross != Amount() and gross.mass_mg is None:
        problems.append(wrong(f"{place}, gross weight", f'"{line.gross}" is not a mass'))
    contains = [each for each in line.contains if each != WrittenContained()]
    return NoticeLine(
        number=number,
        name=line.name,
        hs=line.hs,
        cas=line.cas,
        goods=line.goods,
        form=line.form,
        net=_read(read_amount, line.net, f"{place}, quantity", problems) or Amount(),
        content_ppm=_read(read_share, line.content, f"{place}, content", problems),
        purity_ppm=_read(read_share, line.purity, f"{place}, purity", problems),
        contains=tuple(
            Contained(
                name=each.name,
                cas=each.cas,
                content_ppm=_read(read_share, each.content, f"{place}, contains", problems),
            )
            for each in contains
        ),
        brand=line.brand,
        label_name=line.label_name,
        packages=line.packages,
        package_kind=line.package_kind,
        package_size=line.package_size,
        gross_mg=gross.mass_mg,
        end_use=line.end_use,
        invoice=line.invoice,
    )


def _permits(permits: tuple[WrittenPermit, ...], problems: list[Problem]) -> list[Permit]:
    found = []
    for number, each in enumerate((one for one in permits if one != WrittenPermit()), 1):
        place = f"permit {number}"
        if each.kind is None:
            problems.append(wrong(f"{place}, kind", "it is not said what it is", "choose one"))
            continue
        amount = _read(read_amount, each.amount, f"{place}, amount", problems) or Amount()
        found.append(
            Permit(
                kind=each.kind,
                number=each.number,
                issuer=each.issuer,
                since=each.since,
                until=each.until,
                line=each.line,
                amount=amount,
            )
        )
    return found


def _parties(parties: Parties) -> Parties:
    """Leave out those of whom nothing is said."""
    said = {name: getattr(parties, name) for name in _OPTIONAL}
    return structs.replace(
        parties,
        **{name: None if party == _NOBODY else party for name, party in said.items()},
        intermediate_consignees=tuple(p for p in parties.intermediate_consignees if p != _NOBODY),
        others=tuple(p for p in parties.others if p != _NOBODY),
    )


def _rows(text: str) -> tuple[str, ...]:
    return tuple(each.strip() for each in text.splitlines() if each.strip())


def _read(read: Callable[[str], T], text: str, place: str, problems: list[Problem]) -> T | None:
    try:
        return read(text)
    except InputError as error:
        problems.append(wrong(place, error.message, error.hint))
        return None
