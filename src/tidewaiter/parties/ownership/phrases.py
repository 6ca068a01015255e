"""Ownership and control of a matched party in sentences: legal tests, and statements."""

from collections.abc import Iterator, Sequence
from typing import Final

from tidewaiter.base.phrases import Phrase
from tidewaiter.parties.ownership.rules import ownership_rules
from tidewaiter.parties.ownership.shares import bounds_of
from tidewaiter.parties.types import Holding, Owned, OwnershipTest, Tie

_VERBS = {"owned-by": "owns", "controlled-by": "controls", "operated-by": "operates"}


def is_met(told: Owned | None) -> bool:
    """Return whether the stated shares, or control, meet the test of a body of law."""
    return told is not None and any(test.result in {"owned", "controlled"} for test in told.tests)


def test_phrases(told: Owned | None) -> Sequence[Phrase]:
    """Return what bodies of law make of the stated shares, with a note; (): none says anything."""
    if told is None or not told.tests:
        return ()
    note = Phrase("caution/note", said=ownership_rules().note)
    return (*map(test_phrase, told.tests), *_rest(told), note)


def _rest(told: Owned) -> Iterator[Phrase]:
    if told.unstated:
        yield Phrase("owned/unstated", share=told.unstated)


def test_phrase(test: OwnershipTest) -> Phrase:
    """Return the result of a legal test in a sentence."""
    amount = "more" if test.above else "least"
    whose = "together" if test.together else "one"
    needs = Phrase(f"needs/{amount}-{whose}", share=test.needed)
    cited = Phrase("cited/plain", source=test.source)
    if test.mark != "read":
        cited = Phrase("cited/marked", source=test.source, mark=test.mark)
    code: str = test.result
    if code == "owned" and test.share != test.most:
        code = "owned-least"
    shares = {"share": test.share, "most": test.most}
    return Phrase(f"owned/{code}", law=test.law, needs=needs, cited=cited, **shares)


def holding_phrase(held: Holding) -> Phrase:
    """Return one statement of ownership or control, with its period and source."""
    code = ("formerly-" if held.former else "") + _VERBS[held.kind]
    if held.kind == "owned-by":
        code += "" if bounds_of(held.share).known else "-part" if held.share else "-unknown"
    told = Phrase(f"holding/{code}", name=held.owner, firm=held.owned, share=held.share)
    return Phrase("holding/cited", told=told, parts=tuple(_parts(held)))


RELATIONS: Final = frozenset(
    {
        "director-of",
        "relative-of",
        "associate-of",
        "acts-for",
        "works-for",
        "member-of",
        "linked-to",
    }
)
"""Kinds of links that are neither ownership nor control."""


def relation_phrase(tie: Tie, name: str) -> Phrase:
    """Return a link that is neither ownership nor control, with its period and source.

    Args:
        tie: The link.
        name: Name of the other party.
    """
    told = Phrase("tie/any", relation=tie.kind, name=name)
    if tie.kind in RELATIONS:
        told = Phrase(f"tie/{tie.kind}", name=name)
    parts = [Phrase("cited/plain", source=each) for each in (tie.note, tie.share) if each]
    parts += [Phrase("holding/since", day=tie.since)] if tie.since else []
    parts += [Phrase("holding/until", day=tie.until)] if tie.until else []
    parts += [Phrase("cited/plain", source=tie.source)] if tie.source else []
    return Phrase("tie/details", told=told, parts=parts) if parts else told


def _parts(held: Holding) -> Iterator[Phrase]:
    for each in held.holders:
        code = "holding/listed-since" if each.listed else "holding/listed"
        day = {"day": each.listed} if each.listed else {}
        entry = f"{each.list} {each.entry}".strip()
        yield Phrase(code, entry=entry, act=each.action, **day)
    if held.joined:
        yield Phrase(f"holding/by-{held.joined}")
    if held.since:
        yield Phrase("holding/since", day=held.since)
    if held.until:
        yield Phrase("holding/until", day=held.until)
    if held.list_name and held.dated:
        yield Phrase("version/dated", name=held.list_name, day=held.dated)
    elif held.list_name and held.read:
        yield Phrase("version/read", name=held.list_name, day=held.read)
    if held.source:
        yield Phrase("cited/plain", source=held.source)
