"""Text and table rows for mirror statistics."""

from tidewaiter.trade.mirror.hs_codes import in_words
from tidewaiter.trade.mirror.types import Discrepancy, Freight, Orphan, Price

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
        f"{in_words(each.code, each.revision)}: "
        + (quantity(each.kg, "kg") or quantity(each.usd, "USD") or "no amount")
        for each in one.elsewhere
    )


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
        return f"tau = {freight.constant:g} for every distance: too few observations for a line"
    return (
        f"tau = {freight.constant:.4f} {freight.slope:+.4f} ln(km), 0 to {freight.cap:g}, from "
        f"{freight.observations:,} observations ({freight.how})"
    )


def quantity(value: float | None, unit: str) -> str:
    """Format a quantity: whole numbers, with one decimal below 1,000."""
    if value is None:
        return ""
    return f"{value:,.0f} {unit}" if value >= _THOUSAND else f"{value:,.1f} {unit}"


def price_in_words(value: float | None) -> str:
    """Format a price with three significant digits."""
    if value is None:
        return ""
    return f"{value:,.0f}" if value >= _THOUSAND else f"{value:.3g}"


def signed(value: float | None, places: int = 2) -> str:
    """Format a number with its sign; "" if None."""
    return "" if value is None else f"{value:+.{places}f}"


def _told(value: object) -> str:
    return "yes" if value else "no"


def _cell(value: float | None) -> str:
    return "" if value is None else f"{value:.10g}"
