"""Joint cases: contributions and decisions of each node, sent to every member that is a peer."""

from collections.abc import Sequence

import msgspec
from msgspec import structs

from tidewaiter.base.errors import InputError, MissingError
from tidewaiter.exchange.cases import (
    Bundle,
    Decision,
    JointCase,
    Offer,
    Spoken,
    Taking,
    Together,
    check_decision,
    check_joint,
    check_offer,
    joint_case_of,
)
from tidewaiter.exchange.problems import Problem
from tidewaiter.exchange.requests.state import joint_act_of, joint_acts
from tidewaiter.store.audit import stamp_of
from tidewaiter.store.core.database import Work
from tidewaiter.store.groups import marked_for
from tidewaiter.store.peers.directory import find_peer
from tidewaiter.store.peers.inbox import Heard
from tidewaiter.store.peers.outbox import Message, write_message
from tidewaiter.store.peers.statements import (
    Listed,
    Subject,
    is_known,
    keep_again,
    keep_said,
    said_of,
    said_of_each,
    spoken_here,
    subject_at,
)
from tidewaiter.store.requests import refuse_first

KINDS: dict[str, type[Spoken]] = {
    "joint-case": JointCase,
    "joint-case-part": Taking,
    "joint-case-bundle": Offer,
    "joint-case-decision": Decision,
}
"""Kinds of message that speak of joint cases."""

_NAMES = {kind: name for name, kind in KINDS.items()}


def open_joint(work: Work, safe: bytes, own: str, case: JointCase) -> None:
    """Open a joint case; its partners are invited.

    Args:
        work: Begun with a stamp.
        safe: What locks the database, shape (32,).
        own: The name of this node.
        case: One of this node's own.

    Raises:
        InputError: It must be mended, or its marking forbids a partner.
        MissingError: A partner is no peer, or there is no such group.
    """
    if case.opener != own or is_known(work, KINDS, own, case.id):
        raise InputError("store/joint-case-opened-twice")
    refuse_first(check_joint(case))
    _tell(work, safe, own, case, case, to=case.partners)


def say_in_joint(
    work: Work, safe: bytes, own: str, said: Taking | Offer | Decision
) -> tuple[str, ...]:
    """Join, decline or leave; bring a bundle; or tell what this side has decided.

    Args:
        work: Begun with a stamp.
        safe: What locks the database, shape (32,).
        own: The name of this node.
        said: What is said; its number is given here.

    Returns:
        Nodes of the case that are no peers of this one, so that they are not told.

    Raises:
        InputError: It must be mended, takes no part in the case, or its marking forbids it.
        MissingError: There is no such case here, or its opener is no peer.
    """
    known = find_joint(work, safe, said.opener, said.case)
    if known.case is None:
        raise MissingError("store/joint-case-not-here")
    if joint_act_of(said) not in joint_acts(known, own):
        if isinstance(said, Taking) and own in known.sides:
            raise InputError("store/answered-before", part=known.sides[own].part)
        raise InputError("store/not-part-of-the-case")
    refuse_first(_problems(work, said))
    others = [each for each in known.sides if each != own]
    met = [each for each in others if each == said.opener or find_peer(work, each)]
    numbered = structs.replace(said, number=_last(work, safe, own, said) + 1)
    _tell(work, safe, own, known.case.body, numbered, to=met)
    return tuple(each for each in others if each not in met)


def bring(
    work: Work, safe: bytes, own: str, case: tuple[str, str], bundle: Bundle
) -> tuple[str, ...]:
    """Bring a bundle, with what was redacted of it before too.

    Args:
        work: Begun with a stamp.
        safe: What locks the database, shape (32,).
        own: The name of this node.
        case: Its opener, and its id there.
        bundle: The reference, with what is redacted of it now.

    Returns:
        Nodes of the case that are no peers of this one, so that they are not told.

    Raises:
        InputError: This node takes no part in the case, or the bundle must be mended.
        MissingError: There is no such case here.
    """
    side = find_joint(work, safe, *case).sides.get(own)
    before = [each for each in side.bundles if each.sha256 == bundle.sha256] if side else []
    maps = {each.name: each for bundle_ in (*before, bundle) for each in bundle_.redacted}
    whole = structs.replace(bundle, redacted=tuple(maps[name] for name in sorted(maps)))
    said = Offer(case=case[1], opener=case[0], number=0, bundle=whole)
    return say_in_joint(work, safe, own, said)


