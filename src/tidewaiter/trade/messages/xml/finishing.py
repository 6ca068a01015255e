"""Lines with fields of one piece, and with parties and stops that are declared by their parts."""

from collections.abc import Mapping

from msgspec import structs

from tidewaiter.trade.messages.texts import times
from tidewaiter.trade.messages.types import Found
from tidewaiter.trade.messages.xml.assembly import ROUTE
from tidewaiter.trade.messages.xml.layouts import Layout
from tidewaiter.trade.types import PARTY, STOP

_Whole = Mapping[str, str | None]


def finished(line: Found, layout: Layout) -> Found:
    """Return a line with all its pieces, and with the parties and stops among its fields."""
    fields = dict(line.fields)
    parties, route = _apart(fields)
    for field in layout.each:
        if field in fields and (product := times(fields[field], fields.get("quantity"))):
            fields[field] = product
    return structs.replace(
        line, fields=fields, parties=(*line.parties, *parties), route=(*line.route, *route)
    )


def _apart(fields: dict[str, str]) -> tuple[list[_Whole], list[_Whole]]:
    """Take the parties and stops out of the fields."""
    told: dict[str, dict[str, str]] = {}
    for field in sorted(field for field in fields if ":" in field):
        role, _, key = field.partition(":")
        key, text = key.partition(".")[0], fields.pop(field)
        whole = told.setdefault(role, {})
        whole[key] = f"{whole[key]}, {text}" if key in whole else text
    for role, whole in tuple(told.items()):
        if (also := whole.pop("also", None)) and also != whole.setdefault("name", also):
            told[f"{role} also"] = {**whole, "name": also}
    nobody, nowhere = (dict.fromkeys(field.name for field in kind) for kind in (PARTY, STOP))
    parties: list[_Whole] = [
        {**nobody, "role": role.partition(" ")[0], **told[role]}
        for role in told
        if role not in ROUTE
    ]
    route: list[_Whole] = [
        {**nowhere, "function": role, **told[role]} for role in ROUTE if role in told
    ]
    return parties, route
