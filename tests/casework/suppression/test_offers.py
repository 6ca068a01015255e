"""Offers: what officers dismissed again and again, as narrow as it can be said."""

from collections.abc import Callable, Sequence
from datetime import date

from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from tidewaiter.casework.suppression.proposals import (
    Offer,
    Past,
    least_share,
    offer_in_words,
    offers,
)
from tidewaiter.casework.suppression.rules import fit, hides
from tidewaiter.casework.suppression.scope import (
    Found,
    Given,
    Held,
    Named,
    Subject,
    Written,
)

MakeSubject = Callable[..., Subject]
MakePast = Callable[..., Past]


def _teas(subject: MakeSubject, past: MakePast, count: int = 8) -> list[Past]:
    """Dismiss as many teas of two shippers, by two officers on different days."""
    return [
        past(
            subject(f"tea{number}", goods=f"Sassafras tea blend no {number}"),
            by=("reyes", "okafor")[number % 2],
            day=date(2026, 3, 1 + number),
        )
        for number in range(count)
    ]


def test_a_pattern_is_offered_as_narrow_as_it_can_be_said(
    subject: MakeSubject, past: MakePast
) -> None:
    """The scope has everything that the alerts have in common, and its numbers are given."""
    (offer,) = offers(_teas(subject, past))
    scope = offer.scope
    assert (scope.substances, scope.ways) == (("safrole",), ("fuzzy",))
    assert (scope.phrase, scope.heading, scope.most) == ("sassafras tea blend", "1211", "low")
    assert scope.shipper is not None
    assert (scope.shipper.name, scope.shipper.id) == ("Example Herbs Ltd", "77")
    assert (offer.dismissed, offer.decided, offer.officers, offer.strong) == (8, 8, 2, 0)
    assert offer_in_words(offer) == (
        "8 of 8 decided alerts like this were dismissed, by 2 officers, 2026-03-01 to 2026-03-08; "
        "at least 68% of such alerts, 19 times in 20. None was confirmed, held or referred."
    )


def test_what_differs_is_left_out_of_the_scope(subject: MakeSubject, past: MakePast) -> None:
    """Teas of several shippers are one pattern, which names none."""
    teas = []
    for number, each in enumerate(_teas(subject, past, 12)):
        line = Written(
            goods=each.subject.line.goods,
            hs="12119086",
            parties=(Named(role="exporter", name=f"Herbs {number % 2}"),),
        )
        teas.append(past(subject(each.subject.id, each.subject.line.goods, line=line)))
    (offer,) = offers(teas)
    assert offer.dismissed == 12
    assert (offer.scope.shipper, offer.scope.phrase) == (None, "sassafras tea blend")


def test_a_pattern_with_one_confirmed_alert_is_not_offered(
    subject: MakeSubject, past: MakePast
) -> None:
    """Nor with one that was held or referred; a narrower one without it may be."""
    teas = _teas(subject, past)
    for status in ("confirmed", "held", "referred"):
        assert offers([*teas, past(subject("bad"), status)]) == []
    oil = past(subject("oil", goods="Sassafras oil"), "confirmed")
    (offer,) = offers([*teas, oil])
    assert fit(offer.scope, oil.subject) is None


def test_few_alerts_and_other_reasons_teach_nothing(subject: MakeSubject, past: MakePast) -> None:
    """Four dismissals are not a pattern, nor are repeated alerts and wrong documents."""
    teas = _teas(subject, past)
    assert offers(teas[:4]) == []
    for reason in ("repeated", "wrong-data"):
        assert offers([past(each.subject, reason=reason) for each in teas]) == []


def test_what_a_rule_takes_in_is_not_offered_again(subject: MakeSubject, past: MakePast) -> None:
    """Nor is a scope that was refused."""
    teas = _teas(subject, past)
    (offer,) = offers(teas)
    assert offers(teas, taken=[offer.scope]) == []
    assert offer.scope not in [each.scope for each in offers(teas, refused=[offer.scope])]


