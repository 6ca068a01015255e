"""One alert as the page shows it. Templates decide nothing, so all is decided here."""

from collections.abc import Iterable, Mapping
from itertools import islice

from markupsafe import Markup

from tidewaiter.base.records import Record
from tidewaiter.consignments.citing import source_of
from tidewaiter.consignments.links import link_in_words
from tidewaiter.consignments.types import (
    Alert,
    Holding,
    Kept,
    Mention,
    PartyMatch,
    Reason,
)
from tidewaiter.report.drawings import DrawingView, drawings
from tidewaiter.report.finds import FieldView, fields, unplaced
from tidewaiter.report.languages import counted, words
from tidewaiter.report.languages import number as number_in_words
from tidewaiter.report.learnedwords import LearnedView, learned_view
from tidewaiter.report.library import Citation, Library
from tidewaiter.report.lineview import FEW, MOST_KEPT, Detail, details_of, kept_of, role_in_words
from tidewaiter.report.reasonwords import markup, part_told, plain, reason_told, title_told
from tidewaiter.report.routes import route_in_words
from tidewaiter.report.titles import short_title
from tidewaiter.report.words import (
    HOW,
    LISTED,
    MARKS,
    TIERS,
    days_in_words,
    place_in_words,
    shared_in_words,
    word,
)

_LISTINGS = 3  # named in a title


class FindView(Record, frozen=True, kw_only=True):
    """A substance that the line names, and how it was found, in words."""

    name: str
    cas: str | None
    text: str
    how: str
    place: str
    tier: str
    score: str  # "": exactly the same
    reasons: tuple[Markup, ...]
    downgraded: tuple[Markup, ...]


class LawView(Record, frozen=True, kw_only=True):
    """The law on a substance on the day."""

    substance: str
    regime: str
    schedule: str
    since: str
    scope: str
    mark: str
    mark_words: str
    source: Citation | None
    route: str  # what it is on the route of the line; "": the route does not meet it
    duties: tuple[Markup, ...]  # what it demands there
    amounts: tuple[Markup, ...]  # its limits of amount and content, and what the line says to them


class PartyView(Record, frozen=True, kw_only=True):
    """A listed party that one of the line resembles."""

    role: str
    name: str
    listed_name: str
    name_kind: str
    kind: str
    list: str
    entry: str
    action: str  # with the outcome of a charge
    days: str  # since when it is listed, and what version of the list says so
    likeness: str
    supports: tuple[Markup, ...]
    against: tuple[Markup, ...]
    judged: str
    confidential: bool
    shared: str  # how many entries of the lists bear the name
    links: tuple[Markup, ...]  # by ownership and control
    share: str  # what the shares of blocked owners add up to; "": the list tells none
    notice: str  # what the licence of the list asks to be told
    source: Citation | None


class ReasonView(Record, frozen=True, kw_only=True):
    """A reason and its points."""

    rule: str
    text: Markup
    points: str
    against: bool
    source: Citation | None


class AlertView(Record, frozen=True, kw_only=True):
    """An alert as a card of the page."""

    number: int  # from 1, in order of work
    alert: Alert
    title: str  # with its listings in few words; `law` has them in full
    heading: Markup  # the same; what is English still is marked
    due: str
    late: bool
    fields: tuple[FieldView, ...]
    unplaced: tuple[str, ...]
    finds: tuple[FindView, ...]
    drawings: tuple[DrawingView, ...]
    law: tuple[LawView, ...]
    law_open: tuple[Markup, ...]  # laws on the route that could not be assessed
    parties: tuple[PartyView, ...]
    reasons: tuple[ReasonView, ...]
    sum_note: str  # where the points do not simply add up to the score
    learned: LearnedView | None  # what decisions taught; None: no ranker saw it
    details: tuple[Detail, ...]
    kept: tuple[Kept, ...]  # of the line's document: what has no field of ours
    kept_more: int  # that are not shown
    left_out: str  # what a hostile line has too much of


def alert_view(
    number: int, alert: Alert, library: Library, cited: Mapping[str, Citation]
) -> AlertView:
    """Return an alert as a card.

    Args:
        number: Of the card, from 1.
        alert: The alert.
        library: What to print for slugs.
        cited: The entry of each source in the list at the end of the page.
    """
    names = {**library.substances, **{m.substance: m.name for m in alert.mentions}}
    titled = title_told(short_title(alert, library.regimes, _LISTINGS))
    return AlertView(
        number=number,
        alert=alert,
        title=plain(titled),
        heading=markup(titled),
        due=days_in_words(alert.days_left),
        late=alert.days_left is not None and alert.days_left <= 0,
        fields=fields(alert),
        unplaced=tuple(_unplaced(alert))[:FEW],
        finds=tuple(_find(mention) for mention in alert.mentions[:FEW]),
        drawings=drawings(alert),
        law=tuple(_law(held, names, library, cited) for held in alert.law[:FEW]),
        law_open=_parts("open", alert.law_open),
        parties=tuple(_party_match(match, cited) for match in alert.parties[:FEW]),
        reasons=tuple(_reason(reason, library, cited) for reason in alert.reasons[:FEW]),
        sum_note=_sum_note(alert),
        learned=learned_view(alert.learned, alert.score, library) if alert.learned else None,
        details=tuple(details_of(alert.line)),
        kept=kept_of(alert.line),
        kept_more=max(0, len(alert.line.other or ()) - MOST_KEPT),
        left_out=_left_out(alert),
    )


