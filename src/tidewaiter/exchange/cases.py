"""Joint cases: contributions and decisions by node, redacted files, and evidence by hash.

A redacted file of an evidence bundle is a different file with a different hash, so its redaction
map names both, and anyone with the original can check that nothing else differs.

A bundle is identified by its hash and remains with its owner, who sends it whole or redacted. Each
node states only its own decision; joint decisions do not exist.
"""

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Any, BinaryIO, Literal

import msgspec

from tidewaiter.base.errors import InputError
from tidewaiter.base.records import Record
from tidewaiter.casework.decisions import Verdict, load_decision_rules
from tidewaiter.exchange.problems import Problem, blank, from_error, wrong
from tidewaiter.exchange.protocol.envelopes import Said, Unheeded, said_as
from tidewaiter.exchange.protocol.markings import Marking, Purpose
from tidewaiter.exchange.requests.checks import sha256
from tidewaiter.ledger.bundles import Opened, member_bytes, open_bundle

GONE = "[redacted]"


class Redacted(Record, frozen=True, kw_only=True):
    """A redacted field."""

    pointer: str  # RFC 6901, like "/parties/0/name"
    why: str


class RedactedFile(Record, frozen=True, kw_only=True):
    """A redacted file of a bundle."""

    name: str  # in the bundle
    original: str  # SHA-256 of the original file in the bundle
    given: str  # SHA-256 of the redacted file
    fields: tuple[Redacted, ...]


def redact(name: str, original: bytes, fields: Iterable[Redacted]) -> tuple[bytes, RedactedFile]:
    """Redact fields of a JSON document.

    Args:
        name: File name in its bundle.
        original: The document.
        fields: Fields to redact; none within another.

    Returns:
        The redacted document, and the map.

    Raises:
        InputError: Not JSON, or a field is missing.
    """
    try:
        document = msgspec.json.decode(original)
    except msgspec.DecodeError as error:
        raise InputError("exchange/not-json", error=error, at=name) from error
    out = tuple(sorted(fields, key=lambda each: each.pointer))
    for each in out:
        document = _without(document, _steps(each.pointer), f"{name}, {each.pointer}")
    given = msgspec.json.format(msgspec.json.encode(document), indent=2) + b"\n"
    told = RedactedFile(name=name, original=_hash(original), given=_hash(given), fields=out)
    return given, told


def check_redacted(told: RedactedFile) -> Iterator[Problem]:
    """Yield the problems of a map."""
    yield from sha256(f"{told.name}, original", told.original)
    yield from sha256(f"{told.name}, given", told.given)
    for each in told.fields:
        at = f"{told.name}, {each.pointer}"
        if not each.pointer.startswith("/"):
            yield wrong(at, "exchange/not-a-pointer")
        if blank(each.why):
            yield wrong(at, "exchange/redaction-not-explained")


def _steps(pointer: str) -> list[str]:
    return [step.replace("~1", "/").replace("~0", "~") for step in pointer.split("/")[1:]]


def _without(document: Any, steps: list[str], at: str) -> Any:
    if not steps:
        if document == GONE:
            raise InputError("exchange/field-taken-out-twice", at=at)
        return GONE
    step, *rest = steps
    if isinstance(document, dict) and step in document:
        return {**document, step: _without(document[step], rest, at)}
    place = int(step) if step.isdecimal() and (step == "0" or step[0] != "0") else -1
    if isinstance(document, list) and 0 <= place < len(document):
        return [*document[:place], _without(document[place], rest, at), *document[place + 1 :]]
    raise InputError("exchange/no-such-field", at=at)


