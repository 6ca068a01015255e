"""Records of trade statistics: reported flows, and results."""

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
    """Key of a flow. Countries are UN Comtrade codes; a period is 2023 or 202301."""

    code: str  # HS6, six digits
    # HS revision: H6 (2022), H5 (2017), H4 (2012) ...; "": not stated in the file. A code with
    # unchanged scope is given under the newest revision: mirror/hs_codes.py.
    revision: str
    exporter: int
    importer: int
    period: int

    @property
    def flow(self) -> "Key":
        """Return the same flow without a period."""
        return msgspec.structs.replace(self, period=0)


class Amount(Record, frozen=True, kw_only=True):
    """One side's report of a flow."""

    kg: float | None  # net weight; None: not reported
    usd: float | None  # as reported: CIF for most imports, FOB for exports
    cif: float | None = None
    fob: float | None = None
    estimated: bool = False  # the kilograms are estimated from the value by the publisher
    again_kg: float = 0.0  # re-exported or re-imported part, as reported
    revision: str = ""  # HS revision, as reported


class Refused(Record, frozen=True, kw_only=True):
    """A rejected row."""

    at: str
    message: str


class Count(Record, frozen=True, kw_only=True):
    """Number of rows of one kind."""

    what: str
    rows: int


class Conflict(Record, frozen=True, kw_only=True):
    """A flow that occurs twice in a file, or again in a later file."""

    at: str
    side: Side
    key: Key
    kg: tuple[float | None, float | None]  # first, second
    usd: tuple[float | None, float | None]
    kept: bool  # True: the value of the later file is used; False: neither


class FileRead(Record, frozen=True, kw_only=True):
    """A file, and a summary of its use."""

    name: str
    layout: str
    rows: int
    used: int
    counts: tuple[Count, ...]  # skipped rows, by reason
    refused: int


class Freight(Record, frozen=True, kw_only=True):
    """Estimated freight: tau = constant + slope x ln(km), limited to between 0 and the cap."""

    how: Literal["rows with both values", "prices of two sides", "default"]
    observations: int
    constant: float
    slope: float
    cap: float


class Reporter(Record, frozen=True, kw_only=True):
    """Agreement of a country's reports with those of all its partners, in these files."""

    country: int
    name: str
    reliability: float  # 0 to 1
    compared: int  # two-sided flows


class Watched(Record, frozen=True, kw_only=True):
    """A watched HS6 code, with its substances."""

    code: str
    own: bool  # specific to one substance in HS 2022; else it has others and m is weak evidence
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
    tau: float | None  # deducted; None: kilograms have no freight, or the import is already FOB
    m_fob: float  # M' = M / (1 + tau)
    gap: float  # X - M'
    ratio: float  # (X - M') / (X + M')
    usual: float | None  # median ratio of the other periods; None: too few
    spread: float | None
    z: float | None
    periods: int  # other periods of this flow
    with_next: float | None  # ratio combined with the neighbouring period that offsets it most
    reliability: tuple[float, float]  # exporter and importer
    weight: float  # their product
    score: float  # sort key of the list
    estimated: bool  # kilograms of one side are estimated by the publisher
    unspecified_kg: float  # reported by exporter or importer under the code without a partner
    again_kg: float  # re-exported or re-imported, as reported
    reconciled_kg: float | None  # from BACI, if its files were given
    revisions: tuple[str, str]  # HS revisions of the exporter's and importer's reports


class Elsewhere(Record, frozen=True, kw_only=True):
    """Reports of the silent side under a code that was split or merged with the orphan's."""

    code: str
    revision: str
    kg: float | None
    usd: float | None


class Orphan(Record, frozen=True, kw_only=True):
    """A flow that one side does not report."""

    key: Key
    exporter: str
    importer: str
    own: bool
    reported: Side
    kg: float | None
    usd: float | None
    estimated: bool
    other: Silence
    seen: int  # other periods reported by both sides
    reliability: float  # of the reporting side
    unspecified_kg: float  # reported by the silent side under the code without a partner
    reconciled_kg: float | None
    revision: str  # HS revision, as reported
    elsewhere: tuple[Elsewhere, ...]  # its amounts include other goods


class Point(Record, frozen=True, kw_only=True):
    """A reconciled BACI flow, and its deviation from other years."""

    key: Key
    exporter: str
    importer: str
    own: bool
    kg: float
    usual_kg: float | None
    z: float | None  # of the logarithm
    periods: int


class Price(Record, frozen=True, kw_only=True):
    """A value per kilogram far from the usual value of the code, as reported by one side."""

    key: Key
    exporter: str
    importer: str
    own: bool
    reported: Side
    kg: float
    usd: float  # exports FOB if given; imports as reported
    price: float  # US dollars per kilogram
    usual: float  # median of all flows of the code and side, for years or months
    z: float  # of the logarithm
    flows: int  # number of flows with a price
    other_side: float | None  # price reported by the other side for this flow
    pair_usual: float | None  # median of this pair's other periods
    always: bool  # the pair's usual price is as far off; only one period is listed then


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
    """Thresholds for listed flows."""

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
    """Thresholds for listed prices."""

    floor_kg: float
    floor_usd: float
    least_flows: int
    least_z: float
    spread: float


class Method(Record, frozen=True, kw_only=True):
    """Parameters of the method; data/mirror/method.toml has the sources."""

    version: str
    freight: _Freight
    reliability: _Reliability
    judging: Judging
    prices: Pricing


@cache
def load_method() -> Method:
    """Load the parameters of the method."""
    return read_toml(data("mirror", "method.toml"), Method)
