"""Whether a suppression rule is about an alert, and why: one pure answer for all that asks."""

from collections.abc import Iterator, Sequence

from tidewaiter.base.records import Record
from tidewaiter.base.severity import weight
from tidewaiter.casework.suppression.scope import Scope, Trader, digits
from tidewaiter.casework.suppression.settings import StrongRow, load_suppression_settings
from tidewaiter.casework.suppression.subject import (
    RECEIVERS,
    SENDERS,
    TEXTS,
    Found,
    Subject,
    places_of,
    span_of,
    trader_of,
    words_of,
)


class Fit(Record, frozen=True, kw_only=True):
    """That a scope is about an alert."""

    why: tuple[str, ...]  # what agrees, in words
    strong: tuple[str, ...]  # why the alert is strong; (): it is not


def fit(scope: Scope, subject: Subject) -> Fit | None:
    """Tell whether a scope is about an alert; None: it is not, or the alert is restricted.

    Args:
        scope: As `check_scope` returns it.
        subject: Of the alert.
    """
    if subject.restricted or weight(subject.severity) > weight(scope.most):
        return None
    agrees: list[str] = []
    for told in _told(scope, subject):
        if told is None:
            return None
        agrees.append(told)
    return Fit(why=tuple(agrees), strong=strong(subject))


def hides(scope: Scope, subject: Subject, *, strong_too: bool) -> bool:
    """Tell whether an active rule hides an alert.

    Args:
        scope: Of the rule.
        subject: Of the alert.
        strong_too: The rule names strong alerts, and a supervisor other than its proposer has
            approved it.
    """
    found = fit(scope, subject)
    return found is not None and (strong_too or not found.strong)


def strong(subject: Subject) -> tuple[str, ...]:
    """Say why an alert is strong; (): it is not."""
    rows = load_suppression_settings().strong
    return tuple(f"{row.title}: {row.because}" for row in rows if _is_of(row, subject))


def _told(scope: Scope, subject: Subject) -> Iterator[str | None]:
    """Yield for each condition what agrees; None: the condition does not hold."""
    if scope.substances:
        yield _within("substances", subject.substances, scope.substances)
    if scope.ways:
        yield _within("ways", [found.how for found in subject.mentions], scope.ways)
    if scope.rules:
        given = [reason.rule for reason in subject.reasons if reason.points > 0]
        yield _within("rules", given, scope.rules)
    if scope.heading:
        starts = digits(subject.line.hs or "").startswith(scope.heading)
        yield f"HS {subject.line.hs}" if starts else None
    for trader, roles in ((scope.shipper, SENDERS), (scope.consignee, RECEIVERS)):
        if trader:
            yield _trader(trader, subject, roles)
    if scope.phrase:
        yield _phrase(scope.phrase, subject)


def _within(what: str, mine: Sequence[str], allowed: Sequence[str]) -> str | None:
    """Tell whether all of an alert's are among those of a scope, and it has any."""
    distinct = dict.fromkeys(mine)
    if not distinct or not set(distinct) <= set(allowed):
        return None
    return f"{what}: {', '.join(distinct)}"


def _phrase(phrase: str, subject: Subject) -> str | None:
    """Tell whether a phrase stands at each find in a text; without one, in the description."""
    wanted = words_of(phrase)
    finds = [found for found in subject.mentions if found.field in TEXTS]
    if finds:
        near = all(_is_near(wanted, found, subject) for found in finds)
    else:
        near = any(places_of(wanted, words_of(_text(subject, field))) for field in TEXTS)
    return f"“{phrase}”" if near else None


def _is_near(wanted: Sequence[str], found: Found, subject: Subject) -> bool:
    text = _text(subject, found.field)
    first, after = span_of(text, found.start, found.end)
    reach = load_suppression_settings().rule.reach
    return any(
        at <= after + reach and at + len(wanted) >= first - reach
        for at in places_of(wanted, words_of(text))
    )


def _text(subject: Subject, field: str) -> str:
    return (subject.line.goods if field == "goods" else subject.line.commercial) or ""


def _trader(trader: Trader, subject: Subject, roles: Sequence[str]) -> str | None:
    named = trader_of(subject.line, roles)
    if named is None or words_of(named.name or "") != words_of(trader.name):
        return None
    if trader.id and (named.id or "").strip() != trader.id:
        return None
    return f"{named.role} {named.name}"


def _is_of(row: StrongRow, subject: Subject) -> bool:
    if row.parties and not subject.parties:
        return False
    if row.severities is not None and subject.severity not in row.severities:
        return False
    given = {reason.rule for reason in subject.reasons}
    if row.rules is not None and not given & set(row.rules):
        return False
    return row.ways is None or any(
        _is_sure(row, row.ways, each, subject) for each in subject.mentions
    )


def _is_sure(row: StrongRow, ways: Sequence[str], found: Found, subject: Subject) -> bool:
    """Tell whether a find is one of a row's: made so, unopposed, of a listed substance if asked."""
    if found.how not in ways or found.downgraded:
        return False
    return not row.listed or any(held.substance == found.substance for held in subject.law)