def hear_of_joint(work: Work, safe: bytes, heard: Heard, kind: str, said: Spoken) -> None:
    """Keep what a peer said of a joint case; whether it counts, the fold of all says.

    What a partner says may come before the case itself, which comes from another node: it is kept
    where the opener is a peer.

    Raises:
        InputError: It is not the sender's to say, or of a case that is not known.
    """
    if isinstance(said, JointCase):
        if said.opener != heard.sender or heard.to not in said.partners:
            raise InputError("store/joint-case-of-another-opener")
    else:
        known = joint_case_of(
            said.opener, said.case, said_of(work, safe, KINDS, said.opener, said.case)
        )
        early = not known.sides and heard.sender != said.opener and find_peer(work, said.opener)
        if heard.sender not in known.sides and not early:
            raise InputError("store/no-joint-case-with-peer")
    of = Subject(kind=kind, owner=said.opener, id=_case(said))
    keep_said(work, safe, heard, of, said)


def say_again(work: Work, safe: bytes, heard: Heard, kind: str, said: Spoken) -> None:
    """Keep what this node itself said of a joint case before it was restored from a copy."""
    of = Subject(kind=kind, owner=said.opener, id=_case(said))
    keep_again(work, safe, heard, of, said)


def find_joint(work: Work, safe: bytes, opener: str, case: str) -> Together:
    """Return all that is known of a joint case.

    Raises:
        MissingError: There is none of that id.
    """
    if not is_known(work, KINDS, opener, case):
        raise MissingError("store/no-joint-case", case=case[:60])
    return joint_case_of(opener, case, said_of(work, safe, KINDS, opener, case))


def joint_cases(work: Work, safe: bytes, *, rows: int = 100) -> list[tuple[Listed, Together]]:
    """Return joint cases and what is known of each, the one that was spoken of last first."""
    return [
        (each, joint_case_of(each.owner, each.id, said))
        for each, said in said_of_each(work, safe, KINDS, rows=rows)
    ]


def joint_at(work: Work, number: int) -> tuple[str, str]:
    """Return the opener and the id of a joint case by its number here.

    Raises:
        MissingError: There is none.
    """
    return subject_at(work, KINDS, number, "joint case")


def _problems(work: Work, said: Taking | Offer | Decision) -> tuple[Problem, ...]:
    if isinstance(said, Offer):
        return check_offer(said)
    if isinstance(said, Decision):
        return check_decision(said, stamp_of(work).at.date())
    return ()


def _last(work: Work, safe: bytes, own: str, said: Taking | Offer | Decision) -> int:
    """Return the number of what this node said last to a case."""
    bodies = (
        each.body
        for each in said_of(work, safe, KINDS, said.opener, said.case)
        if each.sender == own
    )
    return max((each.number for each in bodies if not isinstance(each, JointCase)), default=0)


def _tell(
    work: Work, safe: bytes, own: str, case: JointCase, said: Spoken, *, to: Sequence[str]
) -> None:
    """Tell others of a case, under the marking of the case and for its purpose."""
    marking = case.marking
    if case.opener != own:
        marking = structs.replace(marking, group="", epoch=0)  # the opener's group is not ours
    kind, names = _NAMES[type(said)], []
    for node in to:
        marked = marked_for(work, marking, node, case.purpose)
        message = Message(kind=kind, body=msgspec.json.encode(said), marking=marked)
        names.append(write_message(work, safe, node, message))
    of = Subject(kind=kind, owner=case.opener, id=case.id)
    keep_said(work, safe, spoken_here(work, own, names[0]), of, said, names=names)


def _case(said: Spoken) -> str:
    return said.id if isinstance(said, JointCase) else said.case
