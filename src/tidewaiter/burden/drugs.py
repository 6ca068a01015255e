"""What the files of facts say of drugs that are seized, and of those that laboratories report."""

import re
from collections.abc import Mapping
from functools import cache

from tidewaiter.base.errors import InputError
from tidewaiter.base.records import Record
from tidewaiter.base.resources import data, read_toml
from tidewaiter.burden.facts import folded

REPORTED = "reported-"
_WORDS = re.compile(r"[^a-z0-9]+")


class Drug(Record, frozen=True, kw_only=True):
    """A drug as CBP counts it."""

    key: str
    name: str
    cbp: str


class Seizures(Record, frozen=True, kw_only=True):
    """The names of CBP's file."""

    components: Mapping[str, str]  # with their short names
    regions: tuple[str, ...]
    lands: tuple[str, ...]
    drugs: tuple[Drug, ...]


class Class(Record, frozen=True, kw_only=True):
    """Substances that NFLIS counts together."""

    key: str
    name: str
    category: str  # NFLIS's code, in its query system
    subject: str  # what the table of its annual report counts
    sums: tuple[str, ...]  # rows of that table that are sums of the isomers below, by name


class Reports(Record, frozen=True, kw_only=True):
    """The names of NFLIS's files."""

    classes: tuple[Class, ...]
    territories: Mapping[str, str]


@cache
def seizures() -> Seizures:
    """Return the names of CBP's file."""
    return read_toml(data("burden", "seizures.toml"), Seizures)


@cache
def reports() -> Reports:
    """Return the names of NFLIS's files."""
    return read_toml(data("burden", "reports.toml"), Reports)


def reported_key(substance: str) -> str:
    """Make the key of a substance that laboratories report: "Acetyl fentanyl"."""
    return REPORTED + _WORDS.sub("-", substance.casefold()).strip("-")


def supply_name(key: str) -> str:
    """Name what a figure counts that is no death.

    >>> supply_name("seized-lsd")
    'LSD seized by CBP'
    >>> supply_name("reported-acetyl-fentanyl")
    'Laboratory reports of acetyl fentanyl'
    """
    named = _names().get(key)
    if named:
        return named
    if not key.startswith(REPORTED):
        return key
    return "Laboratory reports of " + key.removeprefix(REPORTED).replace("-", " ")


def find_drug(text: str) -> Drug:
    """Find a drug by CBP's name for it.

    Raises:
        InputError: There is none of that name.
    """
    for each in seizures().drugs:
        if folded(each.cbp) == folded(text):
            return each
    raise InputError(f'"{text}" is no drug of these files', hint="it is left out")


@cache
def _names() -> dict[str, str]:
    classes = {each.key: each.name for each in reports().classes}
    drugs = {each.key: each.name for each in seizures().drugs}
    return drugs | classes | {"population": "Residents on 1 July"}
