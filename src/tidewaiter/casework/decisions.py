"""Decisions: an officer's verdict on an alert, with its reason, and undo."""

from collections.abc import Iterable, Mapping
from functools import cache
from typing import Literal, get_args

from tidewaiter.base.errors import InputError, RegistryError
from tidewaiter.base.records import Record
from tidewaiter.base.resources import data, read_toml
from tidewaiter.base.severity import Severity

Verdict = Literal["hold", "release", "confirm", "dismiss", "need-more", "refer"]
"""Goods detained; released; alert right; false positive; information missing; referred to another
authority."""

Status = Literal[
    "open", "held", "released", "confirmed", "dismissed", "waiting", "referred", "suppressed"
]
"""Status of an alert. open: undecided, or decision undone; suppressed: by a suppression rule, and
undecided."""

NOTE = 4_000  # characters of a note


class Decided(Record, frozen=True, kw_only=True):
    """A step in the history of an alert; immutable."""

    id: int
    alert: str
    verdict: Verdict | None  # None: undoes the current decision
    reason: str  # code; "" for an undo
    note: str
    by: str
    at: str  # ISO 8601, UTC
    batch: int | None = None  # bulk act number; None: individual


class VerdictRule(Record, frozen=True, kw_only=True):
    """A row of [verdict]."""

    says: str
    done: str  # as the history of a case reports it
    status: Status


class ReasonRule(Record, frozen=True, kw_only=True):
    """A row of [reason]."""

    says: str
    verdicts: tuple[Verdict, ...]
    note: bool = False  # a note is required


class BulkRule(Record, frozen=True, kw_only=True):
    """[bulk]: which bulk decisions need a second officer."""

    verdicts: tuple[Verdict, ...]
    severities: tuple[Severity, ...]
    listed: bool  # those with a list match too

    def needs_second(self, verdict: Verdict, severity: str, *, listed: bool) -> bool:
        """Return whether a second officer must confirm a bulk decision on this alert."""
        return verdict in self.verdicts and (
            severity in self.severities or (listed and self.listed)
        )


class DecisionRules(Record, frozen=True, kw_only=True):
    """Content of data/rules/decisions.toml."""

    version: str
    undone: str  # as the history of a case reports an undo
    bulk: BulkRule
    verdict: Mapping[Verdict, VerdictRule]
    reason: Mapping[str, ReasonRule]

    def reasons_for(self, verdict: Verdict) -> dict[str, ReasonRule]:
        """Return the reasons available for a verdict, by code."""
        return {code: rule for code, rule in self.reason.items() if verdict in rule.verdicts}

    def check(self, verdict: Verdict, reason: str, note: str) -> None:
        """Check that a decision is valid.

        Raises:
            InputError: The reason does not belong to the verdict, or the note is missing or too
                long.
        """
        known = self.reasons_for(verdict)
        if reason not in known:
            raise InputError(
                "casework/not-a-reason", reason=reason, verdict=verdict, known=", ".join(known)
            )
        if known[reason].note and not note.strip():
            raise InputError("casework/reason-needs-note", reason=reason)
        if len(note) > NOTE:
            raise InputError("casework/note-too-long", count=len(note), note=NOTE)

    def check_bulk(self, verdict: Verdict, reason: str, note: str) -> None:
        """Check that a bulk decision is valid.

        Raises:
            InputError: As for `check`, or the note is missing.
        """
        self.check(verdict, reason, note)
        if not note.strip():
            raise InputError("casework/bulk-decision-needs-note")


@cache
def load_decision_rules() -> DecisionRules:
    """Load the verdicts and reasons.

    Raises:
        RegistryError: The file is malformed, or a verdict is missing.
    """
    file = data("rules", "decisions.toml")
    rules = read_toml(file, DecisionRules)
    missing = set(get_args(Verdict)) - set(rules.verdict)
    bare = [each for each in get_args(Verdict) if not rules.reasons_for(each)]
    if missing or bare:
        name = min(missing, default="") or bare[0]
        raise RegistryError(
            "casework/verdict-without-row-or-reason", name=name, at="decisions.toml"
        )
    return rules


def standing(trail: Iterable[Decided]) -> Decided | None:
    """Return the current decision of a history; None: none.

    Undoing a decision restores the previous one.

    Args:
        trail: Steps of one alert, in order.
    """
    stack: list[Decided] = []
    for step in trail:
        if step.verdict is not None:
            stack.append(step)
        elif stack:
            stack.pop()
    return stack[-1] if stack else None


def status_of(decided: Decided | None) -> Status:
    """Return the status that follows from the current decision."""
    if decided is None or decided.verdict is None:
        return "open"
    return load_decision_rules().verdict[decided.verdict].status
