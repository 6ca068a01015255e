"""One row of a file of trade statistics: read, left out for a reason, or refused."""

import math
import re
from collections.abc import Mapping
from typing import Literal

from tidewaiter.base.errors import InputError
from tidewaiter.base.records import Record
from tidewaiter.mirror.places import load_areas, one_code
from tidewaiter.mirror.types import Amount, Key, Side

_FLOWS: Mapping[str, str] = {
    "M": "M",
    "X": "X",
    "RM": "RM",
    "RX": "RX",
    "1": "M",
    "2": "X",
    "3": "RX",
    "4": "RM",
    "IMPORT": "M",
    "IMPORTS": "M",
    "EXPORT": "X",
    "EXPORTS": "X",
    "RE-EXPORT": "RX",
    "RE-EXPORTS": "RX",
    "RE-IMPORT": "RM",
    "RE-IMPORTS": "RM",
}
"""The first line is of UN Comtrade since 2022, the second until then. Imports include re-imports
and exports re-exports: https://uncomtrade.org/docs/trade-flows-in-un-comtrade"""

_WHOLE = {"", "0", "C00"}  # of partner 2, procedure and transport: not broken down
_PERIOD = re.compile(r"(19|20)\d{2}(0[1-9]|1[0-2])?")
_HS = re.compile(r"H\d")
_TRUE = {"TRUE", "1"}
_ESTIMATED = {
    "4",
    "6",
}  # legacy flag: net weight estimated, or both; UNSD, Quantity and Weight, 2009
_MISSING = {"", "NA", "NULL", "NAN", "NONE"}

What = Literal["flow", "again", "world", "unspecified"]


class Read(Record, frozen=True, kw_only=True):
    """What a row says."""

    what: What
    side: Side
    key: Key  # of "world" and "unspecified" the partner is 0
    amount: Amount


def read_row(row: Mapping[str, str]) -> Read | str:
    """Read a row of UN Comtrade.

    Args:
        row: Texts by field, as `data/mirror/layouts.toml` names them.

    Returns:
        What it says; a text: why it is left out.

    Raises:
        InputError: A value cannot be read.
    """
    flow = _FLOWS.get(row["flow"].upper())
    if not row["flow"]:
        raise InputError("has no flow")
    if flow is None:
        return "a flow that is a part of imports or exports"
    if any(row.get(each, "") not in _WHOLE for each in ("partner2", "customs", "transport")):
        return "a part: by second partner, procedure or transport"
    reporter, partner = _country(row["reporter"], "reporter"), _country(row["partner"], "partner")
    areas = load_areas()
    if reporter in areas.groups or partner in areas.groups:
        return "a group of countries"
    if reporter == partner:
        return "trade of a country with itself"
    side: Side = "X" if flow in {"X", "RX"} else "M"
    what: What = "again" if flow in {"RX", "RM"} else "flow"
    if partner == areas.world or partner in areas.unspecified:
        if what == "again":
            return "re-exports or re-imports without a country"
        what, partner = ("world" if partner == areas.world else "unspecified"), 0
    return Read(
        what=what,
        side=side,
        key=Key(
            code=row["code"],
            revision=_revision(row.get("revision", "")),
            exporter=reporter if side == "X" else partner,
            importer=partner if side == "X" else reporter,
            period=_period(row["period"]),
        ),
        amount=_amount(row, _revision(row.get("revision", ""))),
    )


def read_reconciled(row: Mapping[str, str], revision: str) -> Read:
    """Read a row of BACI: thousands of dollars and tons become dollars and kilograms.

    Args:
        row: Texts by field.
        revision: Of the HS, by the name of the file.

    Raises:
        InputError: A value cannot be read.
    """
    kg, usd = _number(row.get("kg", ""), "q"), _number(row["value"], "v")
    return Read(
        what="flow",
        side="X",
        key=Key(
            code=row["code"],
            revision=revision,
            exporter=_country(row["reporter"], "i"),
            importer=_country(row["partner"], "j"),
            period=_period(row["period"]),
        ),
        amount=Amount(
            kg=None if kg is None else round(kg * 1000, 6),
            usd=None if usd is None else round(usd * 1000, 6),
            revision=revision,
        ),
    )


def _amount(row: Mapping[str, str], revision: str) -> Amount:
    kg = _number(row.get("kg", ""), "net weight")
    return Amount(
        kg=kg or None,  # 0 is how Comtrade writes that none was reported
        usd=_number(row["value"], "value"),
        cif=_number(row.get("cif", ""), "CIF value") or None,
        fob=_number(row.get("fob", ""), "FOB value") or None,
        estimated=row.get("estimated", "").upper() in _TRUE or row.get("flag", "") in _ESTIMATED,
        revision=revision,
    )


def _country(text: str, what: str) -> int:
    if not text.isdecimal() or not text.isascii():
        raise InputError(f'"{text}" is no code of a country, column {what}')
    return one_code(int(text))


def _period(text: str) -> int:
    if not _PERIOD.fullmatch(text):
        raise InputError(f'"{text}" is no period')
    return int(text)


def _revision(text: str) -> str:
    return text.upper() if _HS.fullmatch(text.upper()) else ""


def _number(text: str, what: str) -> float | None:
    if text.upper() in _MISSING:
        return None
    try:
        number = float(text)
    except ValueError:
        number = math.nan
    if not 0 <= number < math.inf:
        raise InputError(f'"{text}" is no amount, column {what}')
    return number
