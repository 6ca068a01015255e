"""Coverage: identification of the operator, and whether its permits cover goods before release.

A yes cites the entries. If a decisive value is unknown, the result is "cannot tell", which is
neither yes nor no; the register never states that goods are lawful.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from types import MappingProxyType
from typing import Any

from msgspec import structs

from tidewaiter.base.phrases import Phrase
from tidewaiter.base.records import Record
from tidewaiter.exchange.notices.amounts import amount_of, measured, said
from tidewaiter.exchange.notices.law import Law, law_of
from tidewaiter.exchange.notices.types import Amount, Notice, Party
from tidewaiter.exchange.register.balances import (
    Account,
    account_of,
    counts_of,
    requirement_account,
)
from tidewaiter.exchange.register.book import Book, misfits, same_issuer, same_number
from tidewaiter.exchange.register.movements import country_of, permit_of, slug_of
from tidewaiter.exchange.register.types import (
    COVERS,
    Answer,
    Answered,
    Direction,
    Entry,
    Finding,
    FindingKind,
    Grant,
    Names,
    Operator,
    Part,
    Question,
    Register,
    Requirement,
    Standing,
    Verdict,
)
from tidewaiter.parties.matching.index import build_index
from tidewaiter.parties.matching.matcher import Matcher
from tidewaiter.parties.matching.types import AskedParty
from tidewaiter.parties.types import Address, Identifier, ListedParty, PartyName


class Who(Record, frozen=True, kw_only=True):
    """Identification of a party's operator."""

    operator: str = ""  # id; "": unknown
    may_be: tuple[str, ...] = ()
    text: Phrase
    doubt: Phrase | None = (
        None  # the party's name and numbers that do not belong to the operator found by number
    )
    unclear: bool = False  # indications of operators that are not conclusive


def who_is(book: Book, party: Party, day: date, names: Names | None = None) -> Who:
    """Identify the operator of a party by its licence and business number.

    Args:
        book: The register.
        party: As named in the documents.
        day: The day.
        names: Name search; None: names are ignored.

    Returns:
        The operator; if numbers match none or several, the candidates.
    """
    by_licence = {each.operator for each in book.numbered(Standing, party.licence, day)}
    by_business = {
        each.id
        for each in book.numbered(Operator, party.business_number, day)
        if not each.country or not party.country or each.country == party.country
    }
    told = [each for each in (by_licence, by_business) if each]
    agreed = set.intersection(*told) if told else set()
    alike = names(party) if names is not None and party.name else ()
    if len(agreed) == 1:
        name = agreed.pop()
        doubts = list(_other_numbers(book, name, party, day, known=bool(by_licence)))
        if names is not None and party.name and name not in alike:
            doubts.append(Phrase("who/other-name", operator=name, name=party.name))
        doubt = Phrase("answer/all", parts=doubts) if doubts else None
        return Who(operator=name, text=Phrase("who/number", operator=name), doubt=doubt)
    if told:
        pointed = sorted(set.union(*told))
        text = Phrase("who/several", names=pointed)
        return Who(may_be=tuple(pointed), text=text, unclear=True)
    if alike:
        text = Phrase("who/alike", names=alike)
        return Who(may_be=alike, text=text, unclear=True)
    if not (party.licence or party.business_number):
        return Who(text=Phrase("who/nothing"), unclear=True)
    given = " and ".join(filter(None, (party.licence, party.business_number)))
    return Who(text=Phrase("who/unknown", number=given))


def _other_numbers(
    book: Book, name: str, party: Party, day: date, *, known: bool
) -> Iterator[Phrase]:
    """Return the numbers of a party that its operator does not have.

    Args:
        book: The register.
        name: Operator id.
        party: As named in the documents.
        day: The day.
        known: The licence number is known.
    """
    if party.licence and not known:
        yield Phrase("who/no-number", number=party.licence)
    operator = book.on(Operator, name, day)
    numbers = operator.business_numbers if operator is not None else ()
    given = party.business_number
    if given and numbers and not any(same_number(given, each) for each in numbers):
        yield Phrase("who/other-number", operator=name, number=given)


def names_of(operators: Iterable[Operator]) -> Names:
    """Build a search for operators of similar names, using the matching of list parties."""
    known = tuple(_listed(each) for each in operators)
    if not known:
        return lambda _: ()
    matcher = Matcher(build_index(known))

    def find(party: Party) -> tuple[str, ...]:
        asked = AskedParty(
            text=party.name,
            countries=(party.country,) if party.country else (),
            addresses=(party.address,) if party.address else (),
        )
        (answer,) = matcher.match([asked])
        return tuple(dict.fromkeys(match.entry for match in answer.matches))

    return find


