"""The verdict before the answers: where a substance is controlled, and what that demands."""

from collections.abc import Iterable, Mapping
from datetime import date

from tidewaiter.base.records import Record
from tidewaiter.consignments.routing import duty_in_short
from tidewaiter.substances.classes import ClassRule
from tidewaiter.substances.law import short_listing
from tidewaiter.substances.rulings import Age, Answer, Listing, Ruling
from tidewaiter.substances.types import Regime

ORDER: tuple[Answer, ...] = (
    "controlled",
    "free by amount",
    "proposed",
    "not assessable",
    "not listed",
)
"""Answers in the order in which they are shown: what holds comes first."""


class Verdict(Record, frozen=True, kw_only=True):
    """All answers on one substance in few words."""

    controlled: tuple[str, ...]  # listings in few words: "EU cat. 1"
    free: tuple[str, ...]  # by amount
    proposed: tuple[str, ...]
    demands: tuple[str, ...]  # what the controls demand on the route, each once
    open: tuple[str, ...]  # jurisdictions of which some law is not assessable
    silent: tuple[str, ...]  # jurisdictions all of whose laws do not list it


class AgeView(Record, frozen=True, kw_only=True):
    """How old some laws are."""

    as_of: date
    days: int
    laws: tuple[str, ...]  # their names in few words; empty: those that are not named elsewhere


def in_order(rulings: Iterable[Ruling]) -> list[Ruling]:
    """Sort answers by what they say; what says the same stays in the order of the route."""
    return sorted(rulings, key=lambda each: ORDER.index(each.answer))


def verdict_of(
    rulings: Iterable[Ruling], regimes: Mapping[str, Regime], rules: Mapping[str, ClassRule]
) -> Verdict:
    """Gather the answers on one substance.

    Args:
        rulings: Its answers.
        regimes: The registry's, by slug.
        rules: Class rules by slug.
    """
    said: dict[Answer, dict[str, None]] = {answer: {} for answer in ORDER}
    demands: dict[str, None] = {}
    for ruling in rulings:
        listings = ruling.held or ruling.proposed
        named = [_short(each, ruling.regime, regimes, rules) for each in listings]
        told = ruling.answer in {"controlled", "free by amount", "proposed"}
        said[ruling.answer].update(dict.fromkeys(named if told else [ruling.jurisdiction]))
        if ruling.answer == "controlled":
            demands.update(dict.fromkeys(map(duty_in_short, ruling.duties)))
    other = {each.jurisdiction for each in rulings if each.answer != "not listed"}
    return Verdict(
        controlled=tuple(said["controlled"]),
        free=tuple(said["free by amount"]),
        proposed=tuple(said["proposed"]),
        demands=tuple(demands),
        open=tuple(said["not assessable"]),
        silent=tuple(each for each in said["not listed"] if each not in other),
    )


def age_views(ages: Iterable[Age], regimes: Mapping[str, Regime]) -> tuple[AgeView, ...]:
    """Name the laws that are older than most; the age of most is that of all others.

    Args:
        ages: Of one assessment or comparison.
        regimes: The registry's, by slug.
    """
    ages = tuple(ages)
    most = max(ages, key=lambda each: (len(each.regimes), each.as_of), default=None)
    ordered = sorted(ages, key=lambda each: (each is not most, -each.as_of.toordinal()))
    return tuple(
        AgeView(
            as_of=each.as_of,
            days=each.days,
            laws=() if each is most else tuple(_named(slug, regimes) for slug in each.regimes),
        )
        for each in ordered
    )


def _named(slug: str, regimes: Mapping[str, Regime]) -> str:
    return regimes[slug].name if slug in regimes else slug


def _short(
    listing: Listing, regime: str, regimes: Mapping[str, Regime], rules: Mapping[str, ClassRule]
) -> str:
    rule = rules.get(listing.schedule.removeprefix("class "))
    schedule = rule.schedule if rule else listing.schedule
    return short_listing(regimes[regime], schedule) if regime in regimes else schedule
