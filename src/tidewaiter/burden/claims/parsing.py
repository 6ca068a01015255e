"""Sentences about overdose deaths, read as claims; what is not understood is noted as a gap."""

import re
from datetime import date

import msgspec

from tidewaiter.base.errors import InputError
from tidewaiter.base.records import Record
from tidewaiter.burden.claims.clause_parsing import read_clause, scope_gaps
from tidewaiter.burden.claims.clauses import Clause, Draft, cut, linked
from tidewaiter.burden.claims.types import Claim, Gap, GapKind
from tidewaiter.burden.claims.vocabulary import bearing
from tidewaiter.burden.indicators import find_indicator, find_place, indicators
from tidewaiter.burden.types import Basis, month_of, parse_month

_MOST = 100.0
_CARRIED = frozenset(("place", "group", "manner"))
"""Gaps that hold of the rest of a sentence as well: what is counted apart from all."""


class Given(Record, frozen=True, kw_only=True):
    """What is told beside the sentence, and goes before it."""

    said: date | None = None
    place: str = ""
    period: str = ""  # "2022", or the last of twelve months: "2021-04"
    indicator: str = ""
    basis: Basis = ""
    number: str = ""


def parse_claims(text: str, day: date, given: Given | None = None) -> tuple[Claim, ...]:
    """Read the claims of a text, one for each number or rank in it.

    What a later part does not say again, it takes from the one before.

    Args:
        text: English sentences.
        day: The day that "last year" is counted from, where it is not told when it was said.
        given: What is told beside it.

    Raises:
        InputError: There is no number and no rank, or a month that is not known.
    """
    given = given or Given()
    clauses, others = cut(text)
    if given.number and not clauses:
        clauses, others = (Clause(text=text, sentence=0),), ()
    if not clauses:
        raise InputError("burden/no-number-and-no-rank", number=text)
    drafts = linked([read_clause(each, day, given.said, given.number) for each in clauses])
    drafts = [_spoken_of(draft, others) for draft in drafts]
    claims = [_settled(_with_given(each, given)) for each in _inherited(drafts)]
    if others:
        asserted = (*claims[0].unchecked, *(sentence for _, sentence in others))
        claims[0] = msgspec.structs.replace(claims[0], unchecked=asserted)
    return tuple(claims)


def _spoken_of(draft: Draft, others: tuple[tuple[int, str], ...]) -> Draft:
    """Add what an earlier sentence without a number speaks of, like "Ohio had a bad year"."""
    if draft.claim.place:
        return draft
    gaps = [gap for number, text in others if number < draft.sentence for gap in scope_gaps(text)]
    claim = msgspec.structs.replace(draft.claim, gaps=(*draft.claim.gaps, *gaps))
    return msgspec.structs.replace(draft, claim=claim)


def _inherited(drafts: list[Draft]) -> list[Claim]:
    """Give each claim what it does not say and others of its sentence, or the one before, do."""
    claims: list[Claim] = []
    for number, draft in enumerate(drafts):
        claim = _scoped(draft, drafts)
        if not claims:
            claims.append(claim)
            continue
        before = claims[-1]
        same = drafts[number - 1].sentence == draft.sentence
        own = [
            each
            for each, one in zip(claims, drafts, strict=False)
            if one.sentence == draft.sentence
        ]
        claim = _turned(claim, own)
        base = draft.before or draft.link == "from"
        claim = _from(before, claim, _carried(before, draft, same=same), same=same, base=base)
        claims.append(claim)
    return claims


def _turned(claim: Claim, earlier: list[Claim]) -> Claim:
    """Give a change without a direction that of the change before it in its sentence."""
    if claim.measure != "change" or claim.direction:
        return claim
    found = next((each for each in reversed(earlier) if each.measure == "change"), None)
    return msgspec.structs.replace(claim, direction=found.direction) if found else claim


def _scoped(draft: Draft, drafts: list[Draft]) -> Claim:
    """Give a claim the place, or the gap, of a later part of its sentence that belongs to it."""
    claim = draft.claim
    later = [each for each in drafts[drafts.index(draft) + 1 :] if each.sentence == draft.sentence]
    places = {each.claim.place for each in later} - {""}
    if not claim.place and len(places) == 1:
        claim = msgspec.structs.replace(claim, place=places.pop())
    gaps = [
        gap
        for each in later
        for gap in each.claim.gaps
        if (gap.kind == "place" and not draft.claim.place) or (each.link and gap.kind in _CARRIED)
    ]
    return msgspec.structs.replace(claim, gaps=tuple(dict.fromkeys((*claim.gaps, *gaps))))