def _listed(operator: Operator) -> ListedParty:
    others = tuple(PartyName(text=name, kind="alias") for name in operator.other_names)
    return ListedParty(
        id=operator.id,
        kind="unknown",
        names=(PartyName(text=operator.name), *others),
        addresses=(Address(text=operator.address, country=operator.country),),
        countries=(operator.country,) if operator.country else (),
        identifiers=tuple(
            Identifier(scheme="tax", value=number, country=operator.country)
            for number in operator.business_numbers
        ),
        source=operator.source,
    )


Taken = Mapping[tuple[Part, str], Amount]
"""Amounts used by earlier answers, by check and id: a permit and a requirement may share an id."""

NONE: Taken = MappingProxyType({})
"""No amounts used."""

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
    """Return whether the register covers goods on a day.

    Args:
        register: The whole register.
        question: Goods, party, destination, and the permits required by law.
        names: Search for similar operator names (`operators.names_of`); None: ignored.
    """
    return answer_from(Book(register), question, names)


def answer_from(
    book: Book, question: Question, names: Names | None = None, taken: Taken = NONE
) -> Answer:
    """Return whether an indexed register covers goods on a day.

    Args:
        book: The indexed register.
        question: The goods.
        names: Search for similar operator names; None: ignored.
        taken: Amounts used by earlier answers and not yet written off.
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
    if not who.operator:
        return Answered(part="operator", verdict=_unless_known(who), text=who.text)
    if who.doubt is None:
        return Answered(part="operator", verdict="covered", entries=(who.operator,), text=who.text)
    return Answered(
        part="operator",
        verdict="cannot tell",
        entries=(who.operator,),
        text=who.doubt,
        findings=(Finding(kind="not known", text=who.doubt, entry=who.operator),),
    )


def _unless_known(who: Who) -> Verdict:
    """Return the verdict for an unknown operator."""
    return "cannot tell" if who.unclear else "none"


def _standing(book: Book, question: Question, who: Who, taken: Taken) -> Answered:
    """Check for a licence or registration for this activity and substance."""
    del taken  # a licence has no amount
    if not who.operator:
        return _nobody("standing", who)
    looked = []
    for each in book.all_on(Standing, question.day):
        if each.operator != who.operator:
            continue
        found = _misfits(book, each, question, who)
        if question.direction not in each.activities:
            paper = {"paper": each.kind, "number": each.number}
            text = Phrase("answer/allows", activities=each.activities, **paper)
            found.append(Finding(kind="wrong direction", text=text, entry=each.id))
        looked.append((each, _paper(each), found))
    return _best("standing", looked, Phrase("answer/no-standing", operator=who.operator))


def _permit(book: Book, question: Question, who: Who, taken: Taken) -> Answered:
    """Check for a permit or authorisation that covers these goods and is not used up."""
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
        before = taken.get(("permit", each.id), Amount())
        account = _less(account, before)
        found = _misfits(book, each, question, who)
        if COVERS.get(each.kind) != question.direction:
            paper = {"paper": each.kind, "number": each.number}
            text = Phrase("answer/covers", direction=question.direction, **paper)
            found.append(Finding(kind="wrong direction", text=text, entry=each.id))
        found += _amounts(each, account, question)
        looked.append((each, _paper(each, _figures(account, before)), found))
    none = Phrase("answer/no-permit", direction=question.direction)
    if question.permit:
        told = {"number": question.permit, "direction": question.direction}
        none = Phrase("answer/no-permit-number", **told)
    return _best("permit", looked, none)


def _requirement(book: Book, question: Question, who: Who, taken: Taken) -> Answered:
    """Check the annual requirements of the country and the operator: all must suffice."""
    if question.direction == "export":
        both = (Phrase("answer/no-import"), Phrase("answer/no-export"))
        text = Phrase("answer/all", parts=both)
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
        year = f"{question.day.year}"
        text = Phrase("answer/no-requirement", land=question.country, year=year)
        found = Finding(kind="none", text=text)
        return Answered(part="requirement", verdict="none", text=text, findings=(found,))
    told: list[Phrase] = []
    findings: list[Finding] = []
    for each in needs:
        account = requirement_account(book, each, question.day, but=question.notice)
        before = taken.get(("requirement", each.id), Amount())
        account = _less(account, before)
        found_here = list(_twice(book, each)) + list(_amounts(each, account, question))
        whose = each.operator or each.country
        figures = _figures(account, before)
        more = {"year": f"{each.year}", "accounts": figures}
        told.append(Phrase("answer/requirement", whose=whose, **more))
        findings += found_here
    return Answered(
        part="requirement",
        verdict=_verdict(findings),
        entries=tuple(each.id for each in needs),
        text=Phrase("answer/all", parts=told),
        findings=tuple(findings),
        sources=tuple(dict.fromkeys(each.source for each in needs)),
    )


_PARTS = {"standing": _standing, "permit": _permit, "requirement": _requirement}

_Looked = tuple[Standing | Grant, Phrase, Sequence[Finding]]


def _nobody(part: Part, who: Who) -> Answered:
    text = Phrase("answer/whose", who=who.text)
    return Answered(part=part, verdict=_unless_known(who), text=text)


def _best(part: Part, looked: Sequence[_Looked], none: Phrase) -> Answered:
    """Choose the entry closest to covering the goods; report what the others lack too."""
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
        text=Phrase("answer/all", parts=[told, *(each.text for each in findings)]),
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
    return [*found, *_twice(book, entry)]


def _twice(book: Book, entry: Entry) -> Iterator[Finding]:
    key = type(entry), entry.id
    if key in book.twice:
        yield book.twice[key]


def _amounts(entry: Grant | Requirement, account: Account, question: Question) -> Iterator[Finding]:
    """Compare the goods with the free amount; unknown amounts leave the result open."""
    yield from (each for each in account.findings if each.kind in _OPEN)
    free = measured(account.free)
    if free is None:
        return
    asked = question.net if counts_of(entry) == "goods" else question.content
    amount = measured(asked)
    if amount is None:
        what = "goods" if counts_of(entry) == "goods" else "content"
        text = Phrase(f"answer/{what}-open")
        yield Finding(kind="not known", text=text, entry=entry.id, source=entry.source)
    elif amount.measure != free.measure:
        text = Phrase("answer/other-measure", quantity=said(asked), quantity2=said(account.free))
        yield Finding(kind="other measure", text=text, entry=entry.id, source=entry.source)
    elif amount.value > free.value:
        text = Phrase("answer/more", quantity=said(asked), quantity2=said(account.free))
        yield Finding(kind="exceeded", text=text, entry=entry.id, source=entry.source)


def _paper(entry: Standing | Grant, accounts: Sequence[Phrase] = ()) -> Phrase:
    told: dict[str, Any] = {
        "paper": entry.kind,
        "number": entry.number,
        "issuer": entry.issuer,
        "day": entry.since,
    }
    code = "answer/account" if accounts else "answer/paper"
    if accounts:
        told["accounts"] = accounts
    if entry.until:
        code, told["day2"] = f"{code}-until", entry.until
    return Phrase(code, **told)


def _less(account: Account, taken: Amount) -> Account:
    """Deduct the amounts of earlier answers."""
    free, less = measured(account.free), measured(taken)
    if free is None or less is None or free.measure != less.measure:
        return account
    rest = amount_of(free.measure, max(0, free.value - less.value))
    return structs.replace(account, free=rest)


def _figures(account: Account, before: Amount) -> list[Phrase]:
    """Describe an account: granted, used, reserved, used by earlier goods, left."""
    if account.granted == Amount():
        return [Phrase("account/none")]
    parts = [_figure("granted", account.granted), _figure("used", account.used)]
    if is_some(account.promised):
        parts.append(_figure("promised", account.promised))
    if before != Amount():
        parts.append(_figure("before", before))
    if is_some(account.exceeded):
        return [*parts, _figure("exceeded", account.exceeded)]
    return [*parts, _figure("free", account.free)]


def is_some(amount: Amount) -> bool:
    """Return whether an amount is above zero."""
    found = measured(amount)
    return found is not None and found.value > 0


def _figure(what: str, amount: Amount) -> Phrase:
    return Phrase(f"account/{what}", quantity=said(amount))


def answers_on(
    book: Book,
    country: str,
    notice: Notice,
    day: date,
    law: Law,
    *,
    names: Names | None = None,
) -> Iterator[tuple[int, Answer]]:
    """Check each line of a notice with a known substance.

    Args:
        book: The register.
        country: The register's country; if neither sender's nor recipient's, nothing is checked.
        notice: The exporter is checked where goods leave the country, otherwise the importer.
        day: The day.
        law: Substance search.
        names: Search for similar operator names; None: ignored.

    Yields:
        Line number and answer. The notice's own reservations do not count against it.
    """
    for direction in _directions(notice, country):
        parties = notice.parties
        for line in notice.lines:
            told, _ = law_of(notice, line, day, law)
            slug = slug_of(told)
            if not slug:
                continue
            number, issuer = permit_of(notice, line.number, direction, "")
            question = Question(
                direction=direction,
                day=day,
                country=country,
                party=parties.exporter if direction == "export" else parties.importer,
                substance=slug,
                net=line.net,
                content=told.content,
                permit=number,
                issuer=issuer,
                notice=notice.reference,
            )
            yield line.number, answer_from(book, question, names)


def _directions(notice: Notice, country: str) -> Iterator[Direction]:
    if country_of(notice, "export") == country:
        yield "export"
    elif country_of(notice, "import") == country:
        yield "import"
