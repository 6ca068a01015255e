"""One alert formatted for a page, with drawings of the structures that matched."""

from base64 import b64encode
from collections import defaultdict
from collections.abc import Iterable, Mapping
from functools import lru_cache
from itertools import islice

from markupsafe import Markup

from tidewaiter.base.phrases import Phrase
from tidewaiter.base.records import Record
from tidewaiter.explain.alerts import (
    FieldView,
    fields,
    short_title,
    unplaced,
)
from tidewaiter.explain.languages import counted, words
from tidewaiter.explain.languages import number as number_in_words
from tidewaiter.explain.lines import (
    FEW,
    MOST_KEPT,
    Detail,
    details_of,
    kept_of,
    met,
    role_in_words,
)
from tidewaiter.explain.matches import done_phrase
from tidewaiter.explain.official_names import instrument_name, schedule_name, substance_name
from tidewaiter.explain.phrases import markup, on_page, plain, say, translated
from tidewaiter.explain.ranking import LearnedView, learned_view
from tidewaiter.explain.sentences import AlertSentence, alert_sentence
from tidewaiter.explain.words import (
    HOW,
    LISTED,
    MARKS,
    TIERS,
    Citation,
    Library,
    days_in_words,
    place_in_words,
    shared_in_words,
    word,
)
from tidewaiter.parties.ownership.phrases import holding_phrase
from tidewaiter.report.law.short_answer import ShortAnswer, short_of_alert
from tidewaiter.trade.party_matches import link_phrase, source_of
from tidewaiter.trade.types import Alert, Holding, Kept, Mention, PartyMatch, Reason

_MOST = 4  # maximum number of drawings per alert
_KEPT = 1_000
_WIDTH, _HEIGHT = 300, 200  # px


class DrawingView(Record, frozen=True, kw_only=True):
    """A drawing of a structure."""

    source: Markup  # data URL of an SVG image
    label: str  # text alternative for screen readers
    caption: str


def drawings(alert: Alert) -> tuple[DrawingView, ...]:
    """Draw each structure in an alert's line, once for each set of marked atoms."""
    held: dict[tuple[str, tuple[int, ...]], list[str]] = defaultdict(list)
    for mention in alert.mentions:
        if mention.structure and not mention.downgraded:
            held[mention.structure, mention.atoms].append(mention.name)
    views = []
    for (smiles, atoms), names in list(held.items())[:_MOST]:
        svg = _draw(smiles, atoms)
        if svg:
            names_told = ", ".join(dict.fromkeys(names))
            caption = (
                words("{names}: the highlighted atoms are those that it is controlled by")
                if atoms
                else "{names}"
            )
            code = b64encode(svg.encode()).decode()
            views.append(
                DrawingView(
                    source=Markup(f"data:image/svg+xml;base64,{code}"),  # noqa: S704 - ours
                    label=words("Structure {smiles}").format(smiles=smiles),
                    caption=caption.format(names=names_told),
                )
            )
    return tuple(views)


@lru_cache(_KEPT)
def _draw(smiles: str, atoms: tuple[int, ...]) -> str:
    """Return a drawing; "" if it fails, because the SMILES is also shown as text."""
    # Imported here so that a report without structures does not load RDKit.
    from tidewaiter.law.structure import StructureError, draw_svg, parse_structure  # noqa: PLC0415

    try:
        structure = parse_structure(smiles, "smiles")
        return draw_svg(structure, atoms, width=_WIDTH, height=_HEIGHT)
    except StructureError:
        return ""


_LISTINGS = 3  # maximum number of controls in a title


class FindView(Record, frozen=True, kw_only=True):
    """A substance named in the line and how it was found, formatted for display."""

    name: str
    cas: str | None
    text: str
    how: str
    place: str
    tier: str
    score: str  # "": exact match
    reasons: tuple[Markup, ...]
    downgraded: tuple[Markup, ...]


