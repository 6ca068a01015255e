"""What notices and shipments write off, with the content of salts and mixtures."""

from datetime import date
from itertools import permutations

import pytest
from tests.support.notices import DAY, EPHEDRINE, NOTICE, Talk, changed, law
from tests.support.register import registry

from tidewaiter.exchange.notices.state import state_of
from tidewaiter.exchange.notices.types import (
    Amended,
    Amount,
    LineAmount,
    NoObjection,
    Permit,
    Returned,
    Withdrawn,
)
from tidewaiter.exchange.register.movements import (
    Operators,
    content_in,
    movements_of,
    permit_of,
    promises_of,
)

WHO: Operators = {"export": "de-1", "import": "op-1"}
SHIPPED, ARRIVED = date(2026, 4, 8), date(2026, 5, 2)
SALT = changed(
    NOTICE,
    lines=(changed(EPHEDRINE, number=1, net=Amount(mass_mg=100_000)),),
    permits=(
        Permit(kind="export authorisation", number="EA-1", issuer="DE"),
        Permit(kind="import authorisation", number="IA-1", issuer="MX"),
        Permit(kind="import declaration", number="X"),
    ),
)
BASE = 81_920  # mg of ephedrine in 100,000 mg of its hydrochloride, by the factor of the DEA


def _back(mg: int, outcome: str = "shipped", on: date = SHIPPED, *, last: bool = False) -> Returned:
    made: Returned = changed(
        Returned(outcome="shipped", on=on, last=last),
        outcome=outcome,
        lines=(LineAmount(line=1, amount=Amount(mass_mg=mg)),),
    )
    return made


def _talk(*, allowed: int = 100_000) -> Talk:
    talk = Talk(SALT)
    amount = LineAmount(line=1, amount=Amount(mass_mg=allowed))
    talk.say("importer", NoObjection(decided_by="A", allowed=(amount,)))
    return talk


def _promised(talk: Talk) -> dict[str, int | None]:
    found = promises_of(state_of(talk.events, ARRIVED), WHO, law())
    return {each.direction: each.net.mass_mg for each in found}


def test_a_salt_counts_as_its_base() -> None:
    """A mixture by its content; or why it cannot be told."""
    line = changed(EPHEDRINE, cas="50-98-6", net=Amount(mass_mg=100_000))
    assert content_in(line, "ephedrine", DAY, registry())[0].mass_mg == BASE
    mixture = changed(line, cas="", goods="mixture", content_ppm=250_000)
    assert content_in(mixture, "ephedrine", DAY, registry())[0].mass_mg == 25_000
    for open_, why in (
        (changed(mixture, content_ppm=None), "the content of the mixture is not given"),
        (changed(line, net=Amount()), "no mass and no volume is given"),
    ):
        assert content_in(open_, "ephedrine", DAY, registry()) == (Amount(), why)
    assert content_in(line, "nothing", DAY, registry())[1] == 'the registry has no "nothing"'
    salt = changed(line, cas="69049-06-5")
    why = "the formula of Alfentanil hydrochloride is not stored"
    assert content_in(salt, "alfentanil", DAY, registry()) == (Amount(), why)


def test_what_left_and_what_came_are_two_movements() -> None:
    """Each with its side's country, operator and permit, in any order of reporting."""
    talk = _talk()
    talk.say("exporter", _back(100_000, last=True))
    talk.say("importer", _back(90_000, "arrived", ARRIVED))
    told = movements_of(talk.events, WHO, law())
    assert [
        (each.direction, each.country, each.operator, each.permit, each.issuer, each.substance)
        for each in told
    ] == [
        ("export", "DE", "de-1", "EA-1", "DE", "ephedrine"),
        ("import", "MX", "op-1", "IA-1", "MX", "ephedrine"),
    ]
    assert told[0].content.mass_mg == BASE
    for events in permutations(talk.events):
        assert movements_of(events, WHO, law()) == told


