"""CAS registry numbers: their shape and their check digit."""

import re

_SHAPE = re.compile(r"[1-9][0-9]{1,6}-[0-9]{2}-[0-9]")


def is_cas(text: str) -> bool:
    """Tell whether a text is a CAS number whose check digit holds."""
    if _SHAPE.fullmatch(text) is None:
        return False
    digits = [int(sign) for sign in text if sign != "-"]
    weighed = sum(place * digit for place, digit in enumerate(reversed(digits)))
    return weighed % 10 == digits[-1]
