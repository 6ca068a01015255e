"""Text and table rows for mirror statistics."""

from collections.abc import Mapping
from types import MappingProxyType

from tidewaiter.explain.languages import country, figure, language, marked, number, words
from tidewaiter.explain.words import word
from tidewaiter.trade.mirror.hs_codes import revision_in_words
from tidewaiter.trade.mirror.places import iso2_of, name_of
from tidewaiter.trade.mirror.types import Discrepancy, Freight, Orphan, Point, Price, Side

_KINDS: Mapping[str, str] = MappingProxyType(
    {
        "changed": marked("differs from other periods"),
        "standing": marked("persistent difference"),
        "no history": marked("no other periods"),
        "lag": marked("time lag"),
        "ordinary": marked("ordinary difference"),
    }
)
_SILENCES: Mapping[str, str] = MappingProxyType(
    {
        "reports others": marked("reports other flows in this period"),
        "split or merged": marked("reports under a code that was split or merged"),
        "other revision": marked("reports under another edition of the HS"),
        "no reports": marked("reports nothing in this period"),
    }
)
_FREIGHTS: Mapping[str, str] = MappingProxyType(
    {
        "rows with both values": marked("rows with both values"),
        "prices of two sides": marked("prices of both sides"),
    }
)

DISCREPANCY_COLUMNS = (
    "code",
    "own_code",
    "hs_revision",
    "period",
    "exporter",
    "importer",
    "kind",
    "basis",
    "exports_x",
    "imports_m",
    "tau",
    "imports_fob",
    "gap",
    "m",
    "usual_m",
    "spread",
    "z",
    "other_periods",
    "m_with_neighbour",
    "reliability_exporter",
    "reliability_importer",
    "weight",
    "score",
    "kg_estimated",
    "unspecified_kg",
    "re_exported_kg",
    "reconciled_kg",
    "reported_revision_exporter",
    "reported_revision_importer",
)
ORPHAN_COLUMNS = (
    "code",
    "own_code",
    "hs_revision",
    "period",
    "exporter",
    "importer",
    "reported",
    "other_side",
    "kg",
    "usd",
    "kg_estimated",
    "periods_with_both",
    "reliability",
    "unspecified_kg",
    "reconciled_kg",
    "reported_revision",
    "split_or_merged",
)
PRICE_COLUMNS = (
    "code",
    "own_code",
    "hs_revision",
    "period",
    "exporter",
    "importer",
    "reported",
    "kg",
    "usd",
    "usd_per_kg",
    "usual_usd_per_kg",
    "z",
    "flows_of_the_code",
    "other_side_usd_per_kg",
    "usual_of_the_pair_usd_per_kg",
    "pair_is_always_so",
)
_THOUSAND = 1_000


def discrepancy_cells(one: Discrepancy) -> tuple[str, ...]:
    """Return the table row of a discrepancy."""
    return (
        one.key.code,
        _told(one.own),
        one.key.revision,
        str(one.key.period),
        one.exporter,
        one.importer,
        one.kind,
        one.basis,
        _cell(one.x),
        _cell(one.m),
        _cell(one.tau),
        _cell(one.m_fob),
        _cell(one.gap),
        _cell(one.ratio),
        _cell(one.usual),
        _cell(one.spread),
        _cell(one.z),
        str(one.periods),
        _cell(one.with_next),
        _cell(one.reliability[0]),
        _cell(one.reliability[1]),
        _cell(one.weight),
        _cell(one.score),
        _told(one.estimated),
        _cell(one.unspecified_kg),
        _cell(one.again_kg),
        _cell(one.reconciled_kg),
        *one.revisions,
    )


def orphan_cells(one: Orphan) -> tuple[str, ...]:
    """Return the table row of a flow reported by one side only."""
    return (
        one.key.code,
        _told(one.own),
        one.key.revision,
        str(one.key.period),
        one.exporter,
        one.importer,
        one.reported,
        one.other,
        _cell(one.kg),
        _cell(one.usd),
        _told(one.estimated),
        str(one.seen),
        _cell(one.reliability),
        _cell(one.unspecified_kg),
        _cell(one.reconciled_kg),
        one.revision,
        elsewhere_in_words(one),
    )