class LawView(Record, frozen=True, kw_only=True):
    """Legal status of a substance on the day."""

    substance: str
    regime: str
    schedule: str
    since: str
    scope: str
    mark: str
    mark_words: str
    source: Citation | None
    route: str  # role of the line's route; "": the route is outside its jurisdiction
    duties: tuple[Markup, ...]  # obligations on this route
    amounts: tuple[Markup, ...]  # limits of amount and content, checked against the line


class PartyView(Record, frozen=True, kw_only=True):
    """A match of a party of the line with a listed party."""

    role: str
    name: str
    listed_name: str
    name_kind: str
    kind: str
    list: str
    entry: str
    action: str  # with the outcome of a charge
    days: str  # day of listing, and the list version that states it
    likeness: str
    supports: tuple[Markup, ...]
    against: tuple[Markup, ...]
    judged: str
    confidential: bool
    shared: str  # number of list entries with this name
    links: tuple[Markup, ...]  # links by ownership and control
    share: str  # total share of blocked owners; "": not in the list
    holdings: tuple[Markup, ...]  # statements of ownership and control, with source
    slug: str  # of the list
    notice: str  # attribution required by the list's licence
    source: Citation | None


class ReasonView(Record, frozen=True, kw_only=True):
    """A reason and its points."""

    rule: str
    text: Markup
    points: str
    against: bool
    source: Citation | None


_CODES = frozenset({"hs", "cas", "un", "cus"})


class AlertView(Record, frozen=True, kw_only=True):
    """An alert, formatted as a card."""

    number: int  # from 1, by priority
    alert: Alert
    title: str  # with abbreviated controls; `law` has them in full
    heading: Markup  # the title, with untranslated English tagged
    sentence: AlertSentence
    due: str
    late: bool
    fields: tuple[FieldView, ...]
    unplaced: tuple[str, ...]
    finds: tuple[FindView, ...]
    drawings: tuple[DrawingView, ...]
    law: tuple[LawView, ...]
    law_short: ShortAnswer  # the law in few lines
    law_open: tuple[Markup, ...]  # laws on the route that are not assessable
    parties: tuple[PartyView, ...]
    reasons: tuple[ReasonView, ...]
    sum_note: str  # why the score differs from the sum of the points; "": it does not
    learned: LearnedView | None  # contribution of past decisions; None: not ranked
    details: tuple[Detail, ...]
    kept: tuple[Kept, ...]  # unmapped fields of the line's document
    kept_more: int  # number of further unmapped fields
    left_out: str  # note on content omitted because a hostile line has too much of it

    @property
    def texts(self) -> tuple[FieldView, ...]:
        """The fields in words."""
        return tuple(field for field in self.fields if field.name not in _CODES)

    @property
    def codes(self) -> tuple[FieldView, ...]:
        """The fields that hold a code."""
        return tuple(field for field in self.fields if field.name in _CODES)

    @property
    def law_here(self) -> tuple[LawView, ...]:
        """The law of the countries on the route."""
        return tuple(held for held in self.law if held.route)

    @property
    def law_elsewhere(self) -> tuple[LawView, ...]:
        """The law of other countries, and conventions that say nothing of the route."""
        return tuple(held for held in self.law if not held.route)


def alert_view(
    number: int, alert: Alert, library: Library, cited: Mapping[str, Citation]
) -> AlertView:
    """Format an alert as a card.

    Args:
        number: Number of the card, from 1.
        alert: The alert.
        library: Display names by slug.
        cited: Entry of each source in the list at the end of the page.
    """
    names = {**library.substances, **{m.substance: m.name for m in alert.mentions}}
    titled = translated(short_title(alert, library.regimes, _LISTINGS))
    return AlertView(
        number=number,
        alert=alert,
        title=plain(titled),
        heading=markup(titled),
        sentence=alert_sentence(alert),
        due=days_in_words(alert.days_left),
        late=alert.days_left is not None and alert.days_left <= 0,
        fields=fields(alert),
        unplaced=tuple(_unplaced(alert))[:FEW],
        finds=tuple(_find(mention) for mention in alert.mentions[:FEW]),
        drawings=drawings(alert),
        law=tuple(_law(held, names, library, cited) for held in alert.law[:FEW]),
        law_short=short_of_alert(alert, library),
        law_open=_parts(alert.law_open),
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
        name=substance_name(mention.name),
        cas=mention.cas,
        text=mention.text,
        how=word(HOW, mention.how),
        place=place,
        tier=word(TIERS, mention.tier),
        score="" if mention.score == 1 else f"{mention.score:.2f}",
        reasons=_parts(mention.reasons),
        downgraded=_parts(mention.downgraded),
    )


