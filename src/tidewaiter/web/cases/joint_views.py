"""Joint cases: the records of their pages, and these in words."""

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
from tidewaiter.explain.languages import counted, marked, words
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
from tidewaiter.web.recalls.views import FateView, fates_view

_Text = Annotated[str, msgspec.Meta(max_length=4_000)]
_Short = Annotated[str, msgspec.Meta(max_length=200)]


class SidePart(Record, frozen=True, kw_only=True):
    """A node of a joint case, and whether it takes part."""

    node: str
    part: Part


class JointRow(Record, frozen=True, kw_only=True):
    """A joint case in the list; what is not here is None."""

    number: int  # in the address of its page
    id: str
    opener: str
    title: str | None
    purpose: Purpose | None
    tlp: Tlp | None
    day: date | None
    sides: tuple[SidePart, ...]
    part: Part | None  # of this node
    bundles: int
    subjects: int  # of which something is decided
    apart: int  # of which the sides have decided differently


class JointCasesPage(Record, frozen=True, kw_only=True):
    """Joint cases: those to which this node is invited first, then what was spoken of last."""

    rows: tuple[JointRow, ...]
    own: str
    names: dict[str, str]  # of peers
    cut: bool  # there are more than are shown


class SaidInCase(Record, frozen=True, kw_only=True):
    """Something that was said of a joint case."""

    message: str
    sender: str
    at: str  # ISO 8601, UTC
    kind: Literal["case", "part", "bundle", "decision"]
    told: str  # title, part, bundle or subject


class JointPage(Record, frozen=True, kw_only=True):
    """A joint case, and what this node may say in it now."""

    number: int
    id: str
    opener: str
    own: str
    case: JointCase | None  # None: it has not come, or was recalled
    sides: tuple[Side, ...]  # the opener first
    side_by_side: dict[str, dict[str, Decision | None]]  # by subject and node
    said: tuple[SaidInCase, ...]
    unheeded: tuple[UnheededTold, ...]
    destroyed: int  # messages that were recalled, so that nothing is known of them
    acts: tuple[JointAct, ...]
    fates: dict[str, Fate]  # by message: what became of it
    untold: tuple[str, ...]  # nodes of the case that are no peers, so that they are not told
    names: dict[str, str]
    group: str  # name of the group that it is for, where that is this node's; "": none


class OpenJoint(Record, frozen=True, kw_only=True):
    """A joint case to be opened."""

    title: _Short
    partners: tuple[_Short, ...]  # nodes
    purpose: Purpose
    basis: _Text = ""
    tlp: Tlp = "amber"


class Partaking(Record, frozen=True, kw_only=True):
    """Whether this node takes part."""

    part: Literal["joined", "declined", "left"]
    note: _Text = ""


class Deciding(Record, frozen=True, kw_only=True):
    """What this side has decided on a subject."""

    subject: _Short
    decision: _Short  # verdict and code of the reason: "hold/inspect"
    note: _Text = ""


class JointSaid(Record, frozen=True, kw_only=True):
    """A joint case after this node said something in it."""

    number: int
    id: str
    untold: tuple[str, ...]  # nodes of the case that are no peers of this one


class BundleBrought(Record, frozen=True, kw_only=True):
    """A bundle that was brought by its hashes; it stays with its owner."""

    number: int
    sha256: str
    untold: tuple[str, ...]


def said_in_case(said: Said[Spoken]) -> SaidInCase:
    """Tell of one thing that was said of a joint case."""
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
    """Count the subjects of which the sides have decided differently."""
    return sum(differ(list(decided.values())) for decided in known.side_by_side().values())


def differ(decided: list[Decision | None]) -> bool:
    """Say whether sides have decided differently; who has decided nothing does not differ."""
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
    """A joint case of the list in words."""

    row: JointRow
    opener: str
    part: str  # of this node
    waits: bool  # for this node to answer
    purpose: str
    others: tuple[str, ...]  # each with its part
    notes: tuple[str, ...]


class JointCasesView(Record, frozen=True, kw_only=True):
    """The list in words."""

    lines: tuple[JointLine, ...]
    peers: Pairs
    purposes: Pairs
    tlps: Pairs
    keys: Pairs


class BundleView(Record, frozen=True, kw_only=True):
    """A bundle, and of its files what is given and what is held back."""

    bundle: Bundle
    fields: int  # that are held back, in all files


class SideView(Record, frozen=True, kw_only=True):
    """A side in words."""

    node: str
    name: str
    part: str
    bundles: tuple[BundleView, ...]


class DecidedView(Record, frozen=True, kw_only=True):
    """What a side has decided on a subject."""

    name: str
    verdict: str  # "": nothing
    reason: str
    decision: Decision | None


class SubjectView(Record, frozen=True, kw_only=True):
    """A subject, and what each side has decided on it."""

    subject: str
    decided: tuple[DecidedView, ...]  # in the order of the sides
    differ: bool


class SaidLine(Record, frozen=True, kw_only=True):
    """Something that was said, in words."""

    said: SaidInCase
    name: str
    what: str
    told: str


class JointView(Record, frozen=True, kw_only=True):
    """The page of one in words."""

    title: str
    opener: str
    part: str
    purpose: str
    marking: MarkingView | None
    sides: tuple[SideView, ...]
    subjects: tuple[SubjectView, ...]
    said: tuple[SaidLine, ...]  # the last first
    untold: tuple[str, ...]
    fates: dict[str, FateView]
    decisions: tuple[tuple[str, Pairs], ...]
    holds: bool  # the reader may put and lift holds
    places: dict[str, str]  # of peers in addresses, by node
    keys: Pairs


def joint_cases_view(page: JointCasesPage) -> JointCasesView:
    """Put the list into words."""
    peers = sorted(page.names.items(), key=lambda each: each[1].casefold())
    return JointCasesView(
        lines=tuple(_line(each, page) for each in page.rows),
        peers=tuple(peers),
        purposes=purpose_choices(),
        tlps=tlp_choices(),
        keys=(("n", words("Open a joint case")),),
    )


def joint_view(page: JointPage, rights: Collection[Right]) -> JointView:
    """Put the page of a joint case into words.

    Args:
        page: All that is told.
        rights: Of the reader.
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
        fates=fates_view(page.fates, page.names),
        decisions=tuple(decision_choices()),
        holds="relate" in rights,
        places={each: peer_key(each) for each in page.names},
        keys=tuple(keys),
    )


def _line(row: JointRow, page: JointCasesPage) -> JointLine:
    notes = list[str]()
    if row.bundles:
        text = counted("%(num)s bundle", "%(num)s bundles", row.bundles)
        notes.append(text % {"num": row.bundles})
    if row.subjects:
        text = counted("%(num)s subject decided", "%(num)s subjects decided", row.subjects)
        notes.append(text % {"num": row.subjects})
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
    known = rules.reason.get(decision.reason)  # of another version of the rules, perhaps
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
