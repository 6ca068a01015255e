"""The answer of each legal instrument on a substance, formatted for a sheet or page.

Texts are in the current language; those of the registry stay as they are.
"""

from collections.abc import Iterable, Iterator, Mapping

from tidewaiter.base.phrases import Phrase, capitalised
from tidewaiter.base.records import Record
from tidewaiter.explain.languages import country, words
from tidewaiter.explain.phrases import say
from tidewaiter.explain.words import (
    MARKS,
    Citation,
    duty_in_words,
    roles_in_words,
    since_in_words,
    word,
)
from tidewaiter.law.answers import Listing, Ruling
from tidewaiter.law.classes import ClassRule
from tidewaiter.law.controls import doubts_of
from tidewaiter.law.types import Mark, Regime
from tidewaiter.report.law.answers import check_in_words

_CLASS = "class "
_EVALUATED = " evaluated"


class Note(Record, frozen=True, kw_only=True):
    """A rule that affects an answer, with its source."""

    text: str
    source: Citation | None


class ListingView(Record, frozen=True, kw_only=True):
    """A control or class rule, and its status on the day."""

    state: str
    title: str
    instrument: str  # "": shown with the name of the instrument
    clauses: tuple[str, ...]
    scope: str
    days: str
    doubts: tuple[str, ...]  # parts that were not read in an official text, in words
    source: Citation | None


