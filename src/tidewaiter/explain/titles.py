"""Titles that reports print for the short names of substances, rules and lists."""

from collections.abc import Iterable

from tidewaiter.explain.languages import marked
from tidewaiter.explain.words import Library
from tidewaiter.law.registry import Registry
from tidewaiter.law.types import Source
from tidewaiter.parties.types import ListVersion
from tidewaiter.trade.party_matches import cite_list
from tidewaiter.trade.rules.alert_rules import AlertRules
from tidewaiter.trade.rules.plugins import plugin_rules


def state_of(version: ListVersion) -> str:
    """Say of when a version of a list is."""
    return f"of {version.dated}" if version.dated else f"loaded on {version.read}"


def library_of(registry: Registry, rules: AlertRules, versions: Iterable[ListVersion]) -> Library:
    """Return the words that a report prints for slugs.

    Args:
        registry: Of substances, regimes and sources.
        rules: By which was screened.
        versions: Of the lists of parties.
    """
    return Library(
        sources={**registry.sources, **_list_sources(versions)},
        regimes=registry.regimes,
        substances={each.slug: each.name for each in registry.substances},
        rules={
            **{name: rule.title for name, rule in plugin_rules().items()},
            **{slug: slug for slug in rules.check},
            **_TITLES,
        },
    )


_TITLES = {
    "control": marked("Controlled or watched on the day"),
    "cas": marked("CAS number"),
    "cus": marked("CUS number"),
    "exact": marked("Name in the text"),
    "squeezed": marked("Name, broken or misread by a scan"),
    "fuzzy-1": marked("Name with one edit"),
    "fuzzy-2": marked("Name with two edits"),
    "fuzzy-3": marked("Name with three edits"),
    "weak": marked("Short or ambiguous name"),
    "name": marked("Systematic name"),
    "structure": marked("Structure"),
    "variant": marked("Structure, a variant"),
    "class": marked("Structure of a legal class"),
    "hs": marked("HS code alone"),
    "unno": marked("UN number alone"),
    "both": marked("Name and number together"),
    "more": marked("Further substance"),
    "downgraded": marked("Speaks against it"),
    "other-text": marked("Other text"),
    "hidden": marked("Name hidden by look-alikes"),
    "hs-mismatch": marked("HS code does not fit"),
    "cas-mismatch": marked("CAS number does not fit"),
    "cas-digit": marked("CAS number is wrong"),
    "un-mismatch": marked("UN number does not fit"),
    "number-digit": marked("Number of transport is wrong"),
    "number-form": marked("Number of transport is odd"),
    "vague": marked("Description says nothing"),
    "party": marked("Resembles a listed party"),
    "linked": marked("Tied to a blocked party"),
    "restricted": marked("Restricted entry"),
    "sign": marked("Sign of a shell"),
    "party-removed": marked("The entry was removed since"),
    "party-changed": marked("The entry was changed since"),
    "party-again": marked("The entry is listed again"),
    "free": marked("Free by amount in one law"),
    "together": marked("Over a limit together"),
    "register-none": marked("Nothing in the register"),
    "register-revoked": marked("Revoked in the register"),
    "register-suspended": marked("Suspended in the register"),
    "register-expired": marked("Expired in the register"),
    "register-exceeded": marked("More than the register has left"),
    "register-open": marked("The register cannot tell"),
    "register-covered": marked("Covered by the register"),
    "trader-new": marked("New trader"),
    "trader-dormant": marked("Trader after a long pause"),
    "pair-new": marked("First dealing of two traders"),
    "goods-new": marked("Goods that are new for a trader"),
    "trade-change": marked("Goods of another trade"),
    "amount-unusual": marked("Unusual amount"),
    "split": marked("Split below a limit"),
    "detour": marked("Unusual detour"),
    "price-outlier": marked("Unusual price"),
    "pack-outlier": marked("Unusual packages"),
    "equipment-after": marked("Machines and chemicals"),
    "co-loaded": marked("Container shared with others"),
    "over-quota": marked("Over the amount of a paper"),
    "over-need": marked("Over a declared need"),
    "label-domestic": marked("Domestic number from abroad"),
    "inspected-before": marked("Earlier results of inspections"),
    "kept": marked("Kept though rules were turned down"),
}


def _list_sources(versions: Iterable[ListVersion]) -> dict[str, Source]:
    """Return what a report prints of the versions of lists that its alerts rest on."""
    return {
        cite_list(each.slug, each.sha256): Source(
            title=f"{each.authority}: {each.name}, {state_of(each)}, SHA-256 {each.sha256[:16]}",
            url=each.source if each.source.startswith("https://") else "",
            read=each.read,
            licence=each.licence,
            note=each.notice,
        )
        for each in versions
    }
