"""Words for entries of the register: kinds, states, what they say, and their figures."""

from collections.abc import Iterator, Mapping

from tidewaiter.base.records import Record
from tidewaiter.exchange.notices.amounts import in_words, measured
from tidewaiter.exchange.notices.types import Amount
from tidewaiter.exchange.register.looking import EntryKind, State
from tidewaiter.exchange.register.types import (
    Activity,
    Direction,
    Entry,
    Operator,
    Requirement,
    Standing,
    StandingKind,
    Stop,
)
from tidewaiter.report.languages import country, day, words
from tidewaiter.report.languages import marked as _
from tidewaiter.store.register import ERASED
from tidewaiter.substances.registry import Registry
from tidewaiter.web.noticewords import called
from tidewaiter.web.registerpages import Balance

KINDS: Mapping[EntryKind, str] = {
    "operator": _("Operators"),
    "standing": _("Licences and registrations"),
    "grant": _("Permits and authorisations"),
    "requirement": _("Annual requirements"),
}
STATES: Mapping[State, str] = {
    "valid": _("valid"),
    "suspended": _("suspended"),
    "not yet valid": _("not yet valid"),
    "expired": _("expired"),
    "revoked": _("revoked"),
}
_STANDINGS: Mapping[StandingKind, str] = {
    "licence": _("licence"),
    "registration": _("registration"),
}
_ACTIVITIES: Mapping[Activity, str] = {
    "manufacture": _("manufacture"),
    "import": _("import"),
    "export": _("export"),
    "distribution": _("distribution"),
    "storage": _("storage"),
    "use": _("use"),
}
DIRECTIONS: Mapping[Direction, str] = {"import": _("import"), "export": _("export")}
_STOPS = {"suspended": _("suspended from {day}"), "revoked": _("revoked from {day}")}


class Figure(Record, frozen=True, kw_only=True):
    """One figure of an account."""

    label: str
    amount: str
    bad: bool = False


def kind_of_entry(entry: Entry) -> str:
    """Say what an entry is."""
    if isinstance(entry, Operator):
        return words("operator")
    if isinstance(entry, Requirement):
        return words("annual requirement")
    if isinstance(entry, Standing):
        return words(_STANDINGS[entry.kind])
    return called("permit", entry.kind)


def name_of(entry: Entry) -> str:
    """Return by what an entry is known: its number, its year, or what an operator is called."""
    if isinstance(entry, Operator):
        return words("erased") if entry.name == ERASED else entry.name
    return str(entry.year) if isinstance(entry, Requirement) else entry.number


def what_of(entry: Entry, registry: Registry) -> str:
    """Return the substances of an entry, or the business numbers of an operator."""
    if isinstance(entry, Operator):
        return ", ".join(entry.business_numbers)
    if isinstance(entry, Standing):
        return ", ".join(substance(each, registry) for each in entry.substances)
    return substance(entry.substance, registry)


def substance(slug: str, registry: Registry) -> str:
    """Return the name of a substance; one that the registry has no more stays its slug."""
    return next((each.name for each in registry.substances if each.slug == slug), slug)


def figures(balance: Balance, state: State | None) -> Iterator[Figure]:
    """Say an account; of a paper that does not hold nothing is free."""
    if measured(balance.granted) is None:
        return
    yield Figure(label=words("granted"), amount=in_words(balance.granted))
    yield Figure(label=words("used"), amount=in_words(balance.used))
    if _some(balance.promised):
        yield Figure(label=words("promised"), amount=in_words(balance.promised))
    if _some(balance.exceeded):
        yield Figure(label=words("too much"), amount=in_words(balance.exceeded), bad=True)
    elif state == "valid":
        yield Figure(label=words("free"), amount=in_words(balance.free))


def facts(entry: Entry, registry: Registry) -> Iterator[tuple[str, str]]:
    """Return what an entry says, label and value; what it does not say is left out."""
    told = (*_of_kind(entry, registry), (words("Source"), entry.source))
    yield from ((label, value) for label, value in told if value)


def _of_kind(entry: Entry, registry: Registry) -> Iterator[tuple[str, str]]:
    if isinstance(entry, Operator):
        yield words("Other names"), "; ".join(entry.other_names)
        yield words("Business numbers"), ", ".join(entry.business_numbers)
        yield words("Address"), entry.address
        yield words("Country"), country(entry.country) if entry.country else ""
        yield words("Sites"), "; ".join(f"{each.id} {each.name}".strip() for each in entry.sites)
        return
    yield words("Substance"), what_of(entry, registry)
    if isinstance(entry, Requirement):
        yield words("Country"), country(entry.country)
        yield words("Year"), str(entry.year)
        yield words("Amount"), amount(entry.amount)
        return
    yield words("Issued by"), country(entry.issuer)
    if isinstance(entry, Standing):
        yield words("Activities"), ", ".join(words(_ACTIVITIES[each]) for each in entry.activities)
    else:
        yield words("Amount"), amount(entry.amount)
        counts = (
            words("the goods as they are")
            if entry.counts == "goods"
            else words("the substance in them")
        )
        yield words("Counted"), counts
    yield words("Sites"), ", ".join(entry.sites)
    yield words("Valid from"), day(entry.since)
    yield words("Last day"), day(entry.until) if entry.until else words("open")
    yield words("Stopped"), "; ".join(map(_stop, entry.stops))


def _stop(stop: Stop) -> str:
    text = words(_STOPS[stop.kind]).format(day=day(stop.since))
    if stop.until:
        text = f"{text} – {day(stop.until)}"
    why = ", ".join(filter(None, (stop.reason, stop.source)))
    return f"{text} ({why})" if why else text


def amount(told: Amount) -> str:
    """Say an amount; "": there is none."""
    return in_words(told) if measured(told) else ""


def _some(amount: Amount) -> bool:
    found = measured(amount)
    return found is not None and found.value > 0