def _carried(before: Claim, draft: Draft, *, same: bool) -> tuple[Gap, ...]:
    """Return the gaps of the claim before that hold of what this one takes from it."""
    claim = draft.claim
    taken = claim.measure != "rank" and not (draft.own and claim.indicator)
    scope = same or not claim.place
    return tuple(
        gap
        for gap in before.gaps
        if (gap.kind in _CARRIED and scope) or (taken and (same or not draft.own))
    )


def _from(
    before: Claim, claim: Claim, carried: tuple[Gap, ...], *, same: bool, base: bool
) -> Claim:
    """Take over from the claim before; the base of a change is of the period before its own."""
    changed: dict[str, object] = {
        "indicator": claim.indicator or before.indicator,
        "place": claim.place or before.place,
        "gaps": tuple(dict.fromkeys((*claim.gaps, *carried))),
        "ages": claim.ages or (before.ages if same and before.measure != "rank" else None),
    }
    if same and claim.measure in {"rate", "change"} and before.rate and claim.rate in {"", "any"}:
        changed["rate"] = before.rate
    against, last = claim.against, before.last
    if base and last is not None and claim.measure != "change":
        last = before.against if before.against is not None else last - 12
    if claim.last is None and claim.since is None and (against is None or (last or 0) > against):
        changed |= {
            "last": last,
            "months": before.months,
            "since": before.since,
            "assumed": (*claim.assumed, "period and place are those of the sentence before"),
        }
        if claim.measure == "change" and last is not None and against is None:
            changed["against"] = last - 12
    return msgspec.structs.replace(claim, **changed)


def _with_given(claim: Claim, given: Given) -> Claim:
    changed: dict[str, object] = {}
    told: set[GapKind] = set()
    if given.place:
        changed["place"] = find_place(given.place).code
        told.add("place")
    if given.indicator:
        changed["indicator"] = find_indicator(given.indicator).key
        told.add("drug")
    if given.basis:
        changed["basis"] = given.basis
    if given.period:
        last = _given_period(given.period)
        changed |= {"last": last, "months": 12}
        told.add("period")
        if claim.measure == "change":
            changed["against"] = last - 12
    changed["gaps"] = tuple(gap for gap in claim.gaps if gap.kind not in told)
    return msgspec.structs.replace(claim, **changed)


def _given_period(text: str) -> int:
    bare = text.strip()
    return month_of(int(bare), 12) if re.fullmatch(r"\d{4}", bare) else parse_month(bare)


def _settled(claim: Claim) -> Claim:
    """Say what was not said and is taken; refuse a share of more than all."""
    assumed = list(claim.assumed)
    changed: dict[str, object] = {}
    if not claim.place and not any(gap.kind == "place" for gap in claim.gaps):
        changed["place"] = "US"
        assumed.append("no place is said: the United States")
    if not claim.indicator:
        changed["indicator"] = "overdose"
        assumed.append("what the deaths were due to is not said: drug overdose")
    indicator = str(changed.get("indicator", claim.indicator))
    if claim.measure == "share" and claim.stated.value > _MOST:
        raise InputError("burden/share-more-than-all", text=claim.stated.text)
    share_of_what = claim.measure == "share" and not claim.indicator and claim.of
    if share_of_what or (claim.measure == "change" and not claim.direction):
        changed["gaps"] = (
            *claim.gaps,
            Gap(kind="number", text=claim.stated.text, needs=bearing()["rate"].needs),
        )
    if claim.measure == "share" and not claim.of:
        changed["of"] = "all-causes" if indicator == "overdose" else "overdose"
        name = indicators()[str(changed["of"])].name.lower()
        assumed.append(f"what it is a share of is not said: {name}")
    if claim.since is not None and claim.measure not in {"total", "rank"}:
        changed |= {
            "since": None,
            "gaps": (
                *claim.gaps,
                Gap(kind="period", text="a span of years", needs=bearing()["decade"].needs),
            ),
        }
    if claim.measure == "rate" and claim.rate in {"", "any"}:
        changed["rate"] = "any"
        assumed.append("it is not said whether the rate is age-adjusted: both are looked at")
    if claim.last is None and claim.against is not None:
        end = Gap(kind="period", text="the end of the change", needs=bearing()["decade"].needs)
        changed["gaps"] = (*claim.gaps, end)
    elif claim.last is None and claim.measure not in {"rank", "total"}:
        assumed.append("no period is said: every calendar year is looked at")
    return msgspec.structs.replace(claim, **changed, assumed=tuple(dict.fromkeys(assumed)))
