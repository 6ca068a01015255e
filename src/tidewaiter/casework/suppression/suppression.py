"""Suppressions: rules with a scope, a reason, an owner and an end, and the steps of their lives."""

from datetime import date, timedelta
from typing import Literal

from tidewaiter.base.errors import ConflictError, InputError
from tidewaiter.base.records import Record
from tidewaiter.casework.suppression.scope import Scope, check_scope
from tidewaiter.casework.suppression.settings import check_words, load_suppression_settings

State = Literal["proposed", "active", "refused", "ended", "expired"]
Step = Literal["proposed", "approved", "refused", "ended", "expired"]


class Proposal(Record, frozen=True, kw_only=True):
    """What is proposed: a rule before anyone has approved it."""

    scope: Scope
    reason: str  # code
    words: str = ""  # why the pattern is benign, in the officer's words
    owner: str  # who answers for the rule, and is asked when it is about to end
    expires: date  # the first day on which it hides nothing any more
    strong: bool = False  # it is to hide strong alerts too


class Taken(Record, frozen=True, kw_only=True):
    """A step in the life of a rule. Nothing of it is ever changed."""

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
    since: date | None  # the day on which it was approved; None: it never was
    last: int  # id of its last step; a change names the one it saw
    hidden: int = 0  # alerts that rest by it now

    @property
    def strong_too(self) -> bool:
        """Whether it hides strong alerts: it says so, and it was approved, which takes two."""
        return self.proposal.strong and self.state == "active"


def check_proposal(proposal: Proposal, day: date) -> Proposal:
    """Check that a rule can be proposed on a day; return it with its scope in one spelling.

    Raises:
        InputError: Scope, reason, owner or end are not as they should be.
    """
    settings = load_suppression_settings()
    scope = check_scope(proposal.scope)
    settings.check_reason(proposal.reason, proposal.words)
    if not proposal.owner.strip():
        raise InputError("the rule has no owner", hint="say who answers for it")
    last = day + timedelta(days=settings.rule.days)
    if not day < proposal.expires <= last:
        hint = f"write a day from {day + timedelta(days=1)} to {last}; each rule ends"
        raise InputError(f'the rule cannot end on "{proposal.expires}"', hint=hint)
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
        ConflictError: It is proposed no longer.
        InputError: It ends before it begins, or one person alone would hide strong alerts.
    """
    check_state(suppression, "proposed")
    if suppression.proposal.expires <= day:
        hint = "refuse it, and propose it anew with a later end"
        raise InputError(f"the rule ends on {suppression.proposal.expires}", hint=hint)
    if suppression.proposal.strong and proposer == approver:
        hint = "a supervisor other than its proposer approves a rule that hides strong alerts"
        raise InputError(f'"{approver}" has proposed this rule', hint=hint)


def check_state(suppression: Suppression, wanted: State) -> None:
    """Check that a rule stands where a step can begin.

    Raises:
        ConflictError: It does not.
    """
    if suppression.state != wanted:
        hint = "look at its steps again"
        raise ConflictError(
            f"rule {suppression.number} is {suppression.state}, not {wanted}", hint=hint
        )


def check_why(words: str) -> str:
    """Check that a refusal or an end says why; return the words.

    Raises:
        InputError: It does not, or at too great length.
    """
    if not words.strip():
        raise InputError("no words say why", hint="write why the rule is refused or ended")
    check_words(words)
    return words.strip()
