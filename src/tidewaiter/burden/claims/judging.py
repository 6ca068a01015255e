"""The verdict on a claim, by the figures beside it; where they do not suffice, there is none.

A number that no figure at hand bears out is refuted only where no official figure could bear it
out: where it lies further from those at hand than official figures of one thing lie apart, where a
wrong way of counting gives it, or where every figure that was public on its day is at hand.
"""

from collections.abc import Sequence
from datetime import date

from tidewaiter.burden.claims.fitting import is_near, is_precise
from tidewaiter.burden.claims.types import Claim, Finding, Trap, Verdict
from tidewaiter.burden.claims.words import words
from tidewaiter.burden.months import month_of

_FINAL_AFTER = (
    11  # months after a year in which final counts of residents come out, at the earliest
)
_LARGE = 10_000  # a precise number as large as this is hardly found elsewhere by chance
_SURE = frozenset(("windows", "windows?", "parts", "part", "rows", "classes", "denominator"))
_ELSEWHERE = frozenset(("period", "place", "indicator"))


def judge(
    claim: Claim, judged: Sequence[Finding], traps: Sequence[Trap], said: date | None
) -> Verdict:
    """Return the verdict on a claim that was understood.

    Args:
        claim: The claim.
        judged: The figures that it speaks of.
        traps: Wrong ways of counting that give its number.
        said: The day on which it was said; None: not told.
    """
    fits = {each.fit for each in judged}
    explained = any(_is_sure(claim, trap, judged) for trap in traps)
    if not judged:
        return "fails" if explained and is_precise(claim.stated) else "untold"
    if fits <= {"holds", "rounds"}:
        return "holds" if "holds" in fits else "rounds"
    if fits != {"no"}:
        return "only"
    if not any(is_near(claim.stated, each.value, _spread(claim)) for each in judged):
        return "fails"
    return "fails" if explained or _is_complete(claim, judged, said) else "untold"


def likely(traps: tuple[Trap, ...], claim: Claim, verdict: Verdict) -> tuple[Trap, ...]:
    """Return the wrong ways that are worth telling: where a claim is open, no chance match."""
    if verdict == "fails":
        return traps
    if verdict != "untold" or claim.said is not None:
        return ()  # a true sentence of a release that is not at hand meets some of them by chance
    return tuple(trap for trap in traps if trap.key not in _ELSEWHERE)


def _spread(claim: Claim) -> float:
    spread, nation = words().spread, claim.place == "US"
    if claim.measure == "share":
        return spread.share
    if claim.stated.unit == "percent":
        return spread.change if nation else spread.change_part
    return spread.nation if nation else spread.part


def _is_sure(claim: Claim, trap: Trap, judged: Sequence[Finding]) -> bool:
    """Tell whether a wrong way that gives the number is its origin, and no chance match."""
    if trap.key in _SURE:
        return claim.stated.unit != "percent" or claim.stated.step < 1
    if trap.key == "period":
        return is_precise(claim.stated) and claim.stated.value >= _LARGE and _both_closed(judged)
    return False  # changes of mixed bases are so many that one of them is often met by chance


def _both_closed(judged: Sequence[Finding]) -> bool:
    return {"occurrence", "residence"} <= {each.basis for each in judged if each.closed}


def _is_complete(claim: Claim, judged: Sequence[Finding], said: date | None) -> bool:
    """Tell whether all that was public of a period on the day of a claim is at hand."""
    if said is None or claim.last is None:
        return False
    month = month_of(said.year, said.month)
    newest = any(
        each.basis == "occurrence" and {month, month - 1} & set(each.published) for each in judged
    )
    finals = any(each.basis == "residence" for each in judged)
    return newest and (finals or month < claim.last + _FINAL_AFTER)
