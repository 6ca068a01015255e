"""What a regime says beside its listings: limits, duties by role, forms of goods, and routes."""

from collections.abc import Iterator

from msgspec.structs import replace

from tidewaiter.base.records import Record
from tidewaiter.substances.changes import Matter
from tidewaiter.substances.duties import duties_of
from tidewaiter.substances.lawbook import LawBook
from tidewaiter.substances.limits import limit_in_words, limits_on
from tidewaiter.substances.listings import Standing
from tidewaiter.substances.questions import Found, Question, Role
from tidewaiter.substances.rules import FormRule, Gap, Limit, Reach, Rule
from tidewaiter.substances.types import Mark

_ROLES: tuple[Role, ...] = ("export", "import", "transit", "internal")


class RuleFact(Record, frozen=True, kw_only=True):
    """A rule that bears on a substance."""

    matter: Matter
    roles: tuple[Role, ...]  # empty: any
    text: str
    days: int | None = None  # before, of a duty
    day_kind: str = ""
    known: bool = True  # False: whether it applies depends on what is not given or not loaded
    clause: str
    mark: Mark
    source: str  # name of a file in data/sources


def rules_on(
    regime: str, standing: Standing, question: Question, book: LawBook, found: Found
) -> Iterator[RuleFact]:
    """Yield the rules of a regime on a substance that it holds on the day.

    Args:
        regime: Slug.
        standing: Its listings of the substance.
        question: With the day, without a route: duties are told for each role.
        book: The rules.
        found: The substance.
    """
    if not standing.held:
        return
    named = found.substance.slug if found.substance else None
    schedules = {each.schedule for each in standing.held}
    for limit in limits_on(book.limits(regime), question.day, named, (), schedules):
        yield _limit(limit)
    yield from _duties(regime, standing, question, book, found)
    route = book.route(regime)
    for rule in (*book.forms(regime), *route.reaches, *route.gaps):
        kinds = rule.kinds if isinstance(rule, Gap) else ()
        of_kind = not kinds or found.substance is None or found.substance.kind in kinds
        fits = not rule.schedules or schedules & set(rule.schedules)
        if rule.on(question.day) and rule.names(named) and fits and of_kind:
            yield _said(rule)


def _limit(limit: Limit) -> RuleFact:
    condition = f"; free only {limit.condition}" if limit.condition else ""
    return RuleFact(
        matter="limit",
        roles=limit.roles,
        text=f"{limit_in_words(limit)}{condition}",
        clause=limit.clause,
        mark=limit.mark,
        source=limit.source,
    )


def _duties(
    regime: str, standing: Standing, question: Question, book: LawBook, found: Found
) -> Iterator[RuleFact]:
    """Yield the duties of each role as the law answers on a route of that role."""
    told: dict[RuleFact, list[Role]] = {}
    for role in _ROLES:
        for duty in duties_of((question, regime, book, found, (role,)), standing.held):
            fact = RuleFact(
                matter="duty",
                roles=(),
                text=": ".join(filter(None, (duty.kind, duty.text))),
                days=duty.days,
                day_kind=duty.day_kind,
                known=duty.known,
                clause=duty.clause,
                mark=duty.mark,
                source=duty.source,
            )
            told.setdefault(fact, []).append(role)
    for fact, roles in told.items():
        yield replace(fact, roles=tuple(roles))


def _said(rule: Rule) -> RuleFact:
    text = rule.text if isinstance(rule, FormRule | Reach | Gap) else rule.note
    matter: Matter = "route" if isinstance(rule, Reach) else "gap"
    if isinstance(rule, FormRule):
        matter, text = "goods", f"{', '.join(rule.goods)}: {text}"
    return RuleFact(
        matter=matter,
        roles=rule.roles,
        text=text,
        clause=rule.clause,
        mark=rule.mark,
        source=rule.source,
    )
