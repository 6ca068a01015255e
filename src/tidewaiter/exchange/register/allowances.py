"""Allowances: what papers, notices and requirements of a register allow, for sums over lines."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import date

from tidewaiter.consignments.past.allowed import Allowed, trader_key
from tidewaiter.consignments.traders import fold_party
from tidewaiter.exchange.notices.amounts import Measure, measured
from tidewaiter.exchange.notices.types import Amount
from tidewaiter.exchange.register.book import Book
from tidewaiter.exchange.register.types import Direction, Grant, Operator, Register, Requirement

_NOTICE = "notice "
_PARTS = 3  # of the id of a movement, behind the reference of its notice
_Noticed = tuple[str, str, Direction, Measure]


def allowed_in(register: Register, day: date) -> Iterator[Allowed]:
    """Yield what a register allows as it stood on a day, where it names an amount.

    A requirement counts where it is an operator's own: lines of others do not tell what a
    country needs. Of a notice counts what may still go under it and what was returned.

    Args:
        register: All that the authority keeps.
        day: Of the screening.
    """
    book = Book(register)
    for grant in book.all_on(Grant, day):
        if _counts(grant.amount):
            yield Allowed(
                what="paper",
                name=f"{grant.kind} {grant.number}",
                number=grant.number,
                substance=grant.substance,
                mass_mg=grant.amount.mass_mg,
                volume_ul=grant.amount.volume_ul,
                content=grant.counts != "goods",
                since=grant.since,
                until=grant.until,
                source=grant.source,
            )
    for need in book.all_on(Requirement, day):
        operator = book.on(Operator, need.operator, day) if need.operator else None
        if operator is not None and _counts(need.amount):
            yield Allowed(
                what="need",
                name=f"the requirement of {operator.id} for {need.year}",
                traders=_traders(operator),
                country=need.country,
                substance=need.substance,
                mass_mg=need.amount.mass_mg,
                volume_ul=need.amount.volume_ul,
                content=True,
                since=date(need.year, 1, 1),
                until=date(need.year, 12, 31),
                source=need.source,
            )
    yield from _noticed(book, day)


def _noticed(book: Book, day: date) -> Iterator[Allowed]:
    """Add up, by notice and substance, what may still go and what was returned."""
    sums: dict[_Noticed, int] = defaultdict(int)
    sources: dict[_Noticed, str] = {}
    told = [
        (each.notice, each.substance, each.direction, each.net, each.source)
        for each in book.promises
    ]
    told += [
        (each.id.rsplit("/", _PARTS)[0], each.substance, each.direction, each.net, each.source)
        for each in book.moved_on(day)
        if each.source.startswith(_NOTICE)
    ]
    for notice, substance, direction, net, source in told:
        amount = measured(net)
        if amount is not None and substance and amount.measure != "pieces":
            key = (notice, substance, direction, amount.measure)
            sums[key] += amount.value
            sources.setdefault(key, source)
    for (notice, substance, direction, measure), value in sums.items():
        mass = value if measure == "mass_mg" else None
        volume = None if measure == "mass_mg" else value
        yield Allowed(
            what="paper",
            name=f"the notice {notice} ({direction})",
            number=notice,
            substance=substance,
            mass_mg=mass,
            volume_ul=volume,
            source=sources[notice, substance, direction, measure],
        )


def _counts(amount: Amount) -> bool:
    return amount.mass_mg is not None or amount.volume_ul is not None


def _traders(operator: Operator) -> tuple[str, ...]:
    """Return the names of an operator, folded, and its business numbers."""
    names = map(fold_party, filter(None, (operator.name, *operator.other_names)))
    return tuple(dict.fromkeys([*names, *map(trader_key, operator.business_numbers)]))