def _hash(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()


Part = Literal["invited", "joined", "declined", "left"]


class Bundle(Record, frozen=True, kw_only=True):
    """An evidence bundle by reference, as `tidewaiter cases export` makes it."""

    sha256: str  # of the ZIP
    manifest: str  # SHA-256 of the signed text of its MANIFEST, which fixes all other bytes
    of: str  # like "case 7"
    made: str  # ISO 8601, UTC
    key: str  # key that signed the manifest
    size: int  # bytes
    redacted: tuple[RedactedFile, ...] = ()  # redacted files given to the other side


class JointCase(Record, frozen=True, kw_only=True):
    """A node opens a joint case: kind "joint-case", schema 1."""

    id: str
    opener: str  # id of the node
    partners: tuple[str, ...]
    title: str
    purpose: Purpose
    basis: str = ""
    day: date
    marking: Marking


class Taking(Record, frozen=True, kw_only=True):
    """A partner joins, declines or leaves: kind "joint-case-part", schema 1."""

    case: str
    opener: str
    number: int  # this node's statement number in the case, from 1
    part: Literal["joined", "declined", "left"]
    note: str = ""


class Offer(Record, frozen=True, kw_only=True):
    """A node contributes a bundle: kind "joint-case-bundle", schema 1."""

    case: str
    opener: str
    number: int
    bundle: Bundle


class Decision(Record, frozen=True, kw_only=True):
    """A node's decision on its own side: kind "joint-case-decision", schema 1."""

    case: str
    opener: str
    number: int
    subject: str  # subject, spelled alike by all sides: "incident north/inc-7"
    verdict: Verdict
    reason: str  # code of decisions.toml
    note: str = ""
    day: date


Spoken = JointCase | Taking | Offer | Decision


class Side(Record, frozen=True, kw_only=True):
    """One node's side of a joint case."""

    node: str
    part: Part
    bundles: tuple[Bundle, ...]
    decisions: Mapping[str, Decision]  # the latest on each subject


class Together(Record, frozen=True, kw_only=True):
    """The state of a joint case after all statements."""

    case: Said[JointCase] | None  # None: not received
    sides: Mapping[str, Side]  # the opener first, then the partners in order
    unheeded: tuple[Unheeded[Spoken], ...]

    def side_by_side(self) -> dict[str, dict[str, Decision | None]]:
        """Return each side's decision by subject; None: none yet."""
        subjects = sorted({each for side in self.sides.values() for each in side.decisions})
        return {
            subject: {node: side.decisions.get(subject) for node, side in self.sides.items()}
            for subject in subjects
        }


def check_joint(case: JointCase) -> tuple[Problem, ...]:
    """Return all problems of a joint case."""
    found = [
        wrong(name, "exchange/text-missing")
        for name, text in (("id", case.id), ("opener", case.opener), ("title", case.title))
        if blank(text)
    ]
    if not case.partners:
        found.append(wrong("partners", "exchange/partners-missing"))
    if case.opener in case.partners or len(set(case.partners)) < len(case.partners):
        found.append(wrong("partners", "exchange/partner-twice"))
    if case.marking.purposes and case.purpose not in case.marking.purposes:
        found.append(wrong("marking", "exchange/marking-not-for-purpose", purpose=case.purpose))
    return tuple(found)


def check_offer(offer: Offer) -> tuple[Problem, ...]:
    """Return all problems of a contributed bundle."""
    bundle = offer.bundle
    found = [*sha256("bundle, sha256", bundle.sha256), *sha256("bundle, manifest", bundle.manifest)]
    if bundle.size < 1:
        found.append(wrong("bundle, size", "exchange/bundle-empty", size=bundle.size))
    names = [each.name for each in bundle.redacted]
    if len(set(names)) < len(names):
        found.append(wrong("bundle, redacted", "exchange/redacted-file-twice"))
    for each in bundle.redacted:
        found += check_redacted(each)
    return tuple(found)


def check_decision(decision: Decision, today: date) -> tuple[Problem, ...]:
    """Return all problems of a decision; its reason is a code of decisions.toml."""
    found = []
    if blank(decision.subject):
        found.append(wrong("subject", "exchange/subject-missing"))
    if decision.day > today:
        found.append(wrong("day", "exchange/day-in-future", day=decision.day, today=today))
    try:
        load_decision_rules().check(decision.verdict, decision.reason, decision.note)
    except InputError as error:
        found.append(from_error(error.placed("reason")))
    return tuple(found)


def joint_case_of(opener: str, case: str, said: Iterable[Said[Spoken]]) -> Together:
    """Fold the statements on a joint case.

    Each node numbers its statements, so the order of arrival does not matter.

    Args:
        opener: Id of the node that opened it.
        case: Its id there.
        said: Accepted messages, in order of arrival.
    """
    mine = [each for each in said if _of(each.body) == (opener, case)]
    opened = next(
        (
            said_as(each, each.body)
            for each in mine
            if isinstance(each.body, JointCase) and each.sender == opener
        ),
        None,
    )
    nodes = (opener, *opened.body.partners) if opened else ()
    kept: dict[tuple[str, int], Said[Spoken]] = {}
    unheeded: dict[str, Unheeded[Spoken]] = {}
    for each in mine:
        why = _why_not(each, opener, nodes)
        if not why and kept.setdefault(_key(each), each).body != each.body:
            why = "other content with the same number was received first"
        if why:
            unheeded.setdefault(each.id, Unheeded(said=each, why=why))
    sides = {node: _side(node, opener, kept) for node in nodes}
    for _, early in sides.values():
        for each in early:
            unheeded.setdefault(each.id, Unheeded(said=each, why="its sender has not joined"))
    return Together(
        case=opened,
        sides={node: side for node, (side, _) in sides.items()},
        unheeded=tuple(unheeded[key] for key in sorted(unheeded)),
    )


def _why_not(said: Said[Spoken], opener: str, nodes: tuple[str, ...]) -> str:
    """Return why a message has no effect; "": it has."""
    if isinstance(said.body, JointCase):
        return "" if said.sender == opener else "only the node that opened it can open it"
    if said.sender not in nodes:
        return "its sender is not a partner" if nodes else "the joint case has not been received"
    if said.sender == opener and isinstance(said.body, Taking) and said.body.part == "declined":
        return "the node that opened it has joined"
    return ""


def _side(
    node: str, opener: str, kept: Mapping[tuple[str, int], Said[Spoken]]
) -> tuple[Side, list[Said[Spoken]]]:
    """Return a node's side, and its statements made while not participating."""
    part: Part = "joined" if node == opener else "invited"
    bundles: dict[str, Bundle] = {}
    decisions: dict[str, Decision] = {}
    early = []
    for said in (kept[key] for key in sorted(kept) if key[0] == node):
        body = said.body
        if isinstance(body, Taking):
            part = body.part
        elif part != "joined" and not isinstance(body, JointCase):
            early.append(said)
        elif isinstance(body, Offer):
            bundles[body.bundle.sha256] = body.bundle
        elif isinstance(body, Decision):
            decisions[body.subject] = body
    side = Side(node=node, part=part, bundles=tuple(bundles.values()), decisions=decisions)
    return side, early


def _of(body: Spoken) -> tuple[str, str]:
    return body.opener, body.id if isinstance(body, JointCase) else body.case


def _key(said: Said[Spoken]) -> tuple[str, int]:
    return said.sender, 0 if isinstance(said.body, JointCase) else said.body.number


_PART = 1 << 20  # bytes read at a time
_MOST = 1 << 26  # maximum bytes of a file to redact


def refer(file: BinaryIO) -> Bundle:
    """Return the reference to a bundle written by `tidewaiter cases export`.

    Args:
        file: The bundle; seekable.

    Raises:
        InputError: Not a bundle, or its files are not those that were signed.
    """
    manifest = _opened(file).manifest
    found, size = hash_of(file)
    return Bundle(
        sha256=found,
        manifest=hashlib.sha256(str(manifest).encode()).hexdigest(),
        of=manifest.of,
        made=manifest.made,
        key=str(manifest.key),
        size=size,
    )


def redact_member(
    file: BinaryIO, name: str, fields: Iterable[Redacted]
) -> tuple[bytes, RedactedFile]:
    """Redact fields of a JSON file in a bundle.

    Args:
        file: The bundle.
        name: File name in it.
        fields: Fields to redact.

    Returns:
        The redacted file, and the map.

    Raises:
        InputError: Not a bundle, or the file or a field is missing.
    """
    original = member_bytes(file, _opened(file), name, most=_MOST)
    return redact(name, original, fields)


def hash_of(file: BinaryIO) -> tuple[str, int]:
    """Return the SHA-256 of a file, and its bytes."""
    found, size = hashlib.sha256(), 0
    file.seek(0)
    while part := file.read(_PART):
        found.update(part)
        size += len(part)
    return found.hexdigest(), size


def _opened(file: BinaryIO) -> Opened:
    opened = open_bundle(file, ())
    broken = [each.says for each in opened.parts if not each.holds]
    if broken:
        raise InputError("exchange/bundle-does-not-hold", broken=broken[0])
    return opened
