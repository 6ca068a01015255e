"""Records of trade statistics: a flow as one country reports it, and what is found in files."""

from collections.abc import Mapping
from functools import cache
from typing import Literal

import msgspec

from tidewaiter.base.records import Record
from tidewaiter.base.resources import data, read_toml

Side = Literal["X", "M"]
OTHER: Mapping[Side, Side] = {"X": "M", "M": "X"}
Basis = Literal["kg", "USD"]
Kind = Literal["changed", "standing", "no history", "lag", "ordinary"]
Silence = Literal["reports others", "split or merged", "other revision", "no reports"]


class Key(Record, frozen=True, kw_only=True, order=True):
    """What a flow is of. Countries are in the codes of UN Comtrade; a period is 2023 or 202301."""

    code: str  # HS6, six digits
    # Of the HS: H6 (2022), H5 (2017), H4 (2012) ...; "": the file does not say. A code whose scope
    # did not change since stands under the newest revision: mirror/hs_codes.py.
    revision: str
    exporter: int
    importer: int
    period: int

    @property
    def flow(self) -> "Key":
        """Return the same flow, of no period."""
        return msgspec.structs.replace(self, period=0)


class Amount(Record, frozen=True, kw_only=True):
    """What one side reports of a flow."""

    kg: float | None  # net weight; None: not reported
    usd: float | None  # as reported: CIF for most imports, FOB for exports
    cif: float | None = None
    fob: float | None = None
    estimated: bool = False  # the kilograms are an estimate from the value, by the publisher
    again_kg: float = 0.0  # of it re-exported or re-imported goods, as reported
    revision: str = ""  # of the HS, as reported


class Refused(Record, frozen=True, kw_only=True):
    """A row that could not be read."""

    at: str
    message: str


class Count(Record, frozen=True, kw_only=True):
    """Rows of one sort."""

    what: str
    rows: int


class Conflict(Record, frozen=True, kw_only=True):
    """A flow that a file gives twice, or a later file gives anew."""

    at: str
    side: Side
    key: Key
    kg: tuple[float | None, float | None]  # first, second
    usd: tuple[float | None, float | None]
    kept: bool  # True: the one of the later file is used; False: none is


class FileRead(Record, frozen=True, kw_only=True):
    """One file, and what of it was used."""

    name: str
    layout: str
    rows: int
    used: int
    counts: tuple[Count, ...]  # of what was left out, and why
    refused: int


class Freight(Record, frozen=True, kw_only=True):
    """How tau was found: tau = constant + slope x ln(km), kept between 0 and the cap."""

    how: Literal["rows with both values", "prices of two sides", "default"]
    observations: int
    constant: float
    slope: float
    cap: float


class Reporter(Record, frozen=True, kw_only=True):
    """How far a country's reports agree with those of all its partners, in these files."""

    country: int
    name: str
    reliability: float  # 0 to 1
    compared: int  # flows with two sides


class Watched(Record, frozen=True, kw_only=True):
    """An HS6 code, and what of the registry belongs in it."""

    code: str
    own: bool  # in HS 2022 it names one substance; else it holds others too and m says little
    substances: tuple[str, ...]  # names


class Discrepancy(Record, frozen=True, kw_only=True):
    """One flow in one period, with all parts of the computation."""

    key: Key
    exporter: str
    importer: str
    own: bool
    kind: Kind
    basis: Basis
    x: float  # exports, in the unit of the basis
    m: float  # imports as reported
    tau: float | None  # taken off; None: kilograms have no freight, or the import is FOB already
    m_fob: float  # M' = M / (1 + tau)
    gap: float  # X - M'
    ratio: float  # (X - M') / (X + M')
    usual: float | None  # the middle of the ratio in the other periods; None: too few
    spread: float | None
    z: float | None
    periods: int  # other periods of this flow
    with_next: float | None  # ratio together with the neighbour that evens it out most
    reliability: tuple[float, float]  # of exporter and importer
    weight: float  # their product
    score: float  # by which the list is ordered
    estimated: bool  # kilograms of a side are the publisher's estimate
    unspecified_kg: float  # that exporter or importer reports of the code without a partner
    again_kg: float  # that is re-exported or re-imported, as reported
    reconciled_kg: float | None  # by BACI, where its files were given
    revisions: tuple[str, str]  # of the HS, under which exporter and importer report it


class Elsewhere(Record, frozen=True, kw_only=True):
    """What the silent side reports under a code that was split or merged with the orphan's."""

    code: str
    revision: str
    kg: float | None
    usd: float | None


class Orphan(Record, frozen=True, kw_only=True):
    """A flow of which one side reports nothing."""

    key: Key
    exporter: str
    importer: str
    own: bool
    reported: Side
    kg: float | None
    usd: float | None
    estimated: bool
    other: Silence
    seen: int  # other periods in which both sides report it
    reliability: float  # of the side that reports it
    unspecified_kg: float  # that the silent side reports of the code without a partner
    reconciled_kg: float | None
    revision: str  # of the HS, as reported
    elsewhere: tuple[Elsewhere, ...]  # its amounts hold other goods too


class Point(Record, frozen=True, kw_only=True):
    """A reconciled flow of BACI, and how unusual it is beside its other years."""

    key: Key
    exporter: str
    importer: str
    own: bool
    kg: float
    usual_kg: float | None
    z: float | None  # of the logarithm
    periods: int


class Price(Record, frozen=True, kw_only=True):
    """A value per kilogram far from what the code usually has, as one side reports it."""

    key: Key
    exporter: str
    importer: str
    own: bool
    reported: Side
    kg: float
    usd: float  # exports FOB where that is given; imports as reported
    price: float  # US dollars per kilogram
    usual: float  # the middle of all flows of the code and the side, of years or of months
    z: float  # of the logarithm
    flows: int  # of these, with a price
    other_side: float | None  # what the other side reports of this flow
    pair_usual: float | None  # the middle of this pair's other periods
    always: bool  # these are as far from the code's middle; of such a pair one period is listed


class _Freight(Record, frozen=True, kw_only=True):
    cap: float
    winsor: float
    default: float
    least: int
    agree: float
    floor: float


class _Reliability(Record, frozen=True, kw_only=True):
    rounds: int
    prior: float


class Judging(Record, frozen=True, kw_only=True):
    """What is listed."""

    floor_kg: float
    floor_usd: float
    least_m: float
    least_z: float
    least_history: int
    spread: float
    lag_m: float
    lag_share: float
    standing_m: float
    z_cap: float
    reconciled_spread: float


class Pricing(Record, frozen=True, kw_only=True):
    """Which prices are listed."""

    floor_kg: float
    floor_usd: float
    least_flows: int
    least_z: float
    spread: float


class Method(Record, frozen=True, kw_only=True):
    """The numbers of the method; data/mirror/method.toml says where they are from."""

    version: str
    freight: _Freight
    reliability: _Reliability
    judging: Judging
    prices: Pricing


@cache
def load_method() -> Method:
    """Load the numbers of the method."""
    return read_toml(data("mirror", "method.toml"), Method)
