"""One regime's answer as a sheet shows it. Templates decide nothing, so all is decided here."""

from collections.abc import Iterable, Iterator, Mapping

from tidewaiter.base.records import Record
from tidewaiter.report.library import Citation
from tidewaiter.report.rulings import check_in_words
from tidewaiter.report.words import DOUBTS, day_in_words, duty_in_words, roles_in_words
from tidewaiter.substances.classes import ClassRule
from tidewaiter.substances.listings import doubts_of
from tidewaiter.substances.rulings import Listing, Ruling
from tidewaiter.substances.types import Regime

_CLASS = "class "
_EVALUATED = " evaluated"


class Note(Record, frozen=True, kw_only=True):
    """A rule that bears on an answer, with its source."""

    text: str
    source: Citation | None


class ListingView(Record, frozen=True, kw_only=True):
    """A listing or a class rule, and how it stands on the day."""

    state: str
    title: str
    instrument: str  # "": it stands under the regime's name
    clauses: tuple[str, ...]
    scope: str
    days: str
    doubts: tuple[str, ...]  # what of it was not read in an official text, in plain words
    source: Citation | None


class RulingView(Record, frozen=True, kw_only=True):
    """The answer of one regime."""

    law: str
    jurisdiction: str
    role: str  # what the consignment is to it; "": no route is given
    answer: str
    kind: str  # the answer as a class of the style sheet
    as_of: str  # day to which "not listed" is known, where that is before the day; "": it is not
    reason: str  # "": the listings tell it
    listings: tuple[ListingView, ...]
    notes: tuple[Note, ...]
    doubts: tuple[str, ...]
    coverage: str
    classes: tuple[str, ...]  # names of the class rules that were evaluated
    source: Citation | None


def ruling_view(
    ruling: Ruling,
    cited: Mapping[str, Citation],
    regimes: Mapping[str, Regime],
    rules: Mapping[str, ClassRule],
) -> RulingView:
    """Return an answer for the page.

    Args:
        ruling: The answer.
        cited: The number of each source.
        regimes: The registry's, by slug.
        rules: Class rules by slug.
    """
    regime = regimes.get(ruling.regime)
    known = set(doubts_of((*ruling.held, *ruling.proposed)))
    return RulingView(
        law=regime.name if regime else f"law of {ruling.jurisdiction}",
        jurisdiction=ruling.jurisdiction,
        role=roles_in_words(ruling.roles),
        answer=ruling.answer,
        kind=ruling.answer.replace(" ", "-"),
        as_of=f"{ruling.as_of}" if ruling.age_days and ruling.answer == "not listed" else "",
        reason=_reason(ruling, rules),
        listings=tuple(_listings(ruling, cited, rules)),
        notes=tuple(_notes(ruling, cited)),
        doubts=tuple(each for each in ruling.doubts if each not in known),
        coverage=_coverage(ruling),
        classes=tuple(_evaluated(ruling, rules)),
        source=cited.get(regime.source) if regime else None,
    )


def sources_of(rulings: Iterable[Ruling], regimes: Mapping[str, Regime]) -> Iterator[str]:
    """Yield the sources that answers rest on, in the order in which a page names them."""
    for ruling in rulings:
        if ruling.regime in regimes:
            yield regimes[ruling.regime].source
        for each in (*ruling.held, *ruling.proposed, *ruling.later, *ruling.ended):
            yield each.source
        yield from (each.source for each in ruling.duties)
        yield from (each.source for each in ruling.checks)
        yield from (each.source for each in ruling.remarks)


def _reason(ruling: Ruling, rules: Mapping[str, ClassRule]) -> str:
    """Say why, where neither a listing nor a rule below tells it; a class by its name."""
    told = {remark.text for remark in ruling.remarks}
    if ruling.answer == "controlled" or ruling.reason in told:
        return ""
    slug, sign, why = ruling.reason.partition(": ")
    return f"{rules[slug].name}: {why}" if sign and slug in rules else ruling.reason


