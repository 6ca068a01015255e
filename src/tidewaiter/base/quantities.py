"""Masses and volumes: text and unit to whole milligrams and microlitres."""

import re
import unicodedata
from decimal import ROUND_HALF_EVEN, Decimal
from functools import cache
from typing import Literal

from tidewaiter.base.errors import InputError, RegistryError
from tidewaiter.base.records import Record
from tidewaiter.base.resources import data, read_toml

Mark = Literal[".", ","]
"""The decimal mark of a number."""

LARGEST = 2**63 - 1
"""The largest whole amount that an Arrow int64 holds."""

MG_PER_KG = 1_000_000

_CONTENT_SIGNS = "%≥>=~ "
_WHOLE = 100  # percent
_GAPS = " '\u2019\u00a0\u2009\u202f"
_PLAIN = re.compile(r"\d+[.,]?")
_GAPPED = re.compile(rf"\d{{1,3}}(?:[{_GAPS}]\d{{3}})+(?=[.,]|$)")
_POWER = re.compile(r"\d+(?:\.\d+)?[eE][+-]?\d{1,2}")
_GROUPED = {
    mark: re.compile(rf"\d{{1,3}}(?:{re.escape(mark)}\d{{2,3}})*{re.escape(mark)}\d{{3}}")
    for mark in ".,"
}
_ONE_MARK = re.compile(r"(\d*)([.,])(\d*)")
_AMOUNT = re.compile(
    rf"([-+\u2212]?\s*[\d.,](?:[\d.,]|[{_GAPS}](?=\d))*(?:[eE][+-]?\d{{1,2}}(?![^\W_]))?-?)\s*(.*)",
    re.DOTALL,
)


class Unit(Record, frozen=True, kw_only=True):
    """A unit of trade papers, and what it is worth."""

    code: str
    kind: Literal["mass", "volume", "count", "package", "other", "unclear"]
    size: Decimal = Decimal(0)  # milligrams or microlitres in one; 0: neither mass nor volume
    aliases: tuple[str, ...]
    hint: str = ""  # of an unclear unit: what to write in its place


class Quantity(Record, frozen=True, kw_only=True):
    """An amount and its unit, as read."""

    amount: Decimal
    unit: Unit | None  # None: no unit stands there


class _UnitFile(Record, frozen=True, kw_only=True):
    units: tuple[Unit, ...]


def fold_unit(text: str) -> str:
    """Fold a unit: no case, accents, spaces, dots or brackets."""
    apart = unicodedata.normalize("NFKD", text.strip().casefold())
    return "".join(c for c in apart if c.isalnum() or c == "/")


@cache
def load_units() -> dict[str, Unit]:
    """Load the units, by folded alias.

    Raises:
        RegistryError: One alias names two units.
    """
    found: dict[str, Unit] = {}
    for unit in read_toml(data("rules", "units.toml"), _UnitFile).units:
        for alias in {fold_unit(alias) for alias in unit.aliases}:
            if alias in found:
                raise RegistryError("base/unit-name-twice", alias=alias, at="units.toml")
            found[alias] = unit
    return found


def find_unit(text: str) -> Unit | None:
    """Find a unit by any of its names; None: not known."""
    return load_units().get(fold_unit(text))


def parse_number(text: str, mark: Mark | None = None) -> Decimal:
    """Parse a number as trade papers write it: "1,250.5", "1.250,5", "1 250", "2.5E+03".

    Args:
        text: The number, in any script's digits.
        mark: The decimal mark, where "1,250" alone would leave it open.

    Raises:
        InputError: It is no number, or it can be read in two ways.
    """
    sign, body = _signed(text)
    if _POWER.fullmatch(body):
        return sign * Decimal(body)
    if _GAPPED.match(body):
        body = re.sub(rf"[{_GAPS}]", "", body)
    if _PLAIN.fullmatch(body):
        return sign * Decimal(body.rstrip(".,"))
    found = decimal_mark(body) or mark
    if found is None and _ONE_MARK.fullmatch(body):
        raise InputError("base/number-read-two-ways", text=text)
    if found is None:
        raise InputError("base/not-a-number", text=text)
    return sign * Decimal(_unmarked(body, found))


