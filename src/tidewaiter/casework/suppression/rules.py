"""Suppression rules: scope, reason, owner and end, and which alerts they match."""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from typing import Literal

from tidewaiter.base.errors import ConflictError, InputError
from tidewaiter.base.records import Record
from tidewaiter.base.severity import weight
from tidewaiter.casework.suppression.scope import (
    Found,
    Scope,
    Subject,
    Trader,
    check_scope,
    digits,
    places_of,
    span_of,
    trader_of,
    words_of,
)
from tidewaiter.casework.suppression.settings import (
    StrongRow,
    check_words,
    load_suppression_settings,
)
from tidewaiter.trade.traders import RECEIVERS, SENDERS
from tidewaiter.trade.types import TEXTS


class Fit(Record, frozen=True, kw_only=True):
    """A match of a scope with an alert."""

    why: tuple[str, ...]  # matching attributes, as text
    strong: tuple[str, ...]  # why the alert is strong; (): it is not


def fit(scope: Scope, subject: Subject) -> Fit | None:
    """Match a scope with an alert; None: no match, or the alert is restricted.

    Args:
        scope: From `check_scope`.
        subject: The alert's attributes.
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
    """Return whether an active rule suppresses an alert.

    Args:
        scope: Scope of the rule.
        subject: The alert's attributes.
        strong_too: The rule covers strong alerts, approved by a supervisor other than its
            proposer.
    """
    found = fit(scope, subject)
    return found is not None and (strong_too or not found.strong)


def strong(subject: Subject) -> tuple[str, ...]:
    """Return why an alert is strong; (): it is not."""
    rows = load_suppression_settings().strong
    return tuple(f"{row.title}: {row.because}" for row in rows if _is_of(row, subject))


def _told(scope: Scope, subject: Subject) -> Iterator[str | None]:
    """Yield the matching attribute for each condition; None: the condition fails."""
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
    """Return whether all values of an alert are within a scope, and there is at least one."""
    distinct = dict.fromkeys(mine)
    if not distinct or not set(distinct) <= set(allowed):
        return None
    return f"{what}: {', '.join(distinct)}"


def _phrase(phrase: str, subject: Subject) -> str | None:
    """Return whether a phrase is at each match in a text; without one, in the description."""
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
    return getattr(subject.line, field) or ""


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
    """Return whether a match fits a rule row: method, unopposed, controlled substance if asked."""
    if found.how not in ways or found.downgraded:
        return False
    return not row.listed or any(held.substance == found.substance for held in subject.law)


State = Literal["proposed", "active", "refused", "ended", "expired"]
Step = Literal["proposed", "approved", "refused", "ended", "expired"]


class Proposal(Record, frozen=True, kw_only=True):
    """A proposed rule, not approved yet."""

    scope: Scope
    reason: str  # code
    words: str = ""  # why it is a false positive, in the officer's words
    owner: str  # responsible person, asked before the rule expires
    expires: date  # first day without effect
    strong: bool = False  # covers strong alerts too


class Taken(Record, frozen=True, kw_only=True):
    """A step in the history of a rule; immutable."""

    id: int
    suppression: int
    step: Step
    words: str
    by: str
    at: str  # ISO 8601, UTC


class Suppression(Record, frozen=True, kw_only=True):
    """A suppression rule."""

    number: int
    proposal: Proposal
    state: State
    since: date | None  # day of approval; None: never approved
    last: int  # id of its last step; a change names the step it saw
    hidden: int = 0  # currently suppressed alerts

    @property
    def strong_too(self) -> bool:
        """Return whether it covers strong alerts: as stated, and approved by a second person."""
        return self.proposal.strong and self.state == "active"


def check_proposal(proposal: Proposal, day: date) -> Proposal:
    """Check that a rule can be proposed on a day; return it with a normalised scope.

    Raises:
        InputError: Scope, reason, owner or end are invalid.
    """
    settings = load_suppression_settings()
    scope = check_scope(proposal.scope)
    settings.check_reason(proposal.reason, proposal.words)
    if not proposal.owner.strip():
        raise InputError("casework/rule-without-owner")
    last = day + timedelta(days=settings.rule.days)
    if not day < proposal.expires <= last:
        raise InputError(
            "casework/rule-end-out-of-bounds",
            expires=proposal.expires,
            day=day + timedelta(days=1),
            last=last,
        )
    return Proposal(
        scope=scope,
        reason=proposal.reason,
        words=proposal.words.strip(),
        owner=proposal.owner.strip(),
        expires=proposal.expires,
        strong=proposal.strong,
    )


def check_approval(suppression: Suppression, *, proposer: str, approver: str, day: date) -> None:
    """Check that a supervisor may approve a rule on a day.

    Raises:
        ConflictError: It is no longer proposed.
        InputError: It ends before it starts, or covers strong alerts with a single approver.
    """
    check_state(suppression, "proposed")
    if suppression.proposal.expires <= day:
        raise InputError("casework/rule-ended", expires=suppression.proposal.expires)
    if suppression.proposal.strong and proposer == approver:
        raise InputError("casework/approver-proposed-it", approver=approver)


def check_state(suppression: Suppression, wanted: State) -> None:
    """Check that a rule is in a given state.

    Raises:
        ConflictError: It is not.
    """
    if suppression.state != wanted:
        raise ConflictError(
            "casework/rule-in-another-state",
            number=suppression.number,
            state=suppression.state,
            wanted=wanted,
        )


def check_why(words: str) -> str:
    """Check that a rejection or end has a reason; return it.

    Raises:
        InputError: It is missing or too long.
    """
    if not words.strip():
        raise InputError("casework/reason-missing")
    check_words(words)
    return words.strip()
