"""Who an operator is: by its numbers; a name alone never decides."""

from collections.abc import Iterable, Iterator
from datetime import date

from tidewaiter.base.records import Record
from tidewaiter.exchange.notices.types import Party
from tidewaiter.exchange.register.book import Book, same_number
from tidewaiter.exchange.register.questions import Names
from tidewaiter.exchange.register.types import Operator, Standing
from tidewaiter.parties.matching.index import build_index
from tidewaiter.parties.matching.matcher import Matcher
from tidewaiter.parties.matching.types import AskedParty
from tidewaiter.parties.types import Address, Identifier, ListedParty, PartyName


class Who(Record, frozen=True, kw_only=True):
    """Which operator a party is."""

    operator: str = ""  # id; "": not known
    may_be: tuple[str, ...] = ()
    text: str
    doubt: str = ""  # what of its name and numbers is not of the operator whose number it bears
    unclear: bool = False  # something points at operators, and does not decide


def who_is(book: Book, party: Party, day: date, names: Names | None = None) -> Who:
    """Find the operator that a party is, by its licence and its business number.

    Args:
        book: The register.
        party: As the papers name it.
        day: The day.
        names: Who finds like names; None: nobody looks at names.

    Returns:
        The operator; or, where numbers name none or several, those it may be.
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
            doubts.append(f'the number is of {name}, whose name is not like "{party.name}"')
        return Who(operator=name, text=f"by its number it is {name}", doubt="; ".join(doubts))
    if told:
        pointed = sorted(set.union(*told))
        text = f"its numbers name several operators: {', '.join(pointed)}"
        return Who(may_be=tuple(pointed), text=text, unclear=True)
    if alike:
        text = f"by name alone it may be {', '.join(alike)}: ask for its licence or business number"
        return Who(may_be=alike, text=text, unclear=True)
    if not (party.licence or party.business_number):
        return Who(text="no licence and no business number is given", unclear=True)
    given = " and ".join(filter(None, (party.licence, party.business_number)))
    return Who(text=f"no operator has the number {given}")


def _other_numbers(book: Book, name: str, party: Party, day: date, *, known: bool) -> Iterator[str]:
    """Tell the numbers of a party that its operator does not have.

    Args:
        book: The register.
        name: Id of the operator that the other number is of.
        party: As the papers name it.
        day: The day.
        known: Its licence number is there.
    """
    if party.licence and not known:
        yield f'no licence and no registration "{party.licence}" is there'
    operator = book.on(Operator, name, day)
    numbers = operator.business_numbers if operator is not None else ()
    given = party.business_number
    if given and numbers and not any(same_number(given, each) for each in numbers):
        yield f'{name} has another business number than "{given}"'


def names_of(operators: Iterable[Operator]) -> Names:
    """Make who finds operators of like names, as parties of lists are found."""
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
