"""Lines of a message: the bags of a line, its consignment and its message put together."""

from collections.abc import Iterator, Sequence

from tidewaiter.consignments.messages.edifact.bags import Bag, Party, Stop
from tidewaiter.consignments.messages.edifact.structure import Codes, Message
from tidewaiter.consignments.messages.types import Found

_POINTED = frozenset({"net", "gross", "volume", "quantity", "value"})
_SHARED = (
    200  # parties and places of a consignment or message that all lines have; one has the rest
)
_ORDER = ("origin", "loading", "transit", "unlading", "destination")


def found_of(row: int, line: Bag, around: Sequence[Bag], codes: Codes, message: Message) -> Found:
    """Make a line.

    Args:
        row: Its number in the file.
        line: What is said of it alone.
        around: What is said of its consignment, and of its message; the first goes before.
        codes: What codes mean.
        message: Its type.
    """
    bags = (line, *around)
    fields = dict(line.numbers)
    fields |= _texts(line, around)
    fields |= _amounts(line, bags, codes)
    for bag in bags:
        for field in ("hs", "mode", "procedure", "vessel", "imo", "voyage"):
            if field in bag.numbers:
                fields.setdefault(field, bag.numbers[field])
        for field, (_, day) in bag.days.items():
            fields.setdefault(field, day)
    fields |= _consignment(bags, codes, message)
    licences = dict.fromkeys(each for bag in bags for each in bag.licences)
    own: dict[str, None] = next(
        (bag.containers for bag in bags if bag.containers and (bag is line or message.containers)),
        {},
    )
    for field, several in (("licences", licences), ("containers", own)):
        if several:
            fields[field] = "; ".join(several)
    route = list(_route(bags))
    origin = next((s["country"] or s["locode"] for s in route if s["function"] == "origin"), None)
    if origin:
        fields["origin"] = origin
    kept = [item for bag in bags for item in bag.kept]
    parties = tuple(_parties(bags))
    for bag in around:
        bag.kept = []  # told once, with the first line
        del bag.parties[_SHARED:]
        bag.places = sorted(bag.places, key=_rank)[:_SHARED]
    return Found(
        row=row,
        fields={field: text for field, text in fields.items() if text},
        parties=parties,
        route=tuple(stop for stop in route if stop["function"] != "origin" or stop["locode"]),
        kept=tuple(kept),
        pointed=_POINTED.intersection(fields),
    )


def _texts(line: Bag, around: Sequence[Bag]) -> dict[str, str]:
    """Put texts: those of the line, else those of what is around it; all of them are screened."""
    goods = line.goods or line.items
    more = [*(line.items if line.goods else ()), *line.commercial]
    for bag in around:
        said = [*bag.goods, *bag.items]
        more += [*(said if goods else ()), *bag.commercial]
        goods = goods or said
    more += [f"UN {number}" for number in line.un[1:]]
    texts = {"goods": " ".join(goods), "commercial": " ".join(more)}
    if line.un:
        texts["un"] = line.un[0]
    return texts


def _amounts(line: Bag, bags: Sequence[Bag], codes: Codes) -> dict[str, str]:
    """Put amounts: of each field, the code that tells most."""
    fields: dict[str, str] = {}
    for code, field in codes.measure.items():
        if code not in line.measures:
            continue
        if field in fields:
            value, unit = line.measures[code]
            line.kept.append((f"MEA+{code}", f"{value} {unit}".strip()))
            continue
        fields[field] = _pointed(line.measures[code][0])
        fields[f"{field}.unit"] = line.measures[code][1]
    if line.quantity is not None:
        fields["quantity"], fields["quantity.unit"] = _pointed(line.quantity[0]), line.quantity[1]
    for code in codes.money:
        if code not in line.money:
            continue
        value, currency = line.money[code]
        if "value" in fields:
            line.kept.append((f"MOA+{code}", f"{value} {currency}".strip()))
            continue
        fields["value"] = _pointed(value)
        fields["currency"] = currency or next((b.currency for b in bags if b.currency), "")
    return fields


def _pointed(text: str) -> str:
    """Write a number with a point: a comma is no other mark, as thousands have none."""
    return text.replace(",", ".") if text.count(",") == 1 and "." not in text else text


def _consignment(bags: Sequence[Bag], codes: Codes, message: Message) -> dict[str, str]:
    for bag in bags:
        own = bag.numbers.get("consignment")
        bill = next((bag.bills[code] for code in codes.bill if code in bag.bills), None)
        name = (own or bill) if message.declared else (bill or own)
        if name:
            return {"consignment": name}
    return {}


def _parties(bags: Sequence[Bag]) -> Iterator[Party]:
    """Yield the parties; a role that the line names itself is not taken from around it.

    Those that no other line has are taken all the same.
    """
    told: set[str | None] = set()
    for bag in bags:
        roles = {party["role"] for party in bag.parties} - {"other"}
        yield from (p for at, p in enumerate(bag.parties) if p["role"] not in told or at >= _SHARED)
        told |= roles


def _route(bags: Sequence[Bag]) -> Iterator[Stop]:
    """Yield the places: of each function those that stand nearest to the line, the best first."""
    for function in _ORDER:
        for bag in bags:
            stops = [stop for _, _, kind, stop in sorted(bag.places, key=_rank) if kind == function]
            if not stops:
                continue
            placed = stops[0]["locode"] or stops[0]["country"]
            some = stops if function == "transit" else stops[:1]
            if not placed:
                some = [*some, *[s for s in stops[1:] if s["locode"] or s["country"]][:1]]
            yield from some
            break


def _rank(place: tuple[int, int, str, Stop]) -> tuple[int, int]:
    return place[0], place[1]