def _law(
    held: Holding, names: Mapping[str, str], library: Library, cited: Mapping[str, Citation]
) -> LawView:
    regime = library.regimes.get(held.regime)
    instrument = regime.name if regime else held.regime
    return LawView(
        substance=substance_name(names.get(held.substance, held.substance)),
        regime=instrument_name(instrument),
        schedule=schedule_name(held.schedule, instrument),
        since=held.since.isoformat() if held.since else words("unknown; treated as in force"),
        scope=held.scope,
        mark=held.mark,
        mark_words=word(MARKS, held.mark),
        source=cited.get(held.source),
        route=say(met(held)) if held.role else "",
        duties=_parts(held.duties),
        amounts=_parts(held.amounts),
    )


def _party_match(match: PartyMatch, cited: Mapping[str, Citation]) -> PartyView:
    since = (
        words("listed since {day}").format(day=match.listed)
        if match.listed
        else words("listing date not given")
    )
    version = (
        words("list dated {day}").format(day=match.list_day)
        if match.list_day
        else words("undated list")
    )
    return PartyView(
        role=role_in_words(match.role or "party"),
        name=match.name,
        listed_name=match.listed_name,
        name_kind=word(LISTED, match.name_kind),
        kind=word(LISTED, match.kind),
        list=match.list_name,
        entry=match.entry,
        action=say(done_phrase(match)),
        days=f"{since}; {version}",
        likeness=f"{match.probability:.2f}",
        supports=_parts(match.supports),
        against=_parts(match.against),
        judged=match.judged,
        confidential=match.confidential,
        shared=shared_in_words(match),
        links=_parts(map(link_phrase, match.links[:FEW])),
        share=match.blocked_share,
        holdings=_parts(map(holding_phrase, match.owned.holdings)) if match.owned else (),
        slug=match.list,
        notice=match.notice,
        source=cited.get(source_of(match)),
    )


def _reason(reason: Reason, library: Library, cited: Mapping[str, Citation]) -> ReasonView:
    return ReasonView(
        rule=words(library.rules.get(reason.rule, reason.rule)),
        text=on_page(reason.says),
        points=f"{reason.points:+}".replace("-", "−"),
        against=reason.points < 0,
        source=cited.get(reason.source),
    )


def _parts(phrases: Iterable[Phrase]) -> tuple[Markup, ...]:
    return tuple(map(on_page, islice(phrases, FEW)))


def _sum_note(alert: Alert) -> str:
    """Return why the score is not the plain sum of the points; "": it is."""
    total = sum(reason.points for reason in alert.reasons)
    if total == alert.score:
        return ""
    if max(0, min(total, 100)) == alert.score:
        said = words("The points add up to {total}; scores are limited to the range 0 to 100.")
    else:
        said = words(
            "The points add up to {total}, which does not match the score. "
            "Please report this error."
        )
    return said.format(total=total)


def _unplaced(alert: Alert) -> Iterable[str]:
    for find in unplaced(alert):
        at = find.evidence
        place = place_in_words(at.field, at.start, at.end)
        yield f"{find.label}: “{at.text}” ({place})"


def _left_out(alert: Alert) -> str:
    left = [max(0, len(some) - FEW) for some in (alert.mentions, alert.law, alert.reasons)]
    told = (
        counted("{count} more match", "{count} more matches", left[0]),
        counted("{count} more control", "{count} more controls", left[1]),
        counted("{count} more risk indicator", "{count} more risk indicators", left[2]),
    )
    more = [
        text.format(count=number_in_words(count))
        for text, count in zip(told, left, strict=True)
        if count
    ]
    said = words("Not shown here: {more}. The JSON Lines export has the full list.")
    return said.format(more=", ".join(more)) if more else ""
