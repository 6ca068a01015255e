"""Timeline of a case: its steps and the decisions on its alerts, in one order."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from tidewaiter.base.records import Record
from tidewaiter.casework.cases.permissions import load_case_rules
from tidewaiter.casework.cases.steps import AlertAdded, AnyContent, Step, kind_of
from tidewaiter.casework.decisions import Decided, load_decision_rules

_WHOM = ("user", "owner", "who")
_SAID = ("title", "text", "why", "note")
_WHAT = {
    "alertadded": "{0.alert}",
    "consignmentadded": "{0.consignment}",
    "partyadded": "{0.name}",
    "fileadded": "{0.name}",
    "task": "{0.what}",
    "referred": "{0.to}",
    "retained": "{0.until}, {0.basis}",
    "erased": "{0.steps:,} steps",
    "drafted": "{0.form}",
}


class Event(Record, frozen=True, kw_only=True):
    """An event, and who did it."""

    at: str  # ISO 8601, UTC
    by: str
    kind: str  # of a step, or "decided"
    did: str  # as text: "wrote a note"
    what: str  # alert, file or day concerned; "": none
    whom: str = ""  # user concerned
    said: str  # their note
    step: int | None = None
    alert: str = ""
    restricted: bool = False
    erased: bool = False


def timeline(steps: Sequence[Step], trails: Mapping[str, Iterable[Decided]]) -> list[Event]:
    """Return all events, earliest first.

    Args:
        steps: Steps of the case, in order.
        trails: Decisions on its alerts, by alert id.
    """
    alerts = [decided for trail in trails.values() for decided in trail]
    known = {step.id: step for step in steps}
    events = [*(_of_step(step, known) for step in steps), *map(_of_decision, alerts)]
    return sorted(events, key=lambda event: (event.at, event.step or 0, event.alert))


def _of_step(step: Step, known: Mapping[int, Step]) -> Event:
    content, rule = step.content(), load_case_rules().step[step.kind]
    about = known.get(step.about or 0)
    return Event(
        at=step.at,
        by=step.by,
        kind=step.kind,
        did=(about and rule.says_again) or rule.says,
        what="" if content is None else _what(content, about),
        whom="" if content is None else next(_first(content, _WHOM), ""),
        said="" if content is None else next(_first(content, _SAID), ""),
        step=step.id,
        alert=content.alert if isinstance(content, AlertAdded) else "",
        restricted=step.restricted,
        erased=content is None,
    )


def _of_decision(decided: Decided) -> Event:
    rules = load_decision_rules()
    reason = rules.reason.get(decided.reason)
    return Event(
        at=decided.at,
        by=decided.by,
        kind="decided",
        did=rules.verdict[decided.verdict].done if decided.verdict else rules.undone,
        what=reason.says if reason else decided.reason,
        said=decided.note,
        alert=decided.alert,
    )


def _first(content: AnyContent, names: Iterable[str]) -> Iterator[str]:
    for name in names:
        if text := getattr(content, name, ""):
            yield text


def _what(content: AnyContent, about: Step | None) -> str:
    """Return a short description of the object of a step."""
    written = _WHAT.get(kind_of(content))
    if written is not None:
        return written.format(content)
    other = about.content() if about else None
    return _what(other, None) if other else ""
