"""An evidence bundle: what is in it, and how it is checked offline, part by part.

Only what must be told to check is read of case.json, so that a bundle of an older version is
checked by a newer one.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import BinaryIO

import msgspec

from tidewaiter.base.errors import InputError
from tidewaiter.base.records import Record
from tidewaiter.casework.cases.state import Case
from tidewaiter.casework.cases.steps import Step, step_digest
from tidewaiter.casework.cases.timeline import Event
from tidewaiter.casework.decisions import Decided
from tidewaiter.ledger.bundles import Opened, Part, member_bytes, open_bundle
from tidewaiter.ledger.proofs import Proof, check_proof, read_checkpoint, read_proof
from tidewaiter.ledger.signed_notes import PublicKey, signed_text

CASE = "case.json"
PAGE = "case.html"
READ_ME = "README.txt"
CHECKPOINT = "checkpoint.note"
ENTRIES = "entries.json"
LARGEST = 256 * 1024 * 1024  # bytes of case.json

_ENDINGS = {
    "application/pdf": "pdf",
    "image/png": "png",
    "image/jpeg": "jpg",
    "image/gif": "gif",
    "image/tiff": "tif",
    "text/plain": "txt",
    "application/zip": "zip",
}


class CaseRecord(Record, frozen=True, kw_only=True):
    """case.json: all that the bundle tells of a case, for programs."""

    version: str = "1"
    made: str  # ISO 8601, UTC
    restricted: bool  # whether what is for the authority only was to be in it
    people: Mapping[str, str]  # how those who are named in it are read
    case: Case
    steps: tuple[Step, ...]  # what was done, each with its salt and digest
    decisions: Mapping[str, tuple[Decided, ...]]  # of alerts, by id
    alerts: Mapping[str, str]  # id -> name of the file with the alert
    lines: Mapping[int, str]  # step that added a consignment -> name of the file with its lines
    files: Mapping[int, str]  # step that added a file -> its name in the bundle
    drafts: Mapping[int, str]  # step that finished a report -> its name, without the ending
    custody: Mapping[int, str]  # entry of the audit -> name of the file with its proof
    timeline: tuple[Event, ...]


class ListEntry(Record, frozen=True, kw_only=True):
    """A list entry that a party of an alert resembles, as it was seen then."""

    list: str
    list_name: str
    version: str  # SHA-256 of the bytes of the list
    list_day: str
    entry: str
    name: str
    action: str
    outcome: str
    outcome_day: str
    listed: str
    source: str
    alerts: tuple[str, ...]


def file_name(step: int, kind: str) -> str:
    """Return how a file of a case is called in the bundle: by its step, never by its own name."""
    return f"files/{step}.{_ENDINGS.get(kind, 'bin')}"


READ_ME_TEXT = """\
This is an evidence bundle of Tidewaiter: {of}, made {made}.

case.html     the case, to be read and printed; it needs no network
case.json     the same for programs: every step with its salt and digest, decisions, timeline
alerts/       each alert whole: the line as it was read, reasons, law, listed parties it resembles
lines/        all lines of the consignments that belong to the case
entries.json  the list entries that alerts name, as they were seen, with the SHA-256 of each list
files/        the files of the case, byte by byte
drafts/       reports of a suspicion that were filled
custody/      a proof for each entry of the audit about the case (c2sp.org/tlog-proof)
checkpoint.note  how long the audit was, and the hash over it, signed (c2sp.org/tlog-checkpoint)
MANIFEST      the SHA-256 and size of every other file, signed (c2sp.org/signed-note)

Check it, offline:

    tidewaiter verify BUNDLE.zip --key '{key}'

That key stands in the bundle too, so it proves nothing by itself: ask the sender for it by another
way. Without Tidewaiter: any program can hash the files; the signature is Ed25519 over the text of
MANIFEST up to its empty line.

