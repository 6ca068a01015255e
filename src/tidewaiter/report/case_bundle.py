"""Export of a case: collects it from the database and writes the bundle."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, BinaryIO

import msgspec

from tidewaiter.base.errors import InputError, MissingError
from tidewaiter.base.phrases import english_json
from tidewaiter.base.records import Record
from tidewaiter.casework.cases.permissions import Asked, load_case_rules
from tidewaiter.casework.cases.state import Case, Viewer, case_of
from tidewaiter.casework.cases.steps import ConsignmentAdded, Exported, FileAdded, Step
from tidewaiter.casework.cases.timeline import timeline
from tidewaiter.casework.decisions import Decided
from tidewaiter.casework.evidence import (
    CASE,
    CHECKPOINT,
    ENTRIES,
    PAGE,
    READ_ME,
    READ_ME_TEXT,
    CaseRecord,
    ListEntry,
    file_name,
)
from tidewaiter.casework.suspicious_transactions import load_suspicions
from tidewaiter.explain.alerts import export_alert
from tidewaiter.explain.languages import counted, number, speaking, words
from tidewaiter.explain.words import Library
from tidewaiter.ledger.bundles import Manifest, Member, Source, source_of, write_bundle
from tidewaiter.ledger.proofs import Checkpoint, Proof
from tidewaiter.ledger.signed_notes import SecretKey
from tidewaiter.report.cases import (
    CaseSheet,
    Custody,
    render_case,
    render_suspicion,
    suspicion,
    suspicion_json,
)
from tidewaiter.store.accounts.users import account_key, accounts
from tidewaiter.store.alerts.decisions import trail
from tidewaiter.store.alerts.storage import alerts_of
from tidewaiter.store.cases.attachments import file_parts
from tidewaiter.store.cases.casefile import case_steps, take_step
from tidewaiter.store.core.database import Work
from tidewaiter.store.evidence import Proven, custody
from tidewaiter.store.screening.lines import LineFilter, StoredLine, lines
from tidewaiter.trade.types import Alert

_LINES = 1_000  # lines read per query


class Gathered(Record, frozen=True, kw_only=True):
    """A case with all its records."""

    case: Case
    steps: tuple[Step, ...]
    alerts: tuple[Alert, ...]
    trails: Mapping[str, tuple[Decided, ...]]
    proven: tuple[Proven, ...]
    note: str  # signed checkpoint
    people: Mapping[str, str]  # display names of the people mentioned


class Making(Record, frozen=True, kw_only=True):
    """Settings of a bundle."""

    secret: SecretKey
    library: Library
    restricted: bool  # with what is for the authority only
    spoken: str = "en"  # language of its pages; its records are in English


def record_export(work: Work, viewer: Viewer, number: int, *, restricted: bool) -> Step:
    """Record that a case is exported; done first so that the bundle contains the entry.

    Args:
        work: A write transaction.
        viewer: The user who exports it.
        number: Number of the case.
        restricted: Whether to include restricted material, which requires a clearance.

    Raises:
        InputError: The user has no clearance.
        MissingError: The viewer has no such case.
    """
    if restricted and not viewer.cleared:
        raise InputError("report/not-cleared")
    return take_step(work, viewer, number, Asked(content=Exported(restricted=restricted)))


def write_case(
    work: Work, viewer: Viewer, exported: Step, making: Making, out: BinaryIO
) -> Manifest:
    """Write the bundle of a case, as the case was at the export step.

    The same step, database, key and language produce the same bytes.

    Args:
        work: Any transaction.
        viewer: The user who exports it.
        exported: The step returned by `record_export`.
        making: Settings of the bundle.
        out: Empty, seekable file to write to.

    Raises:
        InputError: The bundle is too large.
        MissingError: The viewer has no such case.
        StoreError: The bytes of a file differ from those that were added.
    """
    cleared = viewer.cleared and making.restricted
    narrowed = msgspec.structs.replace(viewer, cleared=cleared)
    gathered = gather(work, narrowed, exported, making.secret)
    sources = list(_sources(work, narrowed, exported, gathered, making))
    of = f"case {exported.case}"
    return write_bundle(out, sources, making.secret, of=of, made=exported.at)


def gather(work: Work, viewer: Viewer, exported: Step, secret: SecretKey) -> Gathered:
    """Read a case up to a step, with all its records."""
    found = case_steps(work, viewer, exported.case)
    steps = tuple(step for step in found if step.id <= exported.id)
    if not steps:
        raise MissingError("report/no-case", case=exported.case)
    case = case_of(steps)
    ids = [kept.what.alert for kept in case.alerts if kept.what is not None]
    alerts = tuple(each for each in alerts_of(work, ids) if viewer.cleared or not each.restricted)
    trails = {
        each.id: tuple(step for step in trail(work, each.id) if step.at <= exported.at)
        for each in alerts
    }
    state, proven = custody(work, steps, trails, entries=exported.entry)
    told = Checkpoint(origin=secret.name, size=state.entries, root=state.root)
    return Gathered(
        case=case,
        steps=steps,
        alerts=alerts,
        trails=trails,
        proven=tuple(proven),
        note=secret.sign(str(told)),
        people=dict(_people(work, steps, trails)),
    )


def _people(
    work: Work, steps: Iterable[Step], trails: Mapping[str, Iterable[Decided]]
) -> Iterator[tuple[str, str]]:
    """Yield the display names of people who acted or were mentioned."""
    named = {event.by for event in timeline(tuple(steps), trails)}
    named |= {event.whom for event in timeline(tuple(steps), trails)}
    for account in accounts(work):
        if account_key(account.id) in named:
            yield account_key(account.id), account.shown


def _sources(
    work: Work, viewer: Viewer, exported: Step, gathered: Gathered, making: Making
) -> Iterator[Source]:
    case = gathered.case
    alerts = {each.id: f"alerts/{each.id}.json" for each in gathered.alerts}
    for each in gathered.alerts:
        yield source_of(alerts[each.id], _json(export_alert(each)))
    held = {kept.step: kept.what for kept in case.consignments if kept.what is not None}
    told = {step: f"lines/{step}.json" for step in held}
    for step, what in held.items():
        yield source_of(told[step], _json(list(_lines(work, what))))
    files = {kept.step: kept.what for kept in case.files if kept.what is not None}
    names = {step: file_name(step, what.type) for step, what in files.items()}
    for step, file in files.items():
        yield _file(work, viewer, (case.number, step), names[step], file)
    drafts = {kept.step: f"drafts/{kept.step}" for kept in case.drafts if kept.what is not None}
    yield from _drafts(gathered, drafts, making.spoken)
    proofs = {
        each.entry.number: f"custody/{each.entry.number}.tlog-proof" for each in gathered.proven
    }
    for proven in gathered.proven:
        yield source_of(proofs[proven.entry.number], _proof(proven, gathered.note))
    events = tuple(timeline(gathered.steps, gathered.trails))
    record = CaseRecord(
        made=exported.at,
        restricted=making.restricted,
        people=gathered.people,
        case=case,
        steps=gathered.steps,
        decisions=gathered.trails,
        alerts=alerts,
        lines=told,
        files=names,
        drafts=drafts,
        custody=proofs,
        timeline=events,
    )
    yield source_of(CASE, _json(record))
    yield source_of(ENTRIES, _json(_entries(gathered.alerts)))
    yield source_of(CHECKPOINT, gathered.note.encode())
    with speaking(making.spoken):
        page = _page(record, gathered, making)
    yield source_of(PAGE, page.encode())
    key = str(making.secret.public())
    text = READ_ME_TEXT.format(of=f"case {case.number}", made=exported.at, key=key)
    yield source_of(READ_ME, text.encode())


def _file(work: Work, viewer: Viewer, place: tuple[int, int], name: str, what: FileAdded) -> Source:
    member = Member(name=name, size=what.size, sha256=what.sha256)
    return Source(member=member, parts=lambda: file_parts(work, viewer, *place))


def _lines(work: Work, what: ConsignmentAdded) -> Iterator[StoredLine]:
    wanted, after = LineFilter(source=what.source, consignment=what.consignment), 0
    while page := lines(work, wanted, after=after, rows=_LINES):
        yield from page
        after = page[-1].id


def _drafts(gathered: Gathered, names: Mapping[int, str], spoken: str) -> Iterator[Source]:
    case = gathered.case
    for kept in case.drafts:
        if kept.what is not None:
            form = load_suspicions().find(kept.what.form)
            by = gathered.people.get(kept.by, kept.by)
            told = (case.number, kept.what.form, form, kept.what.fields)
            with speaking(spoken):
                page = render_suspicion(suspicion(*told, by=by, at=kept.at))
            yield source_of(f"{names[kept.step]}.html", page.encode())
            report = suspicion(*told, by=by, at=kept.at)
            yield source_of(f"{names[kept.step]}.json", suspicion_json(report))


def _proof(proven: Proven, note: str) -> bytes:
    place = proven.entry.number - 1
    proof = Proof(entry=proven.entry.written(), place=place, path=proven.path, note=note)
    return str(proof).encode()


def _entries(alerts: Iterable[Alert]) -> list[ListEntry]:
    """Return the list entries that alerts name, once per version of their list."""
    found: dict[tuple[str, str, str], ListEntry] = {}
    for alert in alerts:
        for match in alert.parties:
            key = (match.list, match.version, match.entry)
            before = found[key].alerts if key in found else ()
            found[key] = ListEntry(
                list=match.list,
                list_name=match.list_name,
                version=match.version,
                list_day=str(match.list_day or ""),
                entry=match.entry,
                name=match.listed_name,
                action=match.action,
                outcome=match.outcome,
                outcome_day=str(match.outcome_day or ""),
                listed=str(match.listed or ""),
                source=match.source,
                alerts=(*before, alert.id),
            )
    return [found[key] for key in sorted(found)]


def _page(record: CaseRecord, gathered: Gathered, making: Making) -> str:
    size, root = gathered.note.split("\n")[1:3]
    sheet = CaseSheet(
        case=gathered.case,
        events=record.timeline,
        alerts=gathered.alerts,
        files=record.files,
        drafts=record.drafts,
        custody=tuple(_custody(gathered.proven)),
        made=record.made,
        key=str(making.secret.public()),
        log=counted(
            "{count} entry, root hash {root}", "{count} entries, root hash {root}", int(size)
        ).format(count=number(int(size)), root=root),
        restricted=record.restricted,
        people=record.people,
    )
    return render_case(sheet, making.library)


def _custody(proven: Sequence[Proven]) -> Iterator[Custody]:
    for each in proven:
        told = msgspec.json.decode(each.entry.details, type=dict[str, str | int])
        step, alert = told.get("step"), told.get("alert")
        rule = load_case_rules().step.get(str(told.get("kind")))
        if step:
            what = words("step {step}").format(step=step) + (
                f": {words(rule.says)}" if rule else ""
            )
        else:
            what = f"{each.entry.action} {alert}"
        yield Custody(
            number=each.entry.number,
            at=each.entry.at,
            who=each.entry.who,
            action=each.entry.action,
            what=what,
            digest=str(told.get("digest", "")),
        )


def _json(value: Any) -> bytes:
    return msgspec.json.format(english_json(value), indent=2) + b"\n"
