"""What is printed for the short names in alerts: the registry's words, the rules', the lists'."""

import os
from collections.abc import Iterable
from datetime import date
from pathlib import Path

from tidewaiter.consignments.citing import cite_list
from tidewaiter.consignments.rules import AlertRules
from tidewaiter.lists.archive import Archive
from tidewaiter.parties.types import ListVersion
from tidewaiter.report.library import Library
from tidewaiter.substances.registry import Registry
from tidewaiter.substances.types import Source

FolderState = tuple[tuple[str, int, int], ...]
"""By list: its name, when a version last came or went (ns), and how many files it has."""


def folder_state(folder: Path | None) -> FolderState:
    """Return what is another one when a version comes or goes.

    Files of versions never change, so that none of them has to be looked at.

    Args:
        folder: Of the lists; None: there is none.
    """
    held = folder / "lists" if folder else None
    if held is None or not held.is_dir():
        return ()
    return tuple(_state(place) for place in sorted(held.iterdir()) if place.is_dir())


def _state(place: Path) -> tuple[str, int, int]:
    # A clock ticks so slowly that two changes may have one time; the number tells them apart.
    with os.scandir(place) as files:  # one that is being written begins with a point
        number = sum(not each.name.startswith(".") for each in files)
    return place.name, place.stat().st_mtime_ns, number


def versions_at(folder: Path | None, day: date) -> list[ListVersion]:
    """Return the versions of the lists of parties that a screening of a day looks at.

    Those that are for their authority only are left out: their names are too.

    Args:
        folder: Of the lists; None: none are looked at.
        day: Of the screening.
    """
    if folder is None:
        return []
    archive = Archive(folder)
    kept = (archive.at(slug, day) for slug in archive.slugs())
    return [each.version for each in kept if each is not None and not each.version.confidential]


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
        rules={**_TITLES, **{slug: slug for slug in rules.check if slug not in _TITLES}},
    )


_TITLES = {
    "control": "Controlled or watched on the day",
    "cas": "CAS number",
    "cus": "CUS number",
    "exact": "Name in the text",
    "squeezed": "Name, broken or misread by a scan",
    "fuzzy-1": "Name with one edit",
    "fuzzy-2": "Name with two edits",
    "fuzzy-3": "Name with three edits",
    "weak": "Short or ambiguous name",
    "name": "Systematic name",
    "structure": "Structure",
    "variant": "Structure, a variant",
    "class": "Structure of a legal class",
    "hs": "HS code alone",
    "unno": "UN number alone",
    "both": "Name and number together",
    "more": "Further substance",
    "downgraded": "Speaks against it",
    "hidden": "Name hidden by look-alikes",
    "hs-mismatch": "HS code does not fit",
    "cas-mismatch": "CAS number does not fit",
    "cas-digit": "CAS number is wrong",
    "un-mismatch": "UN number does not fit",
    "number-digit": "Number of transport is wrong",
    "number-form": "Number of transport is odd",
    "vague": "Description says nothing",
    "party": "Resembles a listed party",
    "linked": "Tied to a blocked party",
    "restricted": "Restricted entry",
    "sign": "Sign of a shell",
    "party-removed": "The entry was removed since",
    "party-changed": "The entry was changed since",
    "party-again": "The entry is listed again",
    "free": "Free by amount in one law",
    "together": "Over a limit together",
    "register-none": "Nothing in the register",
    "register-revoked": "Revoked in the register",
    "register-suspended": "Suspended in the register",
    "register-expired": "Expired in the register",
    "register-exceeded": "More than the register has left",
    "register-open": "The register cannot tell",
    "register-covered": "Covered by the register",
    "trader-new": "New trader",
    "trader-dormant": "Trader after a long pause",
    "pair-new": "First dealing of two traders",
    "goods-new": "Goods that are new for a trader",
    "trade-change": "Goods of another trade",
    "amount-unusual": "Unusual amount",
    "split": "Split below a limit",
    "detour": "Unusual detour",
    "price-outlier": "Unusual price",
    "pack-outlier": "Unusual packages",
    "equipment-after": "Machines and chemicals",
    "co-loaded": "Container shared with others",
    "over-quota": "Over the amount of a paper",
    "over-need": "Over a declared need",
    "label-domestic": "Domestic number from abroad",
    "inspected-before": "Earlier results of inspections",
    "kept": "Kept though rules were turned down",
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