def test_a_movement_says_the_same_whatever_the_notice_becomes() -> None:
    """It is read in the version under which it left."""
    talk = _talk()
    talk.say("exporter", _back(50_000))
    before = movements_of(talk.events, WHO, law())
    later = changed(SALT, version=2, lines=(changed(SALT.lines[0], number=2),), permits=())
    talk.say("exporter", Amended(notice=later), version=2)
    assert movements_of(talk.events, WHO, law()) == before


def test_what_may_still_go_is_promised() -> None:
    """Nothing before approval; then the approved amount, less what left or arrived."""
    assert _promised(Talk(SALT)) == {}
    talk = _talk(allowed=60_000)
    assert _promised(talk) == {"export": 60_000, "import": 60_000}
    talk.say("exporter", _back(20_000))
    assert _promised(talk) == {"export": 40_000, "import": 60_000}
    talk.say("importer", _back(15_000, "arrived", ARRIVED))
    assert _promised(talk) == {"export": 40_000, "import": 45_000}
    talk.say("importer", _back(5_000, "diverted", ARRIVED))
    assert _promised(talk) == {"export": 40_000, "import": 40_000}
    talk.say("exporter", Returned(outcome="not shipped", on=ARRIVED))
    assert _promised(talk) == {}


def test_what_the_registry_does_not_know_is_promised_all_the_same() -> None:
    """Without a substance and without a content."""
    unknown = changed(SALT.lines[0], name="Xyzzyl plughate", cas="", form="")
    talk = Talk(changed(SALT, lines=(unknown,)))
    talk.say("importer", NoObjection(decided_by="A"))
    found = promises_of(state_of(talk.events, ARRIVED), WHO, law())
    assert [(each.net, each.substance, each.content) for each in found] == 2 * [
        (Amount(mass_mg=100_000), "", Amount())
    ]


def test_a_line_that_was_dropped_after_goods_left_promises_nothing() -> None:
    """The lines of the version in force do, before and after it."""
    lines = (SALT.lines[0], changed(SALT.lines[0], number=2))
    talk = Talk(changed(SALT, lines=lines))
    talk.say("importer", NoObjection(decided_by="A"))
    assert _promised_lines(talk) == [1, 1, 2, 2]
    talk.say("exporter", _back(20_000))
    later = changed(SALT, version=2, lines=lines[1:])
    talk.say("exporter", Amended(notice=later), version=2)
    talk.say("importer", NoObjection(decided_by="A"), version=2)
    assert _promised_lines(talk) == [2, 2]


def _promised_lines(talk: Talk) -> list[int]:
    found = promises_of(state_of(talk.events, ARRIVED), WHO, law())
    return [each.line for each in found]


def _permit(number: str, issuer: str, **more: object) -> Permit:
    made: Permit = changed(Permit(kind="export permit", number=number, issuer=issuer), **more)
    return made


@pytest.mark.parametrize(
    ("permits", "named", "found"),
    [
        ([_permit("E-1", "DE")], "", ("E-1", "DE")),
        ([_permit("E-1", "DE", line=1)], "", ("E-1", "DE")),
        ([_permit("E-1", "DE", line=2)], "", ("", "")),
        ([_permit("E-1", "DE", kind="import permit")], "", ("", "")),
        ([_permit("E-1", "DE"), _permit("E-2", "DE")], "", ("", "")),
        ([_permit("E-1", "DE"), _permit("E-2", "FR")], "e 2", ("e 2", "FR")),
        ([_permit("E-1", "DE"), _permit("E-1", "FR")], "E-1", ("E-1", "")),
        ([_permit("E-1", "DE", line=1), _permit("E-1", "DE")], "E-1", ("E-1", "DE")),
        ([_permit("E-1", "DE")], "E-9", ("E-9", "")),
    ],
)
def test_the_permit_of_goods(permits: list[Permit], named: str, found: tuple[str, str]) -> None:
    """The one that covers their line and direction, or the one that is named.

    Of several, none is taken; the issuer of a named one is that of the notice, where all agree.
    """
    assert permit_of(changed(SALT, permits=tuple(permits)), 1, "export", named) == found


def test_a_withdrawal_gives_back() -> None:
    """Nothing is promised under a notice that was taken back."""
    talk = _talk()
    talk.say("exporter", Withdrawn(reason="order cancelled"))
    assert _promised(talk) == {}
