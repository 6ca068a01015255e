"""Joint cases: page records and their views."""

from collections.abc import Collection, Iterator, Mapping
from datetime import date
from typing import Annotated, Literal

import msgspec

from tidewaiter.accounts.roles import Right
from tidewaiter.base.records import Record
from tidewaiter.casework.decisions import load_decision_rules
from tidewaiter.exchange.cases import (
    Bundle,
    Decision,
    JointCase,
    Offer,
    Part,
    Side,
    Spoken,
    Taking,
    Together,
)
from tidewaiter.exchange.protocol.envelopes import Said
from tidewaiter.exchange.protocol.markings import Purpose, Tlp
from tidewaiter.exchange.requests.state import JointAct
from tidewaiter.explain.languages import marked, numbered, words
from tidewaiter.store.recalls.compliance import Fate
from tidewaiter.web.alerts.decision_form import decision_choices
from tidewaiter.web.core.exchange_terms import (
    PURPOSES,
    MarkingView,
    marking_in_words,
    purpose_choices,
    tlp_choices,
)
from tidewaiter.web.incidents.schemas import UnheededTold
from tidewaiter.web.peers.schemas import peer_key
from tidewaiter.web.recalls.views import FateView, delivery_view

_Text = Annotated[str, msgspec.Meta(max_length=4_000)]
_Short = Annotated[str, msgspec.Meta(max_length=200)]


class SidePart(Record, frozen=True, kw_only=True):
    """A node of a joint case, and its participation."""

    node: str
    part: Part


class JointRow(Record, frozen=True, kw_only=True):
    """A row of the joint case list; unknown values are None."""

    number: int  # in the page address
    id: str
    opener: str
    title: str | None
    purpose: Purpose | None
    tlp: Tlp | None
    day: date | None
    sides: tuple[SidePart, ...]
    part: Part | None  # participation of this node
    bundles: int
    subjects: int  # subjects with a decision
    apart: int  # subjects with different decisions


class JointCasesPage(Record, frozen=True, kw_only=True):
    """Joint cases: open invitations first, then by recent activity."""

    rows: tuple[JointRow, ...]
    own: str
    names: dict[str, str]  # of peers
    cut: bool  # more exist than are shown


class SaidInCase(Record, frozen=True, kw_only=True):
    """A statement on a joint case."""

    message: str
    sender: str
    at: str  # ISO 8601, UTC
    kind: Literal["case", "part", "bundle", "decision"]
    told: str  # title, participation, bundle or subject


class JointPage(Record, frozen=True, kw_only=True):
    """A joint case, and this node's options."""

    number: int
    id: str
    opener: str
    own: str
    case: JointCase | None  # None: not received, or recalled
    sides: tuple[Side, ...]  # the opener first
    side_by_side: dict[str, dict[str, Decision | None]]  # by subject and node
    said: tuple[SaidInCase, ...]
    unheeded: tuple[UnheededTold, ...]
    destroyed: int  # recalled messages, whose content is unknown
    acts: tuple[JointAct, ...]
    fates: dict[str, Fate]  # delivery status by message
    untold: tuple[str, ...]  # nodes of the case that are not peers, and not informed
    names: dict[str, str]
    group: str  # name of its group, if this node's; "": none


class OpenJoint(Record, frozen=True, kw_only=True):
    """A joint case to open."""

    title: _Short
    partners: tuple[_Short, ...]  # nodes
    purpose: Purpose
    basis: _Text = ""
    tlp: Tlp = "amber"


class Partaking(Record, frozen=True, kw_only=True):
    """Participation of this node."""

    part: Literal["joined", "declined", "left"]
    note: _Text = ""


class Deciding(Record, frozen=True, kw_only=True):
    """This side's decision on a subject."""

    subject: _Short
    decision: _Short  # verdict and reason code: "hold/inspect"
    note: _Text = ""


class JointSaid(Record, frozen=True, kw_only=True):
    """A joint case after this node's statement."""

    number: int
    id: str
    untold: tuple[str, ...]  # nodes of the case that are not peers of this one


class BundleBrought(Record, frozen=True, kw_only=True):
    """A bundle contributed by its hashes; it stays with its owner."""

    number: int
    sha256: str
    untold: tuple[str, ...]


def said_in_case(said: Said[Spoken]) -> SaidInCase:
    """Describe a statement on a joint case."""
    body = said.body
    kind: Literal["case", "part", "bundle", "decision"] = "decision"
    if isinstance(body, JointCase):
        kind, told = "case", body.title
    elif isinstance(body, Taking):
        kind, told = "part", body.part
    elif isinstance(body, Offer):
        kind, told = "bundle", body.bundle.sha256
    else:
        told = body.subject
    return SaidInCase(message=said.id, sender=said.sender, at=said.at, kind=kind, told=told)


def apart(known: Together) -> int:
    """Count the subjects with different decisions."""
    return sum(differ(list(decided.values())) for decided in known.side_by_side().values())


def differ(decided: list[Decision | None]) -> bool:
    """Return whether sides decided differently; undecided sides are ignored."""
    return len({each.verdict for each in decided if each is not None}) > 1


PARTS: Mapping[Part, str] = {
    "invited": marked("invited, no reply yet"),
    "joined": marked("participating"),
    "declined": marked("declined"),
    "left": marked("left"),
}
_GONE = marked("not available: not yet received, or recalled")
_SAID = {
    "case": marked("opened the joint case"),
    "part": marked("answered"),
    "bundle": marked("added a bundle"),
    "decision": marked("decided on"),
}
Pairs = tuple[tuple[str, str], ...]


class JointLine(Record, frozen=True, kw_only=True):
    """A joint case of the list, as displayed."""

    row: JointRow
    opener: str
    part: str  # of this node
    waits: bool  # for this node's answer
    purpose: str
    others: tuple[str, ...]  # each with its participation
    notes: tuple[str, ...]