def parse_percent(text: str, mark: Mark | None = None) -> Decimal:
    """Parse a content: "40", "40 %", "99.5%", ">= 99 %".

    Args:
        text: The content.
        mark: The decimal mark, where the number leaves it open.

    Raises:
        InputError: It is no number from 0 to 100.
    """
    try:
        found = parse_number(text.strip(_CONTENT_SIGNS), mark)
    except InputError as error:
        raise InputError("base/not-a-percentage", text=text) from error
    if not 0 <= found <= _WHOLE:
        raise InputError("base/not-a-percentage", text=text)
    return found


def decimal_mark(text: str) -> Mark | None:
    """Tell the decimal mark that a number shows by its own shape; None: it does not.

    "1.250,5" and "0,125" show a comma, "1.2500" a point, "1,250" and "1250" nothing.
    """
    body = _signed(text)[1]
    body = re.sub(rf"[{_GAPS}]", "", body) if _GAPPED.match(body) else body
    one = _ONE_MARK.fullmatch(body)
    if one:
        whole, mark, part = one.groups()
        open_ = len(part) == 3 and 0 < len(whole) <= 3 and not whole.startswith("0")  # noqa: PLR2004
        return None if open_ or not (whole or part) or not part else _as_mark(mark)
    last = max(body.rfind("."), body.rfind(","))
    if last < 0:
        return None
    mark, other = body[last], "," if body[last] == "." else "."
    if _GROUPED[mark].fullmatch(body):
        return _as_mark(other)
    whole, part = body[:last], body[last + 1 :]
    return _as_mark(mark) if part.isdecimal() and _GROUPED[other].fullmatch(whole) else None


def parse_quantity(text: str, unit: str | None = None, mark: Mark | None = None) -> Quantity:
    """Parse an amount with its unit, which stands in the text or beside it.

    Args:
        text: The amount, like "25 kg" or "25".
        unit: The unit where the text names none.
        mark: The decimal mark, where the number leaves it open.

    Raises:
        InputError: The number or the unit cannot be read, or the text and `unit` differ.
    """
    cut = _AMOUNT.fullmatch(unicodedata.normalize("NFKC", text).strip())
    if cut is None:
        raise InputError("base/not-a-quantity", text=text)
    amount = parse_number(cut[1], mark)
    inner = _unit(cut[2]) if cut[2].strip() else None
    outer = _unit(unit) if unit and unit.strip() else None
    if inner and outer and inner.code != outer.code:
        raise InputError("base/names-another-unit", text=text, unit=unit)
    return Quantity(amount=amount, unit=inner or outer)


def whole(quantity: Quantity, kind: Literal["mass", "volume"], text: str) -> int:
    """Turn a quantity into whole milligrams or microlitres.

    Raises:
        InputError: It is of another kind, is negative, or is too large for 64 bits.
    """
    example = '"25 kg", "0.5 t" or "300 g"' if kind == "mass" else '"5 l", "200 ml" or "1 m3"'
    if quantity.unit is None or quantity.unit.kind != kind:
        raise InputError("base/not-a-number-with-a-unit", text=text, kind=kind, example=example)
    if quantity.amount < 0:
        raise InputError("base/negative", text=text, kind=kind)
    exact = quantity.amount * quantity.unit.size
    if exact > LARGEST:
        raise InputError("base/too-large", text=text)
    return int(exact.quantize(Decimal(1), rounding=ROUND_HALF_EVEN))


def _as_mark(text: str) -> Mark:
    return "." if text == "." else ","


def _signed(text: str) -> tuple[int, str]:
    body = unicodedata.normalize("NFKC", text).strip().replace("\u2212", "-")
    negative = body.startswith("-") or body.endswith("-")
    return (-1 if negative else 1), body.strip("+-").strip()


def _unmarked(body: str, mark: Mark) -> str:
    other = "," if mark == "." else "."
    head, _, tail = body.partition(mark)
    grouped = other not in head or _GROUPED[other].fullmatch(head)
    plain = head.replace(other, "")
    if not grouped or not (plain + tail).isdecimal():
        raise InputError("base/not-a-number", text=body)
    return f"{plain or '0'}.{tail or '0'}"


def _unit(text: str) -> Unit:
    unit = find_unit(text)
    if unit is None:
        raise InputError("base/unit-not-known", text=text.strip())
    if unit.kind == "unclear":
        raise InputError("base/unit-can-mean-several", text=text.strip(), hint=unit.hint)
    return unit
