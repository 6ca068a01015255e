"""The periods of clauses that belong together: "fell 27 % in 2024, from 110,037 to 80,391"."""

import msgspec

from tidewaiter.base.records import Record
from tidewaiter.burden.claims.clauses import Link
from tidewaiter.burden.claims.types import Claim

_TWELVE = 12
_BEFORE = "the number that it is counted from is of the twelve months before"


class Draft(Record, frozen=True, kw_only=True):
    """A claim as its clause alone says it."""

    claim: Claim
    link: Link
    sentence: int
    own: bool  # it says its period itself
    before: bool  # it is of "the year before"
    end: int | None = None  # of what a change is counted from: the last month of what it comes to


def linked(drafts: list[Draft]) -> list[Draft]:
    """Give the numbers of a change their periods by one another, sentence by sentence."""
    done: list[Draft] = []
    for number, draft in enumerate(drafts):
        rest = [each for each in drafts[number + 1 :] if each.sentence == draft.sentence]
        earlier = [each for each in done if each.sentence == draft.sentence]
        done.append(_placed(draft, earlier, rest))
    return done


def _placed(draft: Draft, earlier: list[Draft], rest: list[Draft]) -> Draft:
    claim = draft.claim
    if claim.measure == "change":
        return _dated(draft, _change(claim, rest, own=draft.own))
    if claim.measure == "rank" or (draft.own and claim.last is not None) or claim.since is not None:
        return draft
    if draft.link == "from" or draft.before:
        last = _base(earlier, rest)
        return _dated(
            draft,
            msgspec.structs.replace(
                claim, last=last, assumed=(*claim.assumed, *(() if last is None else (_BEFORE,)))
            ),
        )
    if draft.link == "to":
        return _dated(draft, msgspec.structs.replace(claim, last=_end(earlier, rest)))
    return draft


def _dated(draft: Draft, claim: Claim) -> Draft:
    return msgspec.structs.replace(draft, claim=claim)


def _base(earlier: list[Draft], rest: list[Draft]) -> int | None:
    """Return the last month of what a change is counted from."""
    span = next((each for each in earlier if each.link == "from" and each.end is not None), None)
    if span:
        return span.claim.last  # its two years hold of the whole sentence
    latest = [each for each in reversed(earlier) if each.claim.last is not None]
    for each in latest:
        if each.claim.measure == "change" and each.claim.against is not None:
            return each.claim.against
    for each in latest:
        if each.claim.last is not None:
            return each.claim.last if each.link == "from" else each.claim.last - _TWELVE
    ends = [each.claim.last for each in rest if each.own and each.link != "from"]
    return next((last - _TWELVE for last in ends if last is not None), None)


def _end(earlier: list[Draft], rest: list[Draft]) -> int | None:
    """Return the last month of what a change comes to."""
    for each in reversed(earlier):
        if each.link != "from" and each.claim.last is not None:
            return each.claim.last
    for each in reversed(earlier):
        if each.link == "from" and each.claim.last is not None:
            return each.end if each.end is not None else each.claim.last + _TWELVE
    bases = [each.claim.last for each in rest if each.own and each.link == "from"]
    return next((last + _TWELVE for last in bases if last is not None), None)


def _change(claim: Claim, rest: list[Draft], *, own: bool) -> Claim:
    """Take the two ends of a change from the numbers that follow it."""
    bases = [each.claim.last for each in rest if each.own and each.link == "from"]
    ends = [each.claim.last for each in rest if each.own and each.link == "to"]
    base = next((last for last in bases if last is not None), None)
    end = next((last for last in ends if last is not None), None)
    last = claim.last if own and claim.last is not None else end if end is not None else claim.last
    if base is None:
        return msgspec.structs.replace(
            claim,
            last=last,
            against=claim.against
            if last == claim.last
            else None
            if last is None
            else last - _TWELVE,
        )
    if last is None and base % _TWELVE == _TWELVE - 1:
        last = base + _TWELVE
    if last is not None and base >= last:
        return claim
    return msgspec.structs.replace(claim, last=last, against=base)
