"""Notices in the register: what was shipped is written off, and what may still go is promised."""

from collections.abc import Sequence
from datetime import date
from functools import cache

from sqlalchemy import delete, insert

from tidewaiter.base.errors import InputError
from tidewaiter.consignments.asking import Asker
from tidewaiter.consignments.naming import Namer
from tidewaiter.exchange.notices.events import Event, Returned, Side
from tidewaiter.exchange.notices.lawlines import Law
from tidewaiter.exchange.notices.states import State
from tidewaiter.exchange.notices.types import Notice
from tidewaiter.exchange.register.book import Book
from tidewaiter.exchange.register.goods import Operators, country_of, movements_of, promises_of
from tidewaiter.exchange.register.operators import who_is
from tidewaiter.exchange.register.types import Direction
from tidewaiter.identify import Identifier, load_lexicon
from tidewaiter.store import tables
from tidewaiter.store.audit import stamp_of
from tidewaiter.store.database import Work
from tidewaiter.store.payloads import encode
from tidewaiter.store.register import keeper, load_register
from tidewaiter.store.registerledger import write_off
from tidewaiter.substances.lawbook import load_lawbook
from tidewaiter.substances.members import load_members
from tidewaiter.substances.questions import Found
from tidewaiter.substances.registry import load_registry

_DIRECTIONS: dict[Side, Direction] = {"exporter": "export", "importer": "import"}


def enter_notice(
    work: Work, number: int, side: Side, events: Sequence[Event], state: State
) -> None:
    """Enter what a notice says now into the register, where there is one.

    What this country's side returned as shipped or arrived is written off, each event once; what
    may still go is promised anew, so that a notice that was withdrawn or objected to gives back
    what it held.

    Args:
        work: Begun with a stamp, in the transaction of the change of the notice.
        number: Of the notice, here.
        side: Of this node. What the other one tells moves nothing here, whatever it names.
        events: All of it.
        state: As they leave it, whatever the day.
    """
    country = keeper(work)
    if not country:
        return
    p, direction = tables.register_promise, _DIRECTIONS[side]
    work.connection.execute(delete(p).where(p.c.notice == number))
    if not state.notice or country_of(state.notice, direction) != country:
        return
    if not state.approved and not any(isinstance(each.what, Returned) for each in events):
        return
    operators = _operators(work, state.notice, direction)
    for movement in movements_of(events, operators, _law()):
        if movement.direction == direction and _is_new(work, movement.id):
            write_off(work, movement, notice=number)
    promised = [
        {"notice": number, "place": place, "payload": encode(each)}
        for place, each in enumerate(promises_of(state, operators, _law()))
        if each.direction == direction
    ]
    if promised:
        work.connection.execute(insert(p), promised)


def _is_new(work: Work, name: str) -> bool:
    """Tell whether a movement is not written off yet: what was, keeps the figures of its day."""
    m = tables.register_movement.c
    wanted = tables.register_movement.select().where(m.id == name)
    return work.connection.execute(wanted).first() is None


def _operators(work: Work, notice: Notice, direction: Direction) -> Operators:
    """Find whom of this side the register knows today."""
    book = Book(load_register(work))
    party = notice.parties.exporter if direction == "export" else notice.parties.importer
    who = who_is(book, party, stamp_of(work).at.date())
    return {direction: who.operator} if who.operator and not who.doubt else {}


@cache
def _law() -> Law:
    """Return the law that travels with the package; what is no name and no number is not read."""
    registry = load_registry()

    @cache
    def identifier() -> Identifier:
        return Identifier(load_lexicon(()), few=True)

    asker = Asker(Namer(registry, identifier), load_members(registry), _no_structure)
    return Law(registry, load_lawbook(registry), asker.find)


def _no_structure(text: str, day: date) -> tuple[Found, ...]:
    del day
    hint = "write its name or its CAS number"
    raise InputError(f'"{text[:60]}" is no name and no number of the registry', hint=hint)
