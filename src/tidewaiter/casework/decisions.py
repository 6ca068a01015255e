"""Decisions: what an officer makes of an alert, why, and how it can be taken back."""

from collections.abc import Iterable, Mapping
from functools import cache
from typing import Literal, get_args

from tidewaiter.base.errors import InputError, RegistryError
from tidewaiter.base.records import Record
from tidewaiter.base.resources import data, read_toml
from tidewaiter.base.severity import Severity

Verdict = Literal["hold", "release", "confirm", "dismiss", "need-more", "refer"]
"""The goods stay; they may go; the alert was right; it was wrong; something is missing; someone
else decides."""

Status = Literal[
    "open", "held", "released", "confirmed", "dismissed", "waiting", "referred", "suppressed"
]
"""Where an alert stands. open: nobody decided, or the decision was taken back; suppressed: it rests
by a suppression rule, and nobody decided."""

NOTE = 4_000  # characters of a note


class Decided(Record, frozen=True, kw_only=True):
    """A step of the trail of one alert. Nothing of it is ever changed."""

    id: int
    alert: str
    verdict: Verdict | None  # None: takes back the decision that stood
    reason: str  # code; "" where a decision is taken back
    note: str
    by: str
    at: str  # ISO 8601, UTC
    batch: int | None = None  # number of the act by which many were decided; None: by itself


class VerdictRule(Record, frozen=True, kw_only=True):
    """A row of [verdict]."""

    says: str
    status: Status


class ReasonRule(Record, frozen=True, kw_only=True):
    """A row of [reason]."""

    says: str
    verdicts: tuple[Verdict, ...]
    note: bool = False  # words of one's own are asked for


class BulkRule(Record, frozen=True, kw_only=True):
    """[bulk]: what of an act on several alerts waits for a second officer."""

    verdicts: tuple[Verdict, ...]
    severities: tuple[Severity, ...]
    listed: bool  # and what rests on a list of parties

    def needs_second(self, verdict: Verdict, severity: str, *, listed: bool) -> bool:
        """Tell whether a second officer has to agree, where several alerts are decided at once."""
        return verdict in self.verdicts and (
            severity in self.severities or (listed and self.listed)
        )


class DecisionRules(Record, frozen=True, kw_only=True):
    """data/rules/decisions.toml, read."""

    version: str
    bulk: BulkRule
    verdict: Mapping[Verdict, VerdictRule]
    reason: Mapping[str, ReasonRule]

    def reasons_for(self, verdict: Verdict) -> dict[str, ReasonRule]:
        """Return the reasons that can be given for a verdict, by code."""
        return {code: rule for code, rule in self.reason.items() if verdict in rule.verdicts}

    def check(self, verdict: Verdict, reason: str, note: str) -> None:
        """Check that a decision can be made so.

        Raises:
            InputError: The reason is none of the verdict's, words are missing, or too long.
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
        """Check that several alerts can be decided so at once.

        Raises:
            InputError: As `check` does, or there is no note.
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
    """Return the decision that stands at the end of a trail; None: there is none.

    What is taken back uncovers the decision before it.

    Args:
        trail: Of one alert, in order.
    """
    stack: list[Decided] = []
    for step in trail:
        if step.verdict is not None:
            stack.append(step)
        elif stack:
            stack.pop()
    return stack[-1] if stack else None


def status_of(decided: Decided | None) -> Status:
    """Return where an alert stands by the decision that stands."""
    if decided is None or decided.verdict is None:
        return "open"
    return load_decision_rules().verdict[decided.verdict].status
