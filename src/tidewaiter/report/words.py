"""What the short words in records mean to an officer."""

from collections.abc import Iterable, Mapping
from datetime import date
from types import MappingProxyType

from tidewaiter.consignments.types import PartyMatch
from tidewaiter.report.summary import Counts
from tidewaiter.substances.questions import Role
from tidewaiter.substances.rulings import Duty

HOW: Mapping[str, str] = MappingProxyType(
    {
        "exact": "the name as it is registered",
        "squeezed": "the name, once spaces and punctuation are set aside",
        "fuzzy": "a spelling close to the name",
        "cas": "the CAS number",
        "hs": "the tariff code",
        "unno": "the UN dangerous-goods number",
        "cus": "the CUS number",
        "name": "a systematic name, read as a structure",
        "structure": "a structure",
        "class": "a structure that a legal class holds",
    }
)

TIERS: Mapping[str, str] = MappingProxyType(
    {
        "strong": "strong sign: enough alone",
        "weak": "weak sign: needs something else beside it",
        "street": "street name: never enough alone",
    }
)

MARKS: Mapping[str, str] = MappingProxyType(
    {
        "read": "read in the instrument or in an official copy",
        "second-hand": "read in another source only, not in an official text",
        "unverified": "not yet read in any official text: check before you rely on it",
    }
)

MATCHES: Mapping[str, str] = MappingProxyType(
    {
        "name": "by its name or its number",
        "exact": "by its structure, as the registry has it",
        "salt": "by its structure, but for what stands beside it or its charge",
        "stereo": "by its structure, but for stereo",
        "isotope": "by its structure, but for isotopes",
        "tautomer": "by its structure, but for mobile hydrogen: a reason to look, not a proof",
        "charge": "by its structure, but for charge: a reason to look, not a proof",
        "alias": "by another drawing of it, entered by hand",
        "class": "by class rules; no loaded list names it",
        "unknown": "no loaded list names it",
    }
)

OUTCOMES: Mapping[str, str] = MappingProxyType(
    {
        "held": "reached",
        "free": "not reached",
        "open": "cannot be told",
        "not asked": "no amount was given",
    }
)

DOUBTS: Mapping[str, str] = MappingProxyType(
    {
        "second-hand": "was read in another source only, not in an official text",
        "unverified": "was not read in any official text: check before you rely on it",
    }
)

FIELDS: Mapping[str, str] = MappingProxyType(
    {
        "goods": "goods description",
        "commercial": "commercial description",
        "hs": "tariff code",
        "cas": "CAS number",
        "cus": "CUS number",
        "un": "UN number",
    }
)


def word(words: Mapping[str, str], key: str) -> str:
    """Return what `key` means, or the key itself where no words are held for it."""
    return words.get(key, key)


def days_in_words(days: int | None) -> str:
    """Say how many days are left until goods are due; negative: they were due before."""
    if days is None:
        return "no date given"
    if days == 0:
        return "due today"
    count = f"{abs(days):,} day" + ("" if abs(days) == 1 else "s")
    return f"{count} left" if days > 0 else f"due {count} ago"


def day_in_words(since: date | None) -> str:
    """Say since when a listing holds."""
    return f"since {since}" if since else "since a day not known"


def roles_in_words(roles: Iterable[Role]) -> str:
    """Say what a route is to a jurisdiction: "export", "import", "transit" or "inside it"."""
    return ", ".join("inside it" if role == "internal" else role for role in roles)


def duty_in_words(duty: Duty) -> str:
    """Say what a regime demands: "export: pre-export notification, 5 working days before"."""
    lead = f", {duty.days} {duty.day_kind} days" if duty.days is not None else ""
    text = f": {duty.text}" if duty.text else ""
    doubt = "" if duty.known else " (not assessable)"
    return f"{roles_in_words((duty.role,))}: {duty.kind}{lead}{doubt}{text}"


def shared_in_words(match: PartyMatch) -> str:
    """Say how many entries of the lists bear a listed name; "": nobody counted."""
    if not match.entries:
        return ""
    share = "bears" if match.sharing == 1 else "share"
    return f"{match.sharing:,} of {match.entries:,} entries {share} this name"


def unread_in_words(counts: Counts) -> tuple[str, ...]:
    """Say how many lines hold systematic names that were not read, and what would read them."""
    told = []
    if counts.unread:
        told.append(
            f"{_lines(counts.unread)} a systematic name that was not read, as OPSIN is not here "
            'or failed: pip install "tidewaiter[chem]"'
        )
    if counts.unknown:
        told.append(
            f"{_lines(counts.unknown)} what looks like a systematic name and is none that OPSIN "
            "knows; known names were looked for all the same"
        )
    return tuple(told)


def _lines(count: int) -> str:
    return "1 line holds" if count == 1 else f"{count:,} lines hold"