class RulingView(Record, frozen=True, kw_only=True):
    """The answer of one legal instrument."""

    law: str
    jurisdiction: str
    role: str  # role of the consignment; "": no route given
    answer: str
    kind: str  # the answer as a CSS class
    as_of: str  # day to which "not listed" is known, if before the requested day; "": not before
    reason: str  # "": the controls state it
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
    """Format an answer for the page.

    Args:
        ruling: The answer.
        cited: Number of each source.
        regimes: Legal instruments in the registry, by slug.
        rules: Class rules by slug.
    """
    regime = regimes.get(ruling.regime)
    known = set(doubts_of((*ruling.held, *ruling.proposed)))
    return RulingView(
        law=law_in_words(ruling, regimes),
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
    """Yield the sources that answers are based on, in the order in which a page cites them."""
    for ruling in rulings:
        if ruling.regime in regimes:
            yield regimes[ruling.regime].source
        for each in (*ruling.held, *ruling.proposed, *ruling.later, *ruling.ended):
            yield each.source
        yield from (each.source for each in ruling.duties)
        yield from (each.source for each in ruling.checks)
        yield from (each.source for each in ruling.remarks)


def _reason(ruling: Ruling, rules: Mapping[str, ClassRule]) -> str:
    """Return the reason, if no control or rule below states it; classes are given by name."""
    told, reason = {remark.text for remark in ruling.remarks}, ruling.reason
    if ruling.answer == "controlled" or say(reason) in told:
        return ""
    rule = rules.get(str(reason.parameters.get("rule")))
    if reason.code == "gap/class" and rule is not None:
        reason = Phrase(reason.code, **{**reason.parameters, "rule": rule.name})
    return say(reason)


def law_in_words(ruling: Ruling, regimes: Mapping[str, Regime]) -> str:
    """Name the instrument of an answer; where none is loaded, the country."""
    regime = regimes.get(ruling.regime)
    place = country(ruling.jurisdiction)
    return regime.name if regime else words("law of {country}").format(country=place)


def _listings(
    ruling: Ruling, cited: Mapping[str, Citation], rules: Mapping[str, ClassRule]
) -> Iterator[ListingView]:
    """Yield controls in force, published, later and ended."""
    for each in ruling.held:
        yield _listing(words("In force"), each, cited, rules)
    for each in ruling.proposed:
        yield _listing(words("Published, not in force on that date"), each, cited, rules)
    for each in ruling.later:
        yield _listing(words("After that date"), each, cited, rules)
    for each in ruling.ended:
        yield _listing(words("Ended on {day}").format(day=each.until), each, cited, rules)


def _listing(
    state: str, listing: Listing, cited: Mapping[str, Citation], rules: Mapping[str, ClassRule]
) -> ListingView:
    rule = rule_of(listing, rules)
    scope = rule.scope if rule else listing.scope
    title = listing.schedule
    if rule:
        named = words("{schedule}, class rule: {name}")
        title = named.format(schedule=rule.schedule, name=rule.name)
    return ListingView(
        state=state,
        title=title,
        instrument=rule.instrument if rule else "",
        clauses=tuple(map(_clause, listing.clauses)),
        scope=scope,
        days=_days(listing),
        doubts=tuple(_doubts(listing, of_class=rule is not None)),
        source=cited.get(listing.source),
    )


def rule_of(listing: Listing, rules: Mapping[str, ClassRule]) -> ClassRule | None:
    """Return the class rule of a control; None: a control by name."""
    slug = listing.schedule.removeprefix(_CLASS)
    return rules.get(slug) if listing.schedule.startswith(_CLASS) else None


def _clause(text: str) -> str:
    """Remove the clause number if the wording starts with it."""
    sign, _, words = text.partition(" ")
    return words if words.startswith(sign) else text


def _days(listing: Listing) -> str:
    told = [since_in_words(listing.since)]
    if listing.decided:
        told.append(words("adopted on {day}").format(day=listing.decided))
    if listing.until:
        until = words("until {day} (first day no longer in force)")
        told.append(until.format(day=listing.until))
    return words(", ").join(told)


def _doubts(listing: Listing, *, of_class: bool) -> Iterator[str]:
    """Describe which parts of a control were not read in an official text."""
    no_day = listing.since is None and listing.decided is None
    dated = not no_day and listing.dates != "read"
    both = dated and listing.mark == listing.dates
    if both:
        what = words("Class rule and dates") if of_class else words("Control and dates")
        yield _doubt(what, listing.mark)
    elif listing.mark != "read":
        yield _doubt(words("Class rule") if of_class else words("Control"), listing.mark)
    if dated and not both:
        yield _doubt(words("Dates"), listing.dates)
    if no_day:
        yield words("Date of entry into force unknown; treated as in force.")
    if of_class and listing.scope:
        yield words("Extract from its text: {text}.").format(text=listing.scope)


def _doubt(what: str, mark: Mark) -> str:
    return words("{what}: {verification}.").format(what=what, verification=word(MARKS, mark))


def _notes(ruling: Ruling, cited: Mapping[str, Citation]) -> Iterator[Note]:
    """Yield obligations, thresholds, and rules on routes and forms of goods."""
    for duty in ruling.duties:
        told = words("Requirement: {duty} ({clause})")
        text = told.format(duty=duty_in_words(duty), clause=duty.clause)
        yield Note(text=_marked(text, duty.mark), source=cited.get(duty.source))
    for check in ruling.checks:
        text = words("Threshold: {limit}").format(limit=check_in_words(check))
        yield Note(text=_marked(text, check.mark), source=cited.get(check.source))
    for remark in ruling.remarks:
        text = f"{remark.text} ({remark.clause})"
        yield Note(text=_marked(text, remark.mark), source=cited.get(remark.source))


def _marked(text: str, mark: str) -> str:
    return text if mark == "read" else f"{text}. {capitalised(word(MARKS, mark))}"


def _coverage(ruling: Ruling) -> str:
    """Return the date from which our copy of the instrument is complete."""
    first, last = ruling.covered
    if last is None:
        return ""
    if first is None:
        said = words("Our copy: start of complete coverage unknown, last checked on {last}")
    else:
        said = words("Our copy: complete from {first}, last checked on {last}")
    return said.format(first=first, last=last)


def _evaluated(ruling: Ruling, rules: Mapping[str, ClassRule]) -> Iterator[str]:
    for each in ruling.versions:
        before, sign, slug = each.removesuffix(_EVALUATED).partition(f": {_CLASS}")
        if sign and before == ruling.regime:
            yield rules[slug].name if slug in rules else slug
