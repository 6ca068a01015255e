"""Movements of goods from notices and shipments, with the content of salts and mixtures."""

from collections.abc import Iterable, Iterator
from datetime import date
from functools import partial

import msgspec

from tidewaiter.exchange.notices.amounts import Measure, amount_of, measured
from tidewaiter.exchange.notices.event_validation import chains_of, ends, judge, versions_of
from tidewaiter.exchange.notices.law import Law, LineLaw, content_of, law_of
from tidewaiter.exchange.notices.state import Balance, State
from tidewaiter.exchange.notices.types import Amount, Event, Notice, NoticeLine, Returned, Side
from tidewaiter.exchange.register.book import same_number, total
from tidewaiter.exchange.register.types import COVERS, Direction, Movement, Promise
from tidewaiter.law.answers import Found
from tidewaiter.law.registry import Registry
from tidewaiter.trade.substance_lookup import form_of

Operators = dict[Direction, str]
"""The ids of a notice's exporter and importer, as far as they are known."""

_OUTCOMES: dict[str, Direction] = {"shipped": "export", "arrived": "import"}


def content_in(
    line: NoticeLine, substance: str, day: date, registry: Registry
) -> tuple[Amount, str]:
    """Compute how much of a substance is in goods; a salt counts as its base.

    Args:
        line: The goods: their amount, and the content of a mixture; a CAS number names a form.
        substance: Slug.
        day: Of the reckoning.
        registry: With the formulas.

    Returns:
        The amount; or nothing, and why.
    """
    known = next((each for each in registry.substances if each.slug == substance), None)
    if known is None:
        return Amount(), f'the registry has no "{substance}"'
    form = form_of(known, line.cas or None)
    found = Found(name=form.name if form else known.name, substance=known, form=form)
    return content_of(line, found, day)


def movements_of(events: Iterable[Event], operators: Operators, law: Law) -> tuple[Movement, ...]:
    """Turn the return information of a notice into movements, one for each shipment and line.

    What the exporting side says it shipped is an export, what the importing side says arrived is
    an import. Goods that were diverted or sent back give nothing back: that is for a person to
    decide, who then cancels the movement.

    Args:
        events: Of one notice; those that do not count are left out. Each is read in the version
            of the notice that it is about, so that it says the same whatever comes later.
        operators: Who its exporter and importer are in the register.
        law: The registry, and who finds names in it.
    """
    judged = judge(chains_of(events))
    versions = versions_of(judged.exporter)
    return tuple(
        movement
        for event in (*judged.exporter, *judged.importer)
        if isinstance(event.what, Returned)
        for movement in _of_event(versions[event.version], event, event.what, (operators, law))
    )


def _of_event(
    notice: Notice, event: Event, what: Returned, known: tuple[Operators, Law]
) -> Iterator[Movement]:
    direction = _OUTCOMES.get(what.outcome)
    if direction is None:
        return
    lines = {line.number: line for line in notice.lines}
    for each in what.lines:
        told = _told(notice, lines[each.line], each.amount, (what.on, known[1]))
        number, issuer = permit_of(notice, each.line, direction, what.permit)
        yield Movement(
            id=f"{notice.reference}/{event.by}/{event.id}/{each.line}",
            direction=direction,
            country=country_of(notice, direction),
            on=what.on,
            operator=known[0].get(direction, ""),
            permit=number,
            issuer=issuer,
            substance=slug_of(told),
            net=each.amount,
            content=told.content,
            why_no_content=told.why_no_content,
            source=f"notice {notice.reference}, {what.outcome} {what.on}",
        )


def promises_of(state: State, operators: Operators, law: Law) -> tuple[Promise, ...]:
    """Tell what may still go, or come, under a notice that nobody objects to.

    To leave: what was notified or allowed and is not shipped yet. To arrive: that too, and what
    was shipped and did not arrive or go elsewhere. Nothing is promised under a notice that is
    not approved or was withdrawn.
    """
    notice, decision = state.notice, state.decision
    if notice is None or decision is None or not state.approved:
        return ()
    lines = {line.number: line for line in notice.lines}
    found = []
    for balance in state.balances:
        line = lines.get(balance.line)
        if line is None:
            continue
        for direction, amount in _waiting(state, balance).items():
            told = _told(notice, line, amount, (decision.at.date(), law))
            number, issuer = permit_of(notice, line.number, direction, "")
            found.append(
                Promise(
                    notice=notice.reference,
                    line=line.number,
                    direction=direction,
                    country=country_of(notice, direction),
                    since=decision.at.date(),
                    operator=operators.get(direction, ""),
                    permit=number,
                    issuer=issuer,
                    substance=slug_of(told),
                    net=amount,
                    content=told.content,
                    source=f"notice {notice.reference}, no objection {decision.at.date()}",
                )
            )
    return tuple(found)


def _waiting(state: State, balance: Balance) -> dict[Direction, Amount]:
    """Return what of a line is still to leave and to arrive, where that is anything."""
    most = measured(balance.most)
    if most is None:
        return {}
    told = partial(_told_of, state, balance.line, most.measure)
    ended = any(ends(each) for each in state.returned)
    to_leave = 0 if ended else total([balance.left], most.measure)
    gone = told("arrived", "importer") + max(
        told("diverted", "importer"), told("diverted", "exporter")
    )
    waiting: dict[Direction, int] = {
        "export": to_leave,
        "import": max(0, to_leave + total([balance.used], most.measure) - gone),
    }
    return {way: amount_of(most.measure, value) for way, value in waiting.items() if value}


def _told_of(state: State, line: int, measure: Measure, outcome: str, by: Side) -> int:
    """Add up what one side told of one line with one outcome, in a measure."""
    amounts = [
        each.amount
        for event in state.returned
        if event.by == by and isinstance(event.what, Returned) and event.what.outcome == outcome
        for each in event.what.lines
        if each.line == line
    ]
    return total(amounts, measure)


def _told(notice: Notice, line: NoticeLine, amount: Amount, at: tuple[date, Law]) -> LineLaw:
    return law_of(notice, msgspec.structs.replace(line, net=amount), *at)[0]


def slug_of(told: LineLaw) -> str:
    """Return the slug of what a line is of; "": it is not known."""
    return (told.assessment.substance if told.assessment else None) or ""


def country_of(notice: Notice, direction: Direction) -> str:
    """Return the country that goods leave, or come into."""
    return (notice.sender if direction == "export" else notice.recipient).country


def permit_of(notice: Notice, line: int, direction: Direction, named: str) -> tuple[str, str]:
    """Return the number and issuer of the one permit that covers a line, or the one named."""
    covering = [
        each
        for each in notice.permits
        if COVERS.get(each.kind) == direction and each.line in {None, line}
    ]
    if named:
        issuers = {each.issuer for each in covering if same_number(each.number, named)}
        return named, issuers.pop() if len(issuers) == 1 else ""
    return (covering[0].number, covering[0].issuer) if len(covering) == 1 else ("", "")