def _find(mention: Mention) -> FindView:
    place = place_in_words(mention.field, mention.start, mention.end, mention.column or "")
    return FindView(
        name=mention.name,
        cas=mention.cas,
        text=mention.text,
        how=word(HOW, mention.how),
        place=place,
        tier=word(TIERS, mention.tier),
        score="" if mention.score == 1 else f"{mention.score:.2f}",
        reasons=_parts("found", mention.reasons),
        downgraded=_parts("against", mention.downgraded),
    )


def _law(
    held: Holding, names: Mapping[str, str], library: Library, cited: Mapping[str, Citation]
) -> LawView:
    regime = library.regimes.get(held.regime)
    return LawView(
        substance=names.get(held.substance, held.substance),
        regime=regime.name if regime else held.regime,
        schedule=held.schedule,
        since=held.since.isoformat() if held.since else words("not known; taken as in force"),
        scope=held.scope,
        mark=held.mark,
        mark_words=word(MARKS, held.mark),
        source=cited.get(held.source),
        route=plain(part_told("met", route_in_words(held))),
        duties=_parts("demanded", held.duties),
        amounts=_parts("checks", held.amounts),
    )


def _party_match(match: PartyMatch, cited: Mapping[str, Citation]) -> PartyView:
    since = (
        words("listed since {day}").format(day=match.listed)
        if match.listed
        else words("listed since a day not given")
    )
    version = (
        words("list of {day}").format(day=match.list_day)
        if match.list_day
        else words("list without a day of its own")
    )
    ended = f" on {match.outcome_day}" if match.outcome_day else ""
    outcome = f"; charge: {match.outcome}{ended}" if match.outcome else ""
    done = part_told("done", f"{match.action}{outcome}")
    return PartyView(
        role=role_in_words(match.role or "party"),
        name=match.name,
        listed_name=match.listed_name,
        name_kind=word(LISTED, match.name_kind),
        kind=word(LISTED, match.kind),
        list=match.list_name,
        entry=match.entry,
        action=plain(done),
        days=f"{since}; {version}",
        likeness=f"{match.probability:.2f}",
        supports=_parts("support", match.supports),
        against=_parts("support", match.against),
        judged=match.judged,
        confidential=match.confidential,
        shared=shared_in_words(match),
        links=_parts("link", map(link_in_words, match.links[:FEW])),
        share=match.blocked_share,
        notice=match.notice,
        source=cited.get(source_of(match)),
    )


def _reason(reason: Reason, library: Library, cited: Mapping[str, Citation]) -> ReasonView:
    return ReasonView(
        rule=words(library.rules.get(reason.rule, reason.rule)),
        text=markup(reason_told(reason.rule, reason.text)),
        points=f"{reason.points:+}".replace("-", "−"),
        against=reason.points < 0,
        source=cited.get(reason.source),
    )


def _parts(kind: str, texts: Iterable[str]) -> tuple[Markup, ...]:
    return tuple(markup(part_told(kind, text)) for text in islice(texts, FEW))


def _sum_note(alert: Alert) -> str:
    """Say why the score is not the plain sum of the points; "": it is."""
    total = sum(reason.points for reason in alert.reasons)
    if total == alert.score:
        return ""
    if max(0, min(total, 100)) == alert.score:
        said = words("The points add up to {total}; a score stays between 0 and 100.")
    else:
        said = words("The points add up to {total}, which is not the score: please report this.")
    return said.format(total=total)


def _unplaced(alert: Alert) -> Iterable[str]:
    for find in unplaced(alert):
        at = find.evidence
        place = place_in_words(at.field, at.start, at.end)
        yield f"{find.label}: “{at.text}” ({place})"


def _left_out(alert: Alert) -> str:
    left = [max(0, len(some) - FEW) for some in (alert.mentions, alert.law, alert.reasons)]
    told = (
        counted("{count} more find", "{count} more finds", left[0]),
        counted("{count} more holding of law", "{count} more holdings of law", left[1]),
        counted("{count} more reason", "{count} more reasons", left[2]),
    )
    more = [
        text.format(count=number_in_words(count))
        for text, count in zip(told, left, strict=True)
        if count
    ]
    said = words("Not shown here: {more}; the JSON lines hold them all.")
    return said.format(more=", ".join(more)) if more else ""