def _listings(
    ruling: Ruling, cited: Mapping[str, Citation], rules: Mapping[str, ClassRule]
) -> Iterator[ListingView]:
    """Yield what is in force, what is published, what came later and what is over."""
    for each in ruling.held:
        yield _listing("In force", each, cited, rules)
    for each in ruling.proposed:
        yield _listing("Published, not in force on that day", each, cited, rules)
    for each in ruling.later:
        yield _listing("After that day", each, cited, rules)
    for each in ruling.ended:
        yield _listing(f"Ended on {each.until}", each, cited, rules)


def _listing(
    state: str, listing: Listing, cited: Mapping[str, Citation], rules: Mapping[str, ClassRule]
) -> ListingView:
    rule = rule_of(listing, rules)
    scope = rule.scope if rule else listing.scope
    return ListingView(
        state=state,
        title=f"{rule.schedule}, class: {rule.name}" if rule else listing.schedule,
        instrument=rule.instrument if rule else "",
        clauses=tuple(map(_clause, listing.clauses)),
        scope=scope,
        days=_days(listing),
        doubts=tuple(_doubts(listing, of_class=rule is not None)),
        source=cited.get(listing.source),
    )


def rule_of(listing: Listing, rules: Mapping[str, ClassRule]) -> ClassRule | None:
    """Return the class rule that a listing is; None: it is a listing by name."""
    slug = listing.schedule.removeprefix(_CLASS)
    return rules.get(slug) if listing.schedule.startswith(_CLASS) else None


def _clause(text: str) -> str:
    """Leave out the sign of a clause where its words begin with it."""
    sign, _, words = text.partition(" ")
    return words if words.startswith(sign) else text


def _days(listing: Listing) -> str:
    decided = f", decided {listing.decided}" if listing.decided else ""
    until = f", until {listing.until} (first day out of force)" if listing.until else ""
    return f"{day_in_words(listing.since)}{decided}{until}"


def _doubts(listing: Listing, *, of_class: bool) -> Iterator[str]:
    """Say in plain words what of a listing was not read in an official text."""
    what = "wording of this class" if of_class else "listing"
    no_day = listing.since is None and listing.decided is None
    if listing.mark == listing.dates != "read" and not no_day:
        yield f"The {what}, and its day, {DOUBTS[listing.mark]}."
    else:
        if listing.mark != "read":
            yield f"The {what} {DOUBTS[listing.mark]}."
        if listing.dates != "read" and not no_day:
            yield f"Its day {DOUBTS[listing.dates]}."
    if no_day:
        yield "Its first day is not known; it is taken as in force."
    if of_class and listing.scope:
        yield f"Of its text: {listing.scope}."


def _notes(ruling: Ruling, cited: Mapping[str, Citation]) -> Iterator[Note]:
    """Yield what is demanded, the limits, and rules on routes and forms of goods."""
    for duty in ruling.duties:
        text = f"Demands {duty_in_words(duty)} ({duty.clause})"
        yield Note(text=_marked(text, duty.mark), source=cited.get(duty.source))
    for check in ruling.checks:
        text = f"Limit: {check_in_words(check)}"
        yield Note(text=_marked(text, check.mark), source=cited.get(check.source))
    for remark in ruling.remarks:
        text = f"{remark.text} ({remark.clause})"
        yield Note(text=_marked(text, remark.mark), source=cited.get(remark.source))


def _marked(text: str, mark: str) -> str:
    return text if mark == "read" else f"{text}. This {DOUBTS[mark]}"


def _coverage(ruling: Ruling) -> str:
    """Say of which days our copy of the lists is whole."""
    first, last = ruling.covered
    if last is None:
        return ""
    whole = f"whole from {first}" if first else "how far back it is whole is not known"
    return f"Our copy: {whole}, compared on {last}"


def _evaluated(ruling: Ruling, rules: Mapping[str, ClassRule]) -> Iterator[str]:
    for each in ruling.versions:
        before, sign, slug = each.removesuffix(_EVALUATED).partition(f": {_CLASS}")
        if sign and before == ruling.regime:
            yield rules[slug].name if slug in rules else slug
