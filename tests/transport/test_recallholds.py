"""Legal holds: a recalled message is kept while a law or a case requires it, not longer."""

from datetime import date

from tests.support.peers import Party
from tests.support.raising import raises
from tests.transport.recalling import known_to, recall_it, recalls_of, tell, written_of

from tidewaiter.base.errors import ConflictError
from tidewaiter.casework.cases.permissions import Asked
from tidewaiter.casework.cases.state import Viewer
from tidewaiter.casework.cases.steps import Held, Unheld
from tidewaiter.store.cases.casefile import case_steps, open_case, take_step
from tidewaiter.store.core.database import Work
from tidewaiter.store.recalls.compliance import Custody, hold, lift, pass_on

Pair = tuple[Party, Party]


def test_a_hold_keeps_what_is_recalled_until_it_is_lifted(pair: Pair) -> None:
    """Its source learns the basis and the number of onward recipients; later, the deletion."""
    one, other = pair
    item = tell(one, other)
    one.send(other)
    safe = other.desk.ring.lock
    with other.desk.database.work(other.desk.stamp()) as work:
        with raises("store/no-legal-hold-case", case=7):
            hold(work, safe, item, Custody(basis="Order 7", case=7))
        hold(work, safe, item, Custody(basis="Order 7", until=date(2027, 1, 1)))
        assert pass_on(work, safe, item, 3, 2, own=other.name) == ""
    recall_it(one, item)
    one.send(other)
    other.send(one)
    (told,) = recalls_of(one)
    assert told.outcome is not None
    assert (told.standing, told.outcome.basis, told.untold) == (
        "kept-under-legal-hold",
        "Order 7",
        1,
    )
    assert known_to(other, one).now() is not None
    with other.desk.database.work(other.desk.stamp()) as work:
        assert lift(work, safe, other.name, item) == "destroyed"
        with raises("store/no-legal-hold", ConflictError):
            lift(work, safe, other.name, item)
    other.send(one)
    assert [each.standing for each in recalls_of(one)] == ["destroyed"]
    assert known_to(other, one).now() is None


def test_a_hold_by_a_case_lasts_as_long_as_that_of_the_case(pair: Pair) -> None:
    """Recalled while the case is held it is kept; once that is over it is destroyed at once."""
    one, other = pair
    first, second = (one.say(other, text) for text in ("first", "second"))
    one.send(other)
    viewer = Viewer(name="rosa", rights=frozenset({"see", "case", "approve"}))
    with other.desk.database.work(other.desk.stamp()) as work:
        number = open_case(work, viewer, "Drums").number
        _step(work, viewer, number, Held(why="Order 7"))
        for item in (first, second):
            hold(work, other.desk.ring.lock, item, Custody(basis="Order 7", case=number))
    recall_it(one, first)
    one.send(other)
    with other.desk.database.work(other.desk.stamp()) as work:
        _step(work, viewer, number, Unheld(why="It was lifted."))
    recall_it(one, second)
    one.send(other)
    assert [each.standing for each in recalls_of(other)] == ["destroyed", "kept-under-legal-hold"]
    assert (bool(written_of(other, first)), bool(written_of(other, second))) == (True, False)


def _step(work: Work, viewer: Viewer, number: int, content: Held | Unheld) -> None:
    seen = case_steps(work, viewer, number)[-1].id
    take_step(work, viewer, number, Asked(content=content, seen=seen))
