"""One alert as the page shows it. Templates decide nothing, so all is decided here."""

from collections.abc import Iterable, Mapping

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
from tidewaiter.report.languages import words
from tidewaiter.report.learnedwords import LearnedView, learned_view
from tidewaiter.report.library import Citation, Library
from tidewaiter.report.lineview import FEW, MOST_KEPT, Detail, details_of, kept_of, role_in_words
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
    reasons: tuple[str, ...]
    downgraded: tuple[str, ...]


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
    duties: tuple[str, ...]  # what it demands there
    amounts: tuple[str, ...]  # its limits of amount and content, and what the line says to them


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
    supports: tuple[str, ...]
    against: tuple[str, ...]
    judged: str
    confidential: bool
    shared: str  # how many entries of the lists bear the name
    links: tuple[str, ...]  # by ownership and control
    share: str  # what the shares of blocked owners add up to; "": the list tells none
    notice: str  # what the licence of the list asks to be told
    source: Citation | None


class ReasonView(Record, frozen=True, kw_only=True):
    """A reason and its points."""

    rule: str
    text: str
    points: str
    against: bool
    source: Citation | None


class AlertView(Record, frozen=True, kw_only=True):
    """An alert as a card of the page."""

    number: int  # from 1, in order of work
    alert: Alert
    title: str  # with its listings in few words; `law` has them in full
    due: str
    late: bool
    fields: tuple[FieldView, ...]
    unplaced: tuple[str, ...]
    finds: tuple[FindView, ...]
    drawings: tuple[DrawingView, ...]
    law: tuple[LawView, ...]
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
    return AlertView(
        number=number,
        alert=alert,
        title=short_title(alert, library.regimes, _LISTINGS),
        due=days_in_words(alert.days_left),
        late=alert.days_left is not None and alert.days_left <= 0,
        fields=fields(alert),
        unplaced=tuple(_unplaced(alert))[:FEW],
        finds=tuple(_find(mention) for mention in alert.mentions[:FEW]),
        drawings=drawings(alert),
        law=tuple(_law(held, names, library, cited) for held in alert.law[:FEW]),
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
    place = place_in_words(mention.field, mention.start, mention.end)
    return FindView(
        name=mention.name,
        cas=mention.cas,
        text=mention.text,
        how=word(HOW, mention.how),
        place=place,
        tier=word(TIERS, mention.tier),
        score="" if mention.score == 1 else f"{mention.score:.2f}",
        reasons=mention.reasons[:FEW],
        downgraded=mention.downgraded[:FEW],
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
        route=route_in_words(held),
        duties=held.duties[:FEW],
        amounts=held.amounts[:FEW],
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
    return PartyView(
        role=role_in_words(match.role or "party"),
        name=match.name,
        listed_name=match.listed_name,
        name_kind=word(LISTED, match.name_kind),
        kind=word(LISTED, match.kind),
        list=match.list_name,
        entry=match.entry,
        action=f"{match.action}{outcome}",
        days=f"{since}; {version}",
        likeness=f"{match.probability:.2f}",
        supports=match.supports[:FEW],
        against=match.against[:FEW],
        judged=match.judged,
        confidential=match.confidential,
        shared=shared_in_words(match),
        links=tuple(map(link_in_words, match.links[:FEW])),
        share=match.blocked_share,
        notice=match.notice,
        source=cited.get(source_of(match)),
    )


def _reason(reason: Reason, library: Library, cited: Mapping[str, Citation]) -> ReasonView:
    return ReasonView(
        rule=library.rules.get(reason.rule, reason.rule),
        text=reason.text,
        points=f"{reason.points:+}".replace("-", "−"),
        against=reason.points < 0,
        source=cited.get(reason.source),
    )


def _sum_note(alert: Alert) -> str:
    """Say why the score is not the plain sum of the points; "": it is."""
    total = sum(reason.points for reason in alert.reasons)
    if total == alert.score:
        return ""
    if max(0, min(total, 100)) == alert.score:
        return f"The points add up to {total}; a score stays between 0 and 100."
    return f"The points add up to {total}, which is not the score: please report this."


def _unplaced(alert: Alert) -> Iterable[str]:
    for find in unplaced(alert):
        at = find.evidence
        place = place_in_words(at.field, at.start, at.end)
        yield f"{find.label}: “{at.text}” ({place})"


def _left_out(alert: Alert) -> str:
    counts = {"finds": alert.mentions, "holdings of law": alert.law, "reasons": alert.reasons}
    more = [f"{len(v) - FEW:,} more {k}" for k, v in counts.items() if len(v) > FEW]
    return f"Not shown here: {', '.join(more)}; the JSON lines hold them all." if more else ""