def elsewhere_in_words(one: Orphan) -> str:
    """Return the overlapping codes under which the other side reports the flow."""
    return "; ".join(
        f"{code_in_words(each.code, each.revision)}: "
        + (quantity(each.kg, "kg") or quantity(each.usd, "USD") or words("no amount"))
        for each in one.elsewhere
    )


def code_in_words(code: str, revision: str) -> str:
    """Write a code and its edition, like "2933.39 of HS 2017"."""
    text = f"{code[:4]}.{code[4:]}"
    if not revision:
        return text
    return words("{code} of {edition}").format(code=text, edition=edition_in_words(revision))


def edition_in_words(revision: str) -> str:
    """Name an edition of the HS, like "HS 2017"."""
    return revision_in_words(revision) if revision else words("edition of the HS not stated")


def country_in_words(code: int) -> str:
    """Name a country of the statistics; in English as the files of the UN do."""
    iso2 = iso2_of(code)
    return country(iso2) if iso2 and language() != "en" else name_of(code)


Ends = tuple[str, str]
"""Exporter and importer."""


def ends_in_words(one: Discrepancy | Orphan | Price | Point) -> Ends:
    """Name the two ends of a flow."""
    return country_in_words(one.key.exporter), country_in_words(one.key.importer)


def kind_in_words(kind: str) -> str:
    """Name a kind of difference."""
    return word(_KINDS, kind)


def other_side_in_words(one: Orphan) -> str:
    """Say what the side that does not report a flow does report."""
    told = word(_SILENCES, one.other)
    return f"{told}: {elsewhere_in_words(one)}" if one.elsewhere else told


def side_in_words(side: Side) -> str:
    """Name what a side reports."""
    return words("exports") if side == "X" else words("imports")


def price_cells(one: Price) -> tuple[str, ...]:
    """Return the table row of an outlying unit value."""
    return (
        one.key.code,
        _told(one.own),
        one.key.revision,
        str(one.key.period),
        one.exporter,
        one.importer,
        one.reported,
        _cell(one.kg),
        _cell(one.usd),
        _cell(one.price),
        _cell(one.usual),
        _cell(one.z),
        str(one.flows),
        _cell(one.other_side),
        _cell(one.pair_usual),
        _told(one.always),
    )


def freight_in_words(freight: Freight) -> str:
    """Return how freight was deducted from the value of imports."""
    if freight.how == "default":
        said = words("τ = {tau} for every distance: too few observations to estimate a line")
        return said.format(tau=figure(f"{freight.constant:g}"))
    said = words("τ = {line}, from 0 to {cap}, estimated from {count} observations ({source})")
    return said.format(
        line=f"{figure(f'{freight.constant:.4f}')} {figure(f'{freight.slope:+.4f}')} ln(km)",
        cap=figure(f"{freight.cap:g}"),
        count=number(freight.observations),
        source=word(_FREIGHTS, freight.how),
    )


def quantity(value: float | None, unit: str) -> str:
    """Format a quantity: whole numbers, with one decimal below 1,000."""
    if value is None:
        return ""
    return f"{figure(f'{value:,.0f}' if value >= _THOUSAND else f'{value:,.1f}')} {unit}"


def price_in_words(value: float | None) -> str:
    """Format a price with three significant digits."""
    if value is None:
        return ""
    return figure(f"{value:,.0f}" if value >= _THOUSAND else f"{value:.3g}")


def signed(value: float | None, places: int = 2) -> str:
    """Print a number with its sign; "": none."""
    return "" if value is None else figure(f"{value:+.{places}f}")


def _told(value: object) -> str:
    return "yes" if value else "no"


def _cell(value: float | None) -> str:
    return "" if value is None else f"{value:.10g}"