def test_the_lower_end_of_a_share() -> None:
    """Wilson's interval, as other tables print it."""
    assert least_share(0, 0) == 0
    assert round(least_share(10, 10), 3) == 0.722
    assert round(least_share(81, 263), 3) == 0.255  # Wilson 1927, as Newcombe 1998 works it


_GOODS = st.sampled_from(
    ["Sassafras tea blend", "Sassafras tea", "Sassafras oil", "Sassafrass bark tea", "Sassafras"]
)
_TRADERS = st.sampled_from(["Herbs A", "Herbs B", ""])


@st.composite
def _subjects(draw: st.DrawFn) -> Subject:
    goods = draw(_GOODS)
    trader = draw(_TRADERS)
    how = draw(st.sampled_from(["fuzzy", "exact"]))
    found = Found(
        substance="safrole",
        field="goods",
        start=0,
        end=len(goods.split(maxsplit=1)[0]),
        text=goods.split()[0],
        how=how,
    )
    return Subject(
        id="",
        severity=draw(st.sampled_from(["low", "medium", "high"])),
        substances=("safrole",),
        line=Written(
            goods=goods,
            hs=draw(st.sampled_from(["1211", "3301", None])),
            parties=(Named(role="exporter", name=trader),) if trader else None,
        ),
        mentions=(found,),
        reasons=(Given(rule="control", points=45), Given(rule=how, points=2)),
        law=(Held(substance="safrole"),),
    )


_ALL = "dismissed", "dismissed", "dismissed", "dismissed", "confirmed", "released"


@st.composite
def _pasts(draw: st.DrawFn) -> list[Past]:
    some = draw(st.lists(st.tuples(_subjects(), st.sampled_from(_ALL)), min_size=12, max_size=60))
    return [
        Past(
            subject=_named(each, f"a{number}"),
            status=status,
            reason="other-goods",
            by="reyes",
            day=date(2026, 3, 1),
        )
        for number, (each, status) in enumerate(some)
    ]


def _named(subject: Subject, name: str) -> Subject:
    return structs.replace(subject, id=name)


def _met(offer: Offer, past: Sequence[Past]) -> set[str]:
    return {each.subject.id for each in past if fit(offer.scope, each.subject)}


@given(_pasts(), _subjects())
def test_a_confirmed_alert_makes_no_offer_broader(past: list[Past], more: Subject) -> None:
    """Whatever is offered after it was within what was offered before, and leaves it visible."""
    bad = Past(
        subject=_named(more, "bad"),
        status="confirmed",
        reason="analysed",
        by="okafor",
        day=date(2026, 3, 2),
    )
    before = [_met(offer, past) for offer in offers(past)]
    for offer in offers([*past, bad]):
        assert fit(offer.scope, bad.subject) is None
        assert any(_met(offer, past) <= known for known in before)


@given(_pasts())
def test_an_offer_hides_none_that_was_found_right(past: list[Past]) -> None:
    """Its description matches what it covers."""
    for offer in offers(past):
        met = [each for each in past if fit(offer.scope, each.subject)]
        assert len(met) == offer.decided
        assert {each.status for each in met} <= {"dismissed", "released"}
        assert sorted(e.subject.id for e in met if e.status == "dismissed") == list(offer.alerts)


@given(_pasts())
def test_an_offer_does_not_hang_on_the_order(past: list[Past]) -> None:
    """The same decisions in another order are the same offers."""
    assert offers(past) == offers(past[::-1])


@given(_pasts())
def test_no_strong_alert_is_hidden_by_a_rule_that_does_not_say_so(past: list[Past]) -> None:
    """Not even by one that was learned from strong alerts."""
    for offer in offers(past):
        for each in past:
            by_name = each.subject.severity == "high" and each.subject.mentions[0].how == "exact"
            assert not (by_name and hides(offer.scope, each.subject, strong_too=False))
