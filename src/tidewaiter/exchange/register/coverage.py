"""Answering: whether what an operator holds covers goods, before they are released.

A yes rests on entries that are named. Whatever decides and is not known makes it "cannot tell",
which is neither a yes nor a no; and the register never says that goods are lawful.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from types import MappingProxyType

from msgspec import structs

from tidewaiter.exchange.notices.amounts import amount_of, in_words, measured
from tidewaiter.exchange.notices.types import Amount
from tidewaiter.exchange.register.book import Book, same_issuer
from tidewaiter.exchange.register.fitting import misfits
from tidewaiter.exchange.register.ledger import (
    Account,
    account_of,
    counts_of,
    requirement_account,
)
from tidewaiter.exchange.register.operators import Who, who_is
from tidewaiter.exchange.register.questions import (
    Answer,
    Answered,
    Names,
    Part,
    Question,
    Verdict,
)
from tidewaiter.exchange.register.types import (
    COVERS,
    Finding,
    FindingKind,
    Grant,
    Register,
    Requirement,
    Standing,
)

NONE: Mapping[str, Amount] = MappingProxyType({})
"""Nothing is taken."""

_WORST: tuple[Verdict, ...] = (
    "none",
    "revoked",
    "suspended",
    "expired",
    "exceeded",
    "cannot tell",
    "covered",
)
_SAYS: dict[FindingKind, Verdict] = {
    "none": "none",
    "not yet valid": "none",
    "wrong site": "none",
    "wrong substance": "none",
    "wrong operator": "none",
    "wrong direction": "none",
    "suspended": "suspended",
    "revoked": "revoked",
    "expired": "expired",
    "exceeded": "exceeded",
    "other measure": "cannot tell",
    "not known": "cannot tell",
    "told two ways": "cannot tell",
}
_OPEN: tuple[FindingKind, ...] = ("other measure", "not known", "told two ways")


def answer(register: Register, question: Question, names: Names | None = None) -> Answer:
    """Tell whether the register covers goods on a day.

    Args:
        register: All that the authority keeps.
        question: The goods, whose they are, where they go, and what the law needs for them.
        names: Who finds operators of like names (`operators.names_of`); None: nobody looks.
    """
    return answer_from(Book(register), question, names)


def answer_from(
    book: Book, question: Question, names: Names | None = None, taken: Mapping[str, Amount] = NONE
) -> Answer:
    """Tell whether a register that is in order already covers goods on a day.

    Args:
        book: The register, put in order.
        question: The goods.
        names: Who finds operators of like names; None: nobody looks.
        taken: By id of a permit or requirement, what goods that were answered before this one
            take of it: they are not written off yet.
    """
    who = who_is(book, question.party, question.day, names)
    asked = [_PARTS[part] for part in dict.fromkeys(question.asks) if part != "operator"]
    parts = [_operator(who), *(ask(book, question, who, taken) for ask in asked)]
    return Answer(
        verdict=min((each.verdict for each in parts), key=_WORST.index),
        day=question.day,
        operator=who.operator,
        may_be=who.may_be,
        parts=tuple(parts),
    )


def _operator(who: Who) -> Answered:
    if who.operator and not who.doubt:
        return Answered(part="operator", verdict="covered", entries=(who.operator,), text=who.text)
    if who.operator:
        found = Finding(kind="not known", text=who.doubt, entry=who.operator)
        return Answered(
            part="operator",
            verdict="cannot tell",
            entries=(who.operator,),
            text=who.doubt,
            findings=(found,),
        )
    verdict: Verdict = "cannot tell" if who.unclear else "none"
    return Answered(part="operator", verdict=verdict, text=who.text)


def _standing(book: Book, question: Question, who: Who, taken: Mapping[str, Amount]) -> Answered:
    """Ask for a licence or registration that allows this activity with this substance."""
    del taken  # a licence has no amount
    if not who.operator:
        return _nobody("standing", who)
    looked = []
    for each in book.all_on(Standing, question.day):
        if each.operator != who.operator:
            continue
        found = _misfits(book, each, question, who)
        if question.direction not in each.activities:
            text = f"{each.kind} {each.number} allows {', '.join(each.activities)}"
            found.append(Finding(kind="wrong direction", text=text, entry=each.id))
        looked.append((each, _paper(each), found))
    return _best("standing", looked, f"{who.operator} has no licence and no registration")


def _permit(book: Book, question: Question, who: Who, taken: Mapping[str, Amount]) -> Answered:
    """Ask for a permit or an authorisation that covers these goods and is not used up."""
    if not who.operator and not question.permit:
        return _nobody("permit", who)
    looked = []
    named = book.numbered(Grant, question.permit, question.day)
    for each in named if question.permit else book.all_on(Grant, question.day):
        if question.permit:
            if not same_issuer(each.issuer, question.issuer):
                continue
        elif each.operator != who.operator or COVERS.get(each.kind) != question.direction:
            continue
        account = account_of(book, each, question.day, but=question.notice)
        before = taken.get(each.id, Amount())
        account = _less(account, before)
        found = _misfits(book, each, question, who)
        if COVERS.get(each.kind) != question.direction:
            text = f"{each.kind} {each.number} covers no {question.direction}"
            found.append(Finding(kind="wrong direction", text=text, entry=each.id))
        found += _amounts(each, account, question)
        looked.append((each, f"{_paper(each)}: {_figures(account, before)}", found))
    none = f'"{question.permit}" is not there' if question.permit else "no permit is there"
    return _best("permit", looked, f"{none} for {question.direction}")


def _requirement(book: Book, question: Question, who: Who, taken: Mapping[str, Amount]) -> Answered:
    """Ask what the country, and the operator, may still import in the year: all must hold."""
    if question.direction == "export":
        text = "a requirement is of what a country imports; nothing is asked of an export"
        return Answered(part="requirement", verdict="covered", text=text)
    needs = [
        each
        for each in book.all_on(Requirement, question.day)
        if each.country == question.country
        and each.substance == question.substance
        and each.year == question.day.year
        and each.operator in {"", who.operator}
    ]
    if not needs:
        text = f"no requirement of {question.country} for {question.day.year} is there"
        found = Finding(kind="none", text=text)
        return Answered(part="requirement", verdict="none", text=text, findings=(found,))
    told, findings = [], []
    for each in needs:
        account = requirement_account(book, each, question.day, but=question.notice)
        before = taken.get(each.id, Amount())
        account = _less(account, before)
        found_here = list(_twice(book, each.id)) + list(_amounts(each, account, question))
        whose = each.operator or each.country
        told.append(f"{whose} {each.year}: {_figures(account, before)}")
        findings += found_here
    return Answered(
        part="requirement",
        verdict=_verdict(findings),
        entries=tuple(each.id for each in needs),
        text="; ".join(told),
        findings=tuple(findings),
        sources=tuple(dict.fromkeys(each.source for each in needs)),
    )


_PARTS = {"standing": _standing, "permit": _permit, "requirement": _requirement}

_Looked = tuple[Standing | Grant, str, Sequence[Finding]]


def _nobody(part: Part, who: Who) -> Answered:
    verdict: Verdict = "cannot tell" if who.unclear else "none"
    return Answered(part=part, verdict=verdict, text=f"whose it would be is not known: {who.text}")


def _best(part: Part, looked: Sequence[_Looked], none: str) -> Answered:
    """Take the entry that comes nearest to covering the goods; say what the others lack too."""
    if not looked:
        found = Finding(kind="none", text=none)
        return Answered(part=part, verdict="none", text=none, findings=(found,))
    entry, told, findings = max(
        looked, key=lambda each: (_WORST.index(_verdict(each[2])), -len(each[2]))
    )
    verdict = _verdict(findings)
    others = () if verdict == "covered" else tuple(f for each in looked for f in each[2])
    return Answered(
        part=part,
        verdict=verdict,
        entries=(entry.id,),
        text="; ".join([told, *(each.text for each in findings)]),
        findings=tuple(dict.fromkeys([*findings, *others])),
        sources=(entry.source,),
    )


def _verdict(findings: Iterable[Finding]) -> Verdict:
    return min((_SAYS[each.kind] for each in findings), key=_WORST.index, default="covered")


def _misfits(book: Book, entry: Standing | Grant, question: Question, who: Who) -> list[Finding]:
    found = [
        Finding(kind=kind, text=text, entry=entry.id, source=entry.source)
        for kind, text in misfits(
            entry,
            question.day,
            operator=who.operator,
            substance=question.substance,
            site=question.site,
        )
    ]
    return [*found, *_twice(book, entry.id)]


def _twice(book: Book, name: str) -> Iterator[Finding]:
    if name in book.twice:
        yield book.twice[name]


def _amounts(entry: Grant | Requirement, account: Account, question: Question) -> Iterator[Finding]:
    """Compare the goods with what is free; what of the account is open leaves it open."""
    yield from (each for each in account.findings if each.kind in _OPEN)
    free = measured(account.free)
    if free is None:
        return
    asked = question.net if counts_of(entry) == "goods" else question.content
    amount = measured(asked)
    if amount is None:
        of = "the goods" if counts_of(entry) == "goods" else "the substance in the goods"
        text = f"how much of {of} there is, is not known"
        yield Finding(kind="not known", text=text, entry=entry.id, source=entry.source)
    elif amount.measure != free.measure:
        text = f"{in_words(asked)} cannot be compared with {in_words(account.free)}"
        yield Finding(kind="other measure", text=text, entry=entry.id, source=entry.source)
    elif amount.value > free.value:
        text = f"{in_words(asked)} is more than the {in_words(account.free)} that are free"
        yield Finding(kind="exceeded", text=text, entry=entry.id, source=entry.source)


def _paper(entry: Standing | Grant) -> str:
    until = f" until {entry.until}" if entry.until else ""
    return f"{entry.kind} {entry.number} of {entry.issuer}, valid from {entry.since}{until}"


def _less(account: Account, taken: Amount) -> Account:
    """Take off what is free what other goods were answered to take."""
    free, less = measured(account.free), measured(taken)
    if free is None or less is None or free.measure != less.measure:
        return account
    rest = amount_of(free.measure, max(0, free.value - less.value))
    return structs.replace(account, free=rest)


def _figures(account: Account, before: Amount) -> str:
    """Say an account: granted, used, promised, taken by goods before these, left."""
    if account.granted == Amount():
        return "no amount is named"
    parts = [f"{in_words(account.granted)} granted", f"{in_words(account.used)} used"]
    promised = measured(account.promised)
    if promised is not None and promised.value:
        parts.append(f"{in_words(account.promised)} promised to notices")
    if before != Amount():
        parts.append(f"{in_words(before)} for goods before these")
    exceeded = measured(account.exceeded)
    if exceeded is not None and exceeded.value:
        parts.append(f"{in_words(account.exceeded)} too much")
    else:
        parts.append(f"{in_words(account.free)} free")
    return ", ".join(parts)
