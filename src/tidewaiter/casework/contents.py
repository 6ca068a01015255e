"""What stands in case.json of a bundle, and how the other files of it are called."""

from collections.abc import Mapping

from tidewaiter.base.records import Record
from tidewaiter.casework.cases import Case
from tidewaiter.casework.decisions import Decided
from tidewaiter.casework.steps import Step
from tidewaiter.casework.timeline import Event

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
