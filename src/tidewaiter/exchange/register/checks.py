"""Validation of a register entry: each problem with its field and remedy."""

from collections.abc import Iterable, Iterator
from itertools import pairwise

from tidewaiter.base.countries import country_codes
from tidewaiter.base.quantities import LARGEST
from tidewaiter.exchange.notices.amounts import MEASURES
from tidewaiter.exchange.notices.types import Amount
from tidewaiter.exchange.problems import Problem, blank, prose, wrong
from tidewaiter.exchange.register.types import (
    Entry,
    Grant,
    Operator,
    Register,
    Requirement,
    Standing,
    Stop,
)
from tidewaiter.law.registry import Registry
from tidewaiter.trade.check_digits import number_key

_YEARS = range(1900, 2200)


def check(entry: Entry, registry: Registry) -> tuple[Problem, ...]:
    """Return all problems of one entry; (): valid.

    Args:
        entry: An operator, a licence or registration, a permit, or a requirement.
        registry: Permitted substances.
    """
    return tuple(_problems(entry, frozenset(each.slug for each in registry.substances)))


def check_together(register: Register) -> tuple[Problem, ...]:
    """Return the inconsistencies between entries.

    Missing operators and sites, duplicate numbers, and versions in the wrong chronological order.
    """
    return tuple(_between(register))


def _problems(entry: Entry, known: frozenset[str]) -> Iterator[Problem]:
    yield from prose("id", entry.id, needed=True)
    yield from prose("source", entry.source, needed=True)
    if entry.version < 1:
        yield wrong("version", "exchange/version-below-1", version=entry.version)
    if isinstance(entry, Operator):
        yield from _operator(entry)
    elif isinstance(entry, Standing):
        yield from _paper(entry)
        yield from _substances(entry.substances, known)
        if not entry.activities:
            yield wrong("activities", "exchange/activities-missing")
    elif isinstance(entry, Grant):
        yield from _paper(entry)
        yield from _substances((entry.substance,), known)
        yield from _amount(entry.amount, needed=False)
    else:
        yield from _country("country", entry.country, needed=True)
        yield from _substances((entry.substance,), known)
        yield from _amount(entry.amount, needed=True)
        if entry.year not in _YEARS:
            yield wrong("year", "exchange/not-a-year", year=entry.year)


def _operator(entry: Operator) -> Iterator[Problem]:
    yield from prose("name", entry.name, needed=True)
    yield from _country("country", entry.country)
    for at, number in enumerate(entry.business_numbers, 1):
        if not number_key(number):
            yield wrong(f"business number {at}", "exchange/number-missing")
    seen: set[str] = set()
    for at, site in enumerate(entry.sites, 1):
        yield from prose(f"site {at}, id", site.id, needed=True)
        yield from _country(f"site {at}, country", site.country)
        if site.id in seen:
            yield wrong(f"site {at}, id", "exchange/site-id-twice", id=site.id)
        seen.add(site.id)


def _paper(entry: Standing | Grant) -> Iterator[Problem]:
    if not number_key(entry.number):
        yield wrong("number", "exchange/licence-number-missing")
    yield from prose("operator", entry.operator, needed=True)
    yield from _country("issuer", entry.issuer, needed=True)
    if entry.until is not None and entry.until < entry.since:
        yield wrong("until", "exchange/end-before-start", end=entry.until, start=entry.since)
    for at, stop in enumerate(entry.stops, 1):
        yield from _stop(f"stop {at}", stop)


def _stop(at: str, stop: Stop) -> Iterator[Problem]:
    yield from prose(f"{at}, source", stop.source, needed=True)
    if stop.kind == "revoked" and stop.until is not None:
        yield wrong(f"{at}, until", "exchange/revocation-with-end")
    if stop.until is not None and stop.until < stop.since:
        yield wrong(f"{at}, until", "exchange/end-before-start", end=stop.until, start=stop.since)


def _substances(slugs: Iterable[str], known: frozenset[str]) -> Iterator[Problem]:
    named = list(slugs)
    if not named:
        yield wrong("substances", "exchange/substances-missing")
    for slug in named:
        if slug not in known:
            yield wrong("substance", "exchange/no-such-substance", slug=slug)


def _country(at: str, code: str, *, needed: bool = False) -> Iterator[Problem]:
    if (code or needed) and code not in country_codes():
        yield wrong(at, "exchange/not-a-country", country=code)


def _amount(amount: Amount, *, needed: bool) -> Iterator[Problem]:
    given = [value for each in MEASURES if (value := getattr(amount, each)) is not None]
    if len(given) > 1:
        yield wrong("amount", "exchange/amount-in-several-units")
    if needed and not given:
        yield wrong("amount", "exchange/amount-missing")
    if any(not 0 <= value <= LARGEST for value in given):
        yield wrong("amount", "exchange/amount-out-of-range")


def _between(register: Register) -> Iterator[Problem]:
    operators: dict[str, set[str]] = {}
    for each in register.entries:
        if isinstance(each, Operator):
            operators.setdefault(each.id, set()).update(site.id for site in each.sites)
    for entry in sorted(register.entries, key=lambda each: (each.id, each.version)):
        if isinstance(entry, Operator):
            continue
        if entry.operator not in operators and not (
            isinstance(entry, Requirement) and not entry.operator
        ):
            code = "exchange/no-such-operator"
            yield wrong(f"{entry.id}, operator", code, operator=entry.operator)
        if isinstance(entry, Requirement):
            continue
        for site in sorted(set(entry.sites) - operators.get(entry.operator, set())):
            at, code = f"{entry.id}, sites", "exchange/no-such-site"
            yield wrong(at, code, operator=entry.operator, site=site)
    yield from _numbers(register.entries)
    yield from _order(register.entries)


def _numbers(entries: Iterable[Entry]) -> Iterator[Problem]:
    """Yield the numbers shared by two entries of one kind and authority."""
    bearers: dict[tuple[type, str, str], set[str]] = {}
    for each in entries:
        if isinstance(each, Standing | Grant) and not blank(each.number):
            key = (type(each), each.issuer, number_key(each.number))
            bearers.setdefault(key, set()).add(each.id)
    for (_, issuer, number), ids in sorted(bearers.items(), key=lambda item: item[0][1:]):
        if len(ids) > 1:
            named = ", ".join(sorted(ids))
            yield wrong(named, "exchange/number-used-twice", number=number, issuer=issuer)


def _order(entries: Iterable[Entry]) -> Iterator[Problem]:
    rows: dict[tuple[str, str], list[Entry]] = {}
    for each in entries:
        rows.setdefault((type(each).__name__, each.id), []).append(each)
    for (_, name), row in sorted(rows.items()):
        row.sort(key=lambda each: each.version)
        for before, after in pairwise(row):
            if after.decided < before.decided:
                at, code = f"{name}, decided", "exchange/decided-before-last-version"
                yield wrong(at, code, version=after.version, last=before.version)
