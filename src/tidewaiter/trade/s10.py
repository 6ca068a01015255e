"""Numbers of postal items (UPU standard S10): two letters, nine digits, a country."""

import re
from operator import mul

_S10 = re.compile(r"[A-Z]{2}([0-9]{8})([0-9])([A-Z]{2})")
_WEIGHTS = (8, 6, 4, 2, 3, 5, 9, 7)
_ZEROS = ord("0") * sum(_WEIGHTS)  # a digit is its letter less this one


def problem_of(text: str) -> str:
    """Say what is wrong with the number of an item; "": nothing is.

    Source:
        UPU S10: weights 8 6 4 2 3 5 9 7, modulo 11; 10 is written 0, and 11 is written 5.
    """
    found = _S10.fullmatch(text.replace(" ", "").upper())
    if found is None:
        return "is no number of a postal item (S10)"
    total = sum(map(mul, found[1].encode(), _WEIGHTS)) - _ZEROS
    check = {10: 0, 11: 5}.get(11 - total % 11, 11 - total % 11)
    return "" if check == int(found[2]) else f"has a wrong check digit: {check} would be right"
