"""Features: the only attributes of an alert that the ranker sees.

Excluded on purpose: countries, places, routes, origin, currency; party names, addresses and
numbers, so that no trader is judged by earlier findings; names of consignment, file and officer.
Points of rules that look at such data are included, as reasons are.
"""

import math
import re
from collections.abc import Mapping
from typing import Literal

from tidewaiter.base.records import Record
from tidewaiter.trade.transport_modes import code_of
from tidewaiter.trade.types import Alert, Line

Kind = Literal["number", "category"]
Value = float | str | None
LEARNED = "learned"
"""Rule of the reason added by the ranker, which is not a feature."""

RULE = "rule "
"""Prefix of features that are the points of a rule."""

_PARTY_NOTES = "party-"  # note rules, which come later and have no points
_CODE = re.compile(r"[0-9][0-9A-Za-z]{0,7}")  # of a procedure: a code, not text
_MG_IN_KG = 1_000_000


class Feature(Record, frozen=True, kw_only=True):
    """An attribute of an alert."""

    name: str
    kind: Kind
    says: str  # with {value}
    rising: bool = False  # a higher value never lowers the result


FEATURES: tuple[Feature, ...] = (
    Feature(name="heading", kind="category", says="HS heading {value}"),
    Feature(name="substance", kind="category", says="the substance {value}"),
    Feature(name="how", kind="category", says="found by {value}"),
    Feature(name="likeness", kind="number", says="likeness of the name {value}", rising=True),
    Feature(name="mentions", kind="number", says="{value} finds", rising=True),
    Feature(name="listed", kind="number", says="likeness to a listed party {value}", rising=True),
    Feature(name="net kg", kind="number", says="net mass {value} kg"),
    Feature(name="gross to net", kind="number", says="gross mass {value} times the net"),
    Feature(name="packages", kind="number", says="{value} packages"),
    Feature(name="days left", kind="number", says="{value} days left"),
    Feature(name="words", kind="number", says="{value} words of goods"),
    Feature(name="numbers", kind="number", says="{value} of CAS, UN and HS given"),
    Feature(name="licences", kind="number", says="{value} licences named"),
    Feature(name="mode", kind="category", says="mode {value}"),
    Feature(name="procedure", kind="category", says="procedure {value}"),
)
"""Features of every alert; each sufficiently frequent rule adds one."""


def rule_feature(name: str) -> Feature:
    """Return the feature for the points of a rule."""
    says = f"reason {name.removeprefix(RULE)}: {{value}} points"
    return Feature(name=name, kind="number", says=says, rising=True)


def feature_named(name: str) -> Feature:
    """Return a feature by name."""
    return next((each for each in FEATURES if each.name == name), None) or rule_feature(name)


def values_of(alert: Alert) -> dict[str, Value]:
    """Return the feature values of an alert, by feature name.

    A rule without a reason is absent, which means 0 points.
    """
    line = alert.line
    best = max(alert.mentions, key=lambda each: each.score, default=None)
    found: dict[str, Value] = {
        "substance": alert.substances[0] if alert.substances else None,
        "how": best.how if best else None,
        "likeness": best.score if best else None,
        "mentions": float(len(alert.mentions)),
        "listed": max((each.probability for each in alert.parties if not each.judged), default=0.0),
        "days left": None if alert.days_left is None else float(alert.days_left),
        **_of_line(line),
    }
    for reason in alert.reasons:
        if reason.rule != LEARNED and not reason.rule.startswith(_PARTY_NOTES):
            name = f"{RULE}{reason.rule}"
            found[name] = float(found.get(name) or 0) + reason.points
    return found


def values_of_line(line: Line) -> dict[str, Value]:
    """Return the feature values of a line without an alert: no matches."""
    nothing: dict[str, Value] = {"mentions": 0.0, "listed": 0.0}
    return {**nothing, **_of_line(line)}


def value_words(feature: Feature, value: Value) -> str:
    """Format a value."""
    if isinstance(value, float):
        value = f"{value:,.0f}" if value.is_integer() else f"{value:,.3g}"
    return feature.says.format(value="not given" if value is None else value)


def _of_line(line: Line) -> Mapping[str, Value]:
    net, gross = line.net_mg, line.gross_mg
    numbers = (bool(line.cas), bool(line.un), bool(line.hs))
    known = line.procedure is not None and _CODE.fullmatch(line.procedure)
    return {
        "heading": line.hs[:4] if line.hs and len(line.hs) >= 4 else None,  # noqa: PLR2004
        "net kg": None if net is None else net / _MG_IN_KG,
        "gross to net": round(gross / net, 6) if gross and net else None,
        "packages": None if line.packages is None else float(line.packages),
        "words": float(len((line.goods or line.commercial or "").split())),
        "numbers": float(sum(numbers)),
        "licences": float(len(line.licences or ())),
        "mode": code_of(line.mode),
        "procedure": line.procedure if known else None,
    }


def number(value: Value) -> float:
    """Return a value as a number; non-numeric and non-finite values are missing: NaN."""
    if isinstance(value, float) and math.isfinite(value):
        return value
    return math.nan
