"""What the values of a column show, where its name shows nothing."""

import re
from collections.abc import Sequence

from tidewaiter.consignments.digits import container_digit

_CAS = re.compile(r"(\d{2,7})-(\d{2})-(\d)")
# Plain digits are left alone: a date, an order number and an HS code look the same.
_HS = re.compile(r"(?:0[1-9]|[1-9]\d)\d{2}\.\d{2}(?:\.\d{2}){0,3}")
_UN = re.compile(r"UN[ -]?\d{4}", re.IGNORECASE)
# Plain digits are told to the user as what they may be, and only where nothing else is that.
_PLAIN_HS = re.compile(r"(?:0[1-9]|[1-9]\d)\d{4}(?:\d{2}){0,2}")
_DAY = re.compile(r"\d{4}-\d\d-\d\d(?:[ T].*)?|\d{1,2}[./]\d{1,2}[./]\d{4}")
_SPLIT = re.compile(r"[;,/\s]+")
_ENOUGH = 2  # different values, before their shape says anything


def sniff(values: Sequence[str | None]) -> str | None:
    """Tell the field that nine values in ten show: cas, hs, un or containers; None: none."""
    texts = [value.strip() for value in values if value and value.strip()]
    for field, test in _TESTS.items():
        if texts and sum(map(test, texts)) >= 0.9 * len(texts):
            return field
    return None


def suspect(values: Sequence[str | None]) -> str | None:
    """Tell the field that a column may be by its values, for the user to say: hs or lodged."""
    texts = [value.strip() for value in values if value and value.strip()]
    if len(set(texts)) < _ENOUGH:
        return None
    if all(map(_DAY.fullmatch, texts)):
        return "lodged"
    return "hs" if all(map(_is_plain_hs, texts)) else None


def is_cas(text: str) -> bool:
    """Tell whether a text is a CAS number whose check digit holds."""
    found = _CAS.fullmatch(text)
    if found is None:
        return False
    digits = [int(d) for d in reversed(found[1] + found[2])]
    return bool(sum(i * d for i, d in enumerate(digits, 1)) % 10 == int(found[3]))


def is_container(text: str) -> bool:
    """Tell whether a text is a container number whose check digit holds (ISO 6346)."""
    return container_digit(text) is True


def _all_cas(text: str) -> bool:
    return all(is_cas(part) for part in _SPLIT.split(text))


def _is_hs(text: str) -> bool:
    return bool(_HS.fullmatch(text))


def _is_plain_hs(text: str) -> bool:
    # Of eight digits a day looks like a code of chapter 20.
    return bool(_PLAIN_HS.fullmatch(text)) and not re.fullmatch(r"(19|20)\d\d[01]\d[0-3]\d", text)


def _is_un(text: str) -> bool:
    return bool(_UN.fullmatch(text))


def _all_containers(text: str) -> bool:
    return is_container(text) or all(is_container(part) for part in _SPLIT.split(text))


_TESTS = {"cas": _all_cas, "containers": _all_containers, "un": _is_un, "hs": _is_hs}
