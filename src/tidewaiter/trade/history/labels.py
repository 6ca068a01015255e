"""Labels: a parcel from abroad that bears a number of the country it goes to."""

import re
from typing import Final

from tidewaiter.base.countries import country_name
from tidewaiter.consignments.journeys import journey_of
from tidewaiter.consignments.past.trading import Said
from tidewaiter.consignments.types import Line

_NUMBER = re.compile(r"[A-Z]{2}(\d{8})(\d)([A-Z]{2})")
_WEIGHTS: Final = (8, 6, 4, 2, 3, 5, 9, 7)
_ELEVEN: Final = 11


def issued_in(number: str) -> str:
    """Return the country whose post gave a parcel its number; "": it is no such number.

    Args:
        number: As written.

    Source:
        UPU standard S10: two letters, eight digits, a check digit modulo 11 with the weights
        8 6 4 2 3 5 9 7, and the ISO 3166-1 code of the country that issued it.
    """
    found = _NUMBER.fullmatch(number.replace(" ", "").upper())
    if found is None:
        return ""
    sum_ = sum(int(digit) * weight for digit, weight in zip(found[1], _WEIGHTS, strict=True))
    rest = _ELEVEN - sum_ % _ELEVEN
    check = {10: 0, 11: 5}.get(rest, rest)
    return found[3] if int(found[2]) == check else ""


def of_label(line: Line) -> Said | None:
    """Tell that a line comes from abroad under a number that its own destination issued.

    A number of the post of a third country is none of this: posts send on for each other.
    """
    country = issued_in(line.consignment)
    if not country:
        return None
    journey = journey_of(line)
    if journey.destination != country or journey.origin in {country, ""}:
        return None
    return Said("label-domestic", {"label": line.consignment, "country": country_name(country)})
