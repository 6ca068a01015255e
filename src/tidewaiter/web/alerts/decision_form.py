"""The decision form: verdicts and reason codes, and the confirmation shown after a decision."""

from collections.abc import Iterator
from typing import Literal, get_args

import msgspec

from tidewaiter.base.errors import InputError
from tidewaiter.base.phrases import Phrase
from tidewaiter.base.records import Record
from tidewaiter.casework.decisions import Decided, Verdict, load_decision_rules
from tidewaiter.explain.languages import numbered, words
from tidewaiter.explain.lines import consignment_in_words
from tidewaiter.explain.phrases import say
from tidewaiter.explain.words import alerts_in_words
from tidewaiter.store.accounts.sessions import User
from tidewaiter.store.accounts.users import account_key
from tidewaiter.store.alerts.bulk_decisions import Batch
from tidewaiter.store.alerts.decisions import standings, step_of
from tidewaiter.store.alerts.storage import find_alert
from tidewaiter.store.core.database import Work
from tidewaiter.trade.types import Alert


def decision_choices() -> Iterator[tuple[str, tuple[tuple[str, str], ...]]]:
    """Yield each verdict with its reasons: form value and text."""
    rules = load_decision_rules()
    for verdict in get_args(Verdict):
        told = (
            (f"{verdict}/{code}", words(rule.says) + (" …" if rule.note else ""))
            for code, rule in rules.reasons_for(verdict).items()
        )
        yield words(rules.verdict[verdict].says), tuple(told)


def read_decision(decision: str, note: str) -> tuple[Verdict, str]:
    """Return verdict and reason code.

    Raises:
        InputError: Not a decision, or the note is missing.
    """
    verdict, _, reason = decision.partition("/")
    try:
        read = msgspec.convert(verdict, Verdict)
    except msgspec.ValidationError as error:
        raise InputError("web/not-a-decision", decision=decision[:80]) from error
    load_decision_rules().check(read, reason, note)
    return read, reason


def status_in_words(status: str) -> str:
    """Return the status of an alert as text."""
    said = {
        "open": words("open"),
        "held": words("held"),
        "released": words("released"),
        "confirmed": words("confirmed"),
        "dismissed": words("dismissed"),
        "waiting": words("pending"),
        "referred": words("referred"),
        "suppressed": words("suppressed"),
    }
    return said.get(status, status)


Did = Literal["take", "assign", "decide", "undo"]
"""What led to a page: self-assignment, assignment, decision, or undo."""

_TITLE = 80  # characters


class Step(Record, frozen=True, kw_only=True):
    """A decision just made, and its alert."""

    decided: Decided
    consignment: str
    seq: int
    title: Phrase
    stands: bool  # not decided since: can be undone


class Toast(Record, frozen=True, kw_only=True):
    """Confirmation of an action, with undo."""

    text: str
    undo: str  # address of the undo; "": none
    seen: int  # number of the step to undo
    link: str  # address with details; "": none
    link_words: str
    back: str = ""  # page that the undo returns to; "": the alert


def own_decision(work: Work, user: User, number: int | None) -> Step | None:
    """Read the user's own recent decision; None: not theirs, or not visible."""
    decided = step_of(work, number) if number is not None else None
    if decided is None or decided.by != account_key(user.account.id):
        return None
    alert = find_alert(work, decided.alert)
    if alert is None or (alert.restricted and not user.account.cleared):
        return None
    now = standings(work, [alert.id])[alert.id]
    return Step(
        decided=decided,
        consignment=alert.consignment,
        seq=alert.seq,
        title=alert.title,
        stands=now.decided == decided.id and decided.verdict is not None,
    )


def step_toast(step: Step, back: Literal["", "queue"] = "") -> Toast:
    """Describe a decision on one alert; `back`: page that its undo returns to, if not the alert."""
    name = _named(step.consignment, step.seq, step.title)
    if step.decided.verdict is None:
        text = words("Decision undone: {alert}").format(alert=name)
    else:
        text = words("{status}: {alert}").format(status=_status(step.decided.verdict), alert=name)
    undo = f"/alerts/{step.decided.alert}/undo" if step.stands else ""
    link = f"/alerts/{step.decided.alert}" if step.stands else ""
    return Toast(
        text=text,
        undo=undo,
        seen=step.decided.id,
        link=link,
        link_words=words("Review") if link else "",
        back=back,
    )


def assigned_toast(alert: Alert, assignee: str, user: User) -> Toast:
    """Describe an assignment of one alert."""
    name = _named(alert.consignment, alert.seq, alert.title)
    if not assignee:
        text = words("Unassigned: {alert}")
    elif assignee == user.account.name:
        text = words("Assigned to you: {alert}")
    else:
        text = words("Assigned to {who}: {alert}")
    return _said(text.format(alert=name, who=assignee))


def bulk_toast(did: Did, done: int, left: int) -> Toast:
    """Describe an action on several alerts."""
    alerts = alerts_in_words(done)
    said = {
        "take": words("Assigned to you: {alerts}."),
        "assign": words("Assigned: {alerts}."),
        "decide": words("Decided: {alerts}."),
        "undo": words("Undone: {alerts} restored."),
    }
    return _said(said[did].format(alerts=alerts) + _left(left))


def batch_toast(batch: Batch, left: int) -> Toast:
    """Describe a bulk decision."""
    text = words("{status}: {alerts}.").format(
        status=_status(batch.verdict), alerts=alerts_in_words(batch.decided)
    )
    if batch.waiting:
        waits = numbered(
            "%(num)s is awaiting a second officer.",
            "%(num)s are awaiting a second officer.",
            batch.waiting,
        )
        text += f" {waits}"
    undone = batch.undone_by is not None
    return Toast(
        text=text + _left(left),
        undo="" if undone else f"/bulk-decisions/{batch.number}/undo",
        seen=0,
        link=f"/bulk-decisions/{batch.number}",
        link_words=words("Review"),
    )


def _status(verdict: Verdict) -> str:
    """Return the status after a verdict, as the start of a sentence."""
    return status_in_words(load_decision_rules().verdict[verdict].status).capitalize()


def _named(consignment: str, seq: int, title: Phrase) -> str:
    """Return a short name of an alert: line and subject, without lists."""
    about: object = title
    while isinstance(about, Phrase) and about.code.startswith("title/"):
        about = about.parameters["name"]
    told = say(about) if isinstance(about, Phrase) else str(about)
    short = told if len(told) <= _TITLE else f"{told[: _TITLE - 1]}…"
    return f"{consignment_in_words(consignment, seq)} ({short})"


def _left(left: int) -> str:
    if not left:
        return ""
    text = numbered(
        "%(num)s was skipped: a colleague had already decided it, or it no longer exists.",
        "%(num)s were skipped: a colleague had already decided them, or they no longer exist.",
        left,
    )
    return f" {text}"


def _said(text: str) -> Toast:
    return Toast(text=text, undo="", seen=0, link="", link_words="")