Neither an alert nor a case is a finding of fault, and a resemblance is no verdict on anyone.
"""
"""The text of README.txt; `of`, `made` and `key` are filled in."""


_PROOF = 1 << 20  # bytes
_Details = dict[str, str | int]


class Verdict(Record, frozen=True, kw_only=True):
    """What of a bundle holds."""

    of: str  # like "case 7"
    made: str
    key: str  # that signed
    named: bool  # it is one that was given
    parts: tuple[Part, ...]

    def holds(self) -> bool:
        """Say whether all parts hold, under a key that was given."""
        return self.named and all(part.holds for part in self.parts)


class _Step(msgspec.Struct, frozen=True):
    """What is needed of a step; all else of it is let be."""

    id: int
    case: int
    kind: str
    restricted: bool
    at: str
    written: str
    salt: str
    digest: str
    entry: int


class _Decided(msgspec.Struct, frozen=True):
    id: int
    alert: str
    at: str


class _Added(msgspec.Struct, frozen=True):
    sha256: str


class _Told(msgspec.Struct, frozen=True):
    """What is needed of case.json."""

    version: str
    restricted: bool
    steps: tuple[_Step, ...]
    decisions: dict[str, tuple[_Decided, ...]]
    alerts: dict[str, str]
    files: dict[int, str]
    custody: dict[int, str]


class _Entry(msgspec.Struct, frozen=True):
    number: int
    at: str
    who: str
    action: str
    details: str


def verify_bundle(file: BinaryIO, keys: Sequence[PublicKey]) -> Verdict:
    """Check a bundle.

    Args:
        file: It; it can be sought in.
        keys: Those that are trusted.

    Raises:
        InputError: It is no bundle.
    """
    opened = open_bundle(file, keys)
    parts = list(opened.parts)
    if all(part.holds for part in parts):
        parts += _inside(file, opened)
    else:
        skipped = "not looked at, as the files do not hold"
        parts += [Part(name=name, holds=False, says=skipped) for name in ("custody", "record")]
    manifest = opened.manifest
    return Verdict(
        of=manifest.of,
        made=manifest.made,
        key=str(manifest.key),
        named=opened.named,
        parts=tuple(parts),
    )


def _inside(file: BinaryIO, opened: Opened) -> Iterator[Part]:
    """Check the proofs, and the record against them."""
    try:
        told = msgspec.json.decode(member_bytes(file, opened, CASE, most=LARGEST), type=_Told)
        entries = dict(_proven(file, opened, told.custody))
        details = {number: _details(entry) for number, entry in entries.items()}
        wrong = next(_wrong(told, entries, details, opened), "")
    except (InputError, msgspec.DecodeError, ValueError, RecursionError) as error:
        says = error.message if isinstance(error, InputError) else f"{error}"
        yield Part(name="custody", holds=False, says=says)
        yield Part(name="record", holds=False, says="not looked at, as the custody does not hold")
        return
    says = f"entries of the audit: {len(entries):,}, each proved against the signed checkpoint"
    yield Part(name="custody", holds=True, says=says)
    steps, decided = len(told.steps), sum(map(len, told.decisions.values()))
    says = f"steps: {steps:,}, decisions: {decided:,}, each as the audit has it"
    yield Part(name="record", holds=not wrong, says=wrong or says)


def _proven(
    file: BinaryIO, opened: Opened, custody: Mapping[int, str]
) -> Iterator[tuple[int, _Entry]]:
    """Yield the entries whose proofs hold.

    Raises:
        InputError: One does not, or the checkpoint is not signed by the key of the manifest.
    """
    own = (opened.manifest.key,)
    note = member_bytes(file, opened, CHECKPOINT, most=_PROOF).decode()
    read_checkpoint(signed_text(note, own)[0])
    for number, name in custody.items():
        proof = read_proof(member_bytes(file, opened, name, most=_PROOF).decode())
        yield number, _entry(number, name, proof, note, own)


def _entry(number: int, name: str, proof: Proof, note: str, own: tuple[PublicKey, ...]) -> _Entry:
    if proof.note != note:
        raise InputError("casework/proof-of-another-checkpoint", at=name)
    try:
        check_proof(proof, own)
    except InputError as error:
        raise InputError(
            "casework/proof-does-not-hold", name=name, problem=error.message
        ) from error
    entry = msgspec.json.decode(proof.entry, type=_Entry)
    if entry.number != number or proof.place != number - 1:
        raise InputError(
            "casework/proves-another-entry", name=name, number=entry.number, wanted=number
        )
    return entry


def _wrong(
    told: _Told, entries: Mapping[int, _Entry], details: Mapping[int, _Details], opened: Opened
) -> Iterator[str]:
    """Say what of the record is not as the audit has it."""
    yield from _wrong_chain([step for step in told.steps if not step.restricted], details)
    yield from _wrong_chain([step for step in told.steps if step.restricted], details)
    if not told.steps or told.steps[-1].kind != "exported":
        yield "the steps do not end with the export of this bundle"
    erased = max((step.id for step in told.steps if step.kind == "erased"), default=0)
    for step in told.steps:
        if step.entry in entries:
            yield from _wrong_step(step, entries[step.entry])
        if not step.written and step.id > erased:
            yield f"step {step.id} says nothing, and nobody erased it"
    decided = {each.get("decision"): number for number, each in details.items()}
    for each in (step for steps in told.decisions.values() for step in steps):
        number = decided.get(each.id, 0)
        has = (entries[number].at, details[number].get("alert")) if number else None
        if has != (each.at, each.alert):
            yield f"decision {each.id} of alert {each.alert} is not as the audit has it"
    yield from _wrong_files(told, opened)


def _wrong_chain(steps: Sequence[_Step], details: Mapping[int, _Details]) -> Iterator[str]:
    """Say where a step is missing or another one than the audit has; each names the one before."""
    before = 0
    for step in steps:
        wanted = {
            "case": step.case,
            "step": step.id,
            "kind": step.kind,
            "digest": step.digest,
            "before": before,
        }
        has = details.get(step.entry)
        if has is None:
            yield f"step {step.id} has no entry in the custody"
        elif has.get("before") != before:
            yield f"a step is missing before step {step.id}"
        elif has != wanted:
            yield f"step {step.id} is not as the audit has it"
        before = step.entry


def _wrong_step(step: _Step, entry: _Entry) -> Iterator[str]:
    if entry.at != step.at:
        yield f"step {step.id} is not as the audit has it"
    try:
        found = step_digest(step.salt, step.written)
    except ValueError:
        found = ""
    if step.written and found != step.digest:
        yield f"step {step.id} says something else than its digest"


def _wrong_files(told: _Told, opened: Opened) -> Iterator[str]:
    """Say which files are not those that were added, and which are not there."""
    hashes = {member.name: member.sha256 for member in opened.manifest.members}
    for step in told.steps:
        name = told.files.get(step.id)
        if step.kind == "fileadded" and step.written and name is not None:
            added = msgspec.json.decode(step.written, type=_Added)
            if hashes.get(name) != added.sha256:
                yield f"{name} is not the file that was added in step {step.id}"
    named = {*told.files.values(), *told.alerts.values()}
    if missing := sorted(named - set(hashes)):
        yield f"{missing[0]} is missing"
    loose = {name for name in hashes if name.startswith(("files/", "alerts/"))} - named
    if loose:
        yield f"{min(loose)} belongs to no step"


def _details(entry: _Entry) -> _Details:
    return msgspec.json.decode(entry.details, type=_Details)
