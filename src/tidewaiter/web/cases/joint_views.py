"""Joint cases in words: who takes part, what was given and held back, decisions side by side."""

from collections.abc import Collection, Iterator, Mapping

from tidewaiter.accounts.roles import Right
from tidewaiter.base.records import Record
from tidewaiter.casework.decisions import load_decision_rules
from tidewaiter.exchange.requests.joint import Bundle, Decision, Part
from tidewaiter.report.languages import counted, marked, words
from tidewaiter.web.decisionform import decision_choices
from tidewaiter.web.jointrows import JointCasesPage, JointPage, JointRow, SaidInCase, differ
from tidewaiter.web.markingwords import (
    PURPOSES,
    MarkingView,
    marking_in_words,
    purpose_choices,
    tlp_choices,
)
from tidewaiter.web.peerkeys import peer_key
from tidewaiter.web.recallview import FateView, fates_view

PARTS: Mapping[Part, str] = {
    "invited": marked("invited, has not answered"),
    "joined": marked("takes part"),
    "declined": marked("declined"),
    "left": marked("left"),
}
_GONE = marked("not here: it has not come, or was recalled")
_SAID = {
    "case": marked("opened the joint case"),
    "part": marked("answered"),
    "bundle": marked("brought a bundle"),
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
        keys += [("n", words("To the forms of what may be said"))]
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
        notes.append(words("the sides differ on {number}").format(number=row.apart))
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