class JointCasesView(Record, frozen=True, kw_only=True):
    """The list, as displayed."""

    lines: tuple[JointLine, ...]
    peers: Pairs
    purposes: Pairs
    tlps: Pairs
    keys: Pairs


class BundleView(Record, frozen=True, kw_only=True):
    """A bundle, with shared and withheld parts of its files."""

    bundle: Bundle
    fields: int  # withheld in all files


class SideView(Record, frozen=True, kw_only=True):
    """A side, as displayed."""

    node: str
    name: str
    part: str
    bundles: tuple[BundleView, ...]


class DecidedView(Record, frozen=True, kw_only=True):
    """A side's decision on a subject."""

    name: str
    verdict: str  # "": none
    reason: str
    decision: Decision | None


class SubjectView(Record, frozen=True, kw_only=True):
    """A subject with each side's decision."""

    subject: str
    decided: tuple[DecidedView, ...]  # in the order of the sides
    differ: bool


class SaidLine(Record, frozen=True, kw_only=True):
    """A statement, as displayed."""

    said: SaidInCase
    name: str
    what: str
    told: str


class JointView(Record, frozen=True, kw_only=True):
    """The page of one, as displayed."""

    title: str
    opener: str
    part: str
    purpose: str
    marking: MarkingView | None
    sides: tuple[SideView, ...]
    subjects: tuple[SubjectView, ...]
    said: tuple[SaidLine, ...]  # latest first
    untold: tuple[str, ...]
    fates: dict[str, FateView]
    decisions: tuple[tuple[str, Pairs], ...]
    holds: bool  # the reader may set and lift holds
    places: dict[str, str]  # page addresses of peers, by node
    keys: Pairs


def joint_cases_view(page: JointCasesPage) -> JointCasesView:
    """Render the list as text."""
    peers = sorted(page.names.items(), key=lambda each: each[1].casefold())
    return JointCasesView(
        lines=tuple(_line(each, page) for each in page.rows),
        peers=tuple(peers),
        purposes=purpose_choices(),
        tlps=tlp_choices(),
        keys=(("n", words("Open a joint case")),),
    )


def joint_view(page: JointPage, rights: Collection[Right]) -> JointView:
    """Render the page of a joint case as text.

    Args:
        page: The page record.
        rights: Rights of the reader.
    """
    case = page.case
    names = {**page.names, page.own: words("this node")}
    own = next((each.part for each in page.sides if each.node == page.own), None)
    keys = [("l", words("Back to the list"))]
    if page.acts:
        keys += [("n", words("Go to the available actions"))]
    return JointView(
        title=case.title if case else words(_GONE),
        opener=names.get(page.opener, page.opener),
        part=words(PARTS[own]) if own else "",
        purpose=words(PURPOSES[case.purpose]) if case else "",
        marking=marking_in_words(case.marking, page.group) if case else None,
        sides=tuple(
            SideView(
                node=each.node,
                name=names.get(each.node, each.node),
                part=words(PARTS[each.part]),
                bundles=tuple(
                    BundleView(bundle=one, fields=sum(len(file.fields) for file in one.redacted))
                    for one in each.bundles
                ),
            )
            for each in page.sides
        ),
        subjects=tuple(_subjects(page, names)),
        said=tuple(_said(page, names))[::-1],
        untold=tuple(names.get(each, each) for each in page.untold),
        fates=delivery_view(page.fates, page.names),
        decisions=tuple(decision_choices()),
        holds="relate" in rights,
        places={each: peer_key(each) for each in page.names},
        keys=tuple(keys),
    )


def _line(row: JointRow, page: JointCasesPage) -> JointLine:
    notes = list[str]()
    if row.bundles:
        notes.append(numbered("%(num)s bundle", "%(num)s bundles", row.bundles))
    if row.subjects:
        notes.append(numbered("%(num)s subject decided", "%(num)s subjects decided", row.subjects))
    if row.apart:
        notes.append(words("conflicting decisions: {number}").format(number=row.apart))
    return JointLine(
        row=row,
        waits=row.part == "invited",
        opener=words("this node")
        if row.opener == page.own
        else page.names.get(row.opener, row.opener),
        part=words(PARTS[row.part]) if row.part else words(_GONE),
        purpose=words(PURPOSES[row.purpose]) if row.purpose else "",
        others=tuple(
            f"{page.names.get(each.node, each.node)}: {words(PARTS[each.part])}"
            for each in row.sides
            if each.node != page.own
        ),
        notes=tuple(notes),
    )


def _subjects(page: JointPage, names: Mapping[str, str]) -> Iterator[SubjectView]:
    for subject, decided in page.side_by_side.items():
        yield SubjectView(
            subject=subject,
            differ=differ(list(decided.values())),
            decided=tuple(_decided(names.get(node, node), each) for node, each in decided.items()),
        )


def _decided(name: str, decision: Decision | None) -> DecidedView:
    rules = load_decision_rules()
    if decision is None:
        return DecidedView(name=name, verdict="", reason="", decision=None)
    known = rules.reason.get(decision.reason)  # possibly from another version of the rules
    return DecidedView(
        name=name,
        verdict=words(rules.verdict[decision.verdict].says),
        reason=words(known.says) if known else decision.reason,
        decision=decision,
    )


def _said(page: JointPage, names: Mapping[str, str]) -> Iterator[SaidLine]:
    parts: Mapping[str, str] = {part: words(text) for part, text in PARTS.items()}
    for each in page.said:
        told = parts[each.told] if each.kind == "part" else each.told
        yield SaidLine(
            said=each,
            name=names.get(each.sender, each.sender),
            what=words(_SAID[each.kind]),
            told=told,
        )
