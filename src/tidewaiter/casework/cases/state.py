"""Cases: contents, access and status, derived from their steps."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import Generic, Literal, TypeVar

from tidewaiter.base.phrases import Phrase
from tidewaiter.base.records import Record
from tidewaiter.casework.cases.steps import (
    AlertAdded,
    ConsignmentAdded,
    Content,
    Drafted,
    FileAdded,
    Held,
    Note,
    Opened,
    Owned,
    PartyAdded,
    Renamed,
    Retained,
    Shared,
    Step,
    Task,
    Unshared,
)

CaseStatus = Literal["open", "closed-confirmed", "closed-dismissed", "closed-referred"]
"""Status of a case. closed-dismissed: two people agreed that the alerts were false positives."""

STATUSES: dict[str, CaseStatus] = {
    "opened": "open",
    "reopened": "open",
    "agreed": "closed-dismissed",
    "confirmed": "closed-confirmed",
    "referred": "closed-referred",
}
_PROPOSING = {"proposed", "refused", "recalled", *STATUSES}

C = TypeVar("C", bound=Content)


class Viewer(Record, frozen=True, kw_only=True):
    """A user of cases, with permissions."""

    name: str  # sign-in name
    rights: frozenset[str] = frozenset()  # of roles.toml: "case", "approve"
    cleared: bool = False  # may see restricted data

    def sees_all(self) -> bool:
        """Return whether they see cases that they are not a member of, as reviewers do."""
        return "approve" in self.rights


class Kept(Record, Generic[C], frozen=True, kw_only=True):
    """A content of a case, and who added it."""

    step: int
    by: str
    at: str
    restricted: bool
    what: C | None  # None: erased
    about: int | None = None
    corrected: int | None = None  # later note that corrects this one
    done: Step | None = None  # of a task


class Case(Record, frozen=True, kw_only=True):
    """A case, as derived from its steps."""

    number: int
    title: str | None  # None: erased
    owner: str
    members: tuple[str, ...]  # the owner first, then alphabetical
    status: CaseStatus
    opened: str  # ISO 8601, UTC
    alerts: tuple[Kept[AlertAdded], ...]
    consignments: tuple[Kept[ConsignmentAdded], ...]
    parties: tuple[Kept[PartyAdded], ...]
    files: tuple[Kept[FileAdded], ...]
    notes: tuple[Kept[Note], ...]
    tasks: tuple[Kept[Task], ...]
    drafts: tuple[Kept[Drafted], ...]
    proposal: Step | None  # pending proposal to close as dismissed
    closing: Step | None  # None: open
    retained: Retained | None
    hold: Kept[Held] | None
    erased: Step | None  # the last erasure
    last: int  # last step; a decision requires having seen it


def case_of(steps: Sequence[Step]) -> Case:
    """Derive a case from its steps.

    Args:
        steps: Steps of one case, in order, as visible to the viewer; the first opens it.
    """
    first, last = steps[0], steps[-1]
    live = list(_live(steps))
    owner = _owner(steps)
    shared = _shared(steps) | {owner}
    status = _last(steps, STATUSES)
    proposal = _last(steps, _PROPOSING)
    return Case(
        number=first.case,
        title=_title(steps),
        owner=owner,
        members=(owner, *sorted(shared - {owner})),
        status=STATUSES[status.kind] if status else "open",
        opened=first.at,
        alerts=_kept(live, AlertAdded),
        consignments=_kept(live, ConsignmentAdded),
        parties=_kept(live, PartyAdded),
        files=_kept(live, FileAdded),
        notes=_kept(live, Note),
        tasks=_kept(live, Task),
        drafts=_kept(live, Drafted),
        proposal=proposal if proposal and proposal.kind == "proposed" else None,
        closing=status if status and STATUSES[status.kind] != "open" else None,
        retained=_retained(steps),
        hold=_hold(steps),
        erased=_last(steps, {"erased"}),
        last=last.id,
    )


def may_be_erased(case: Case, today: date) -> Phrase | None:
    """Return why nothing of a case can be erased now; None: it can.

    Args:
        case: The case.
        today: The day.
    """
    if case.hold is not None:
        return Phrase("erasure/held")
    if case.status == "open":
        return Phrase("erasure/open")
    if case.retained is None:
        return Phrase("erasure/unset")
    if today <= case.retained.until:
        return Phrase("erasure/retained", day=case.retained.until)
    return None


def visible_to(steps: Iterable[Step], viewer: Viewer) -> list[Step]:
    """Return the steps of a visible case that a user may see."""
    return [step for step in steps if viewer.cleared or not step.restricted]


def _live(steps: Sequence[Step]) -> Iterator[Step]:
    out = {step.about for step in steps if step.kind == "withdrawn"}
    return (step for step in steps if step.id not in out)


def _last(steps: Sequence[Step], kinds: Iterable[str]) -> Step | None:
    wanted = set(kinds)
    return next((step for step in reversed(steps) if step.kind in wanted), None)


def _kept(live: Sequence[Step], kind: type[C]) -> tuple[Kept[C], ...]:
    word = kind.__name__.lower()
    corrected = {step.about: step.id for step in live if step.kind == "note" and step.about}
    done = {step.about: step for step in live if step.kind == "done"}
    return tuple(
        _one(step, kind, corrected.get(step.id), done.get(step.id))
        for step in live
        if step.kind == word
    )


def _one(
    step: Step, kind: type[C], corrected: int | None = None, done: Step | None = None
) -> Kept[C]:
    content = step.content()
    return Kept(
        step=step.id,
        by=step.by,
        at=step.at,
        restricted=step.restricted,
        what=content if isinstance(content, kind) else None,
        about=step.about,
        corrected=corrected,
        done=done,
    )


def _title(steps: Sequence[Step]) -> str | None:
    last = _last(steps, {"opened", "renamed"})
    content = last.content() if last else None
    return content.title if isinstance(content, Opened | Renamed) else None


def _owner(steps: Sequence[Step]) -> str:
    last = _last(steps, {"owned"})
    content = last.content() if last else None
    return content.owner if isinstance(content, Owned) else steps[0].by


def _shared(steps: Sequence[Step]) -> set[str]:
    found: set[str] = set()
    for step in steps:
        if step.kind in {"shared", "unshared"}:
            content = step.content()
            if isinstance(content, Shared):
                found.add(content.user)
            elif isinstance(content, Unshared):
                found.discard(content.user)
    return found


def _retained(steps: Sequence[Step]) -> Retained | None:
    last = _last(steps, {"retained"})
    content = last.content() if last else None
    return content if isinstance(content, Retained) else None


def _hold(steps: Sequence[Step]) -> Kept[Held] | None:
    last = _last(steps, {"held", "unheld"})
    return _one(last, Held) if last and last.kind == "held" else None
