"""Duties: what is demanded of a consignment, and notifications that a country asked for."""

from datetime import date, timedelta

import msgspec
import pytest

from tidewaiter.base.phrases import as_written, english
from tidewaiter.law.answers import (
    ClassGap,
    ClassHold,
    Found,
    Listing,
    Question,
    Role,
    Route,
    Ruling,
)
from tidewaiter.law.assessment import assess
from tidewaiter.law.duties import duties_of
from tidewaiter.law.registry import Registry
from tidewaiter.law.rules import Demand, LawBook, Request, RouteFile

DAY = date(2026, 11, 25)
TO_MEXICO = Route(origin="DE", destination="MX")


def _listing(schedule: str = "Table I") -> Listing:
    return Listing(
        schedule=schedule,
        decided=None,
        since=None,
        until=None,
        source="s",
        mark="read",
        dates="read",
    )


def _demand(**more: object) -> Demand:
    given = {"kind": "notification", "text": "owed", "clause": "c", "source": "s", **more}
    return Demand(**given)  # type: ignore[arg-type]


def _request(**more: object) -> Request:
    given = {
        "country": "MX",
        "schedules": ("Table I",),
        "source": "asked-source",
        "since": None,
        **more,
    }
    return Request(**given)  # type: ignore[arg-type]


def _book(*demands: Demand, requests: tuple[Request, ...] = ()) -> LawBook:
    file = RouteFile(demands=demands, requests=requests)
    return LawBook(routes={"un-1988": file})


@pytest.fixture(scope="module")
def ephedrine(registry: Registry) -> Found:
    """Return a substance of Table I."""
    return Found(name="Ephedrine", substance=registry.substance("ephedrine"))


@pytest.mark.parametrize(
    ("more", "roles", "demanded"),
    [
        ({}, ("export",), True),
        ({}, (), False),
        ({"roles": ("export",)}, ("export",), True),
        ({"roles": ("import",)}, ("export",), False),
        ({"schedules": ("Table I",)}, ("export",), True),
        ({"schedules": ("Table II",)}, ("export",), False),
        ({"destinations": ("MX",)}, ("export",), True),
        ({"destinations": ("US",)}, ("export",), False),
        ({"substances": ("ephedrine",)}, ("export",), True),
        ({"substances": ("acetone",)}, ("export",), False),
        ({"since": DAY}, ("export",), True),
        ({"since": DAY + timedelta(days=1)}, ("export",), False),
        ({"until": DAY}, ("export",), False),
        ({"until": DAY + timedelta(days=1)}, ("export",), True),
    ],
    ids=str,
)
def test_what_is_demanded(
    more: dict[str, object], roles: tuple[Role, ...], ephedrine: Found, *, demanded: bool
) -> None:
    """A demand is of its roles, schedules, destinations, substances and days; no route, none."""
    question = Question(day=DAY, route=TO_MEXICO)
    place = question, "un-1988", _book(_demand(**more)), ephedrine, roles
    assert len(duties_of(place, [_listing()])) == demanded


@pytest.mark.parametrize(
    ("request_", "known"),
    [
        ({}, True),
        ({"since": DAY}, True),
        ({"since": DAY + timedelta(days=1)}, False),
        ({"until": DAY}, False),
        ({"until": DAY + timedelta(days=1)}, True),
        ({"country": "US"}, False),
        ({"schedules": ("Table II",)}, False),
        ({"substances": ("ephedrine",)}, True),
        ({"substances": ("norephedrine",)}, False),
    ],
    ids=str,
)
def test_a_notification_is_owed_to_who_asked(
    request_: dict[str, object], ephedrine: Found, *, known: bool
) -> None:
    """Where the destination asked, of this table and day, the duty is known; else open."""
    book = _book(_demand(asked=True), requests=(_request(**request_),))
    place = Question(day=DAY, route=TO_MEXICO), "un-1988", book, ephedrine, ("export",)
    (duty,) = duties_of(place, [_listing()])  # type: ignore[arg-type]
    assert duty.known is known
    if known:
        assert duty.source == "asked-source"
        assert duty.text.startswith("owed; Mexico has requested it")
    else:
        assert duty.source == "s"
        assert duty.text == "owed; whether Mexico has requested it is not loaded"


def test_without_a_destination_or_a_substance_nobody_asked(ephedrine: Found) -> None:
    """A destination that is not given, and a structure of no list, leave the duty open."""
    book = _book(_demand(asked=True), requests=(_request(),))
    for route, found in ((Route(origin="DE"), ephedrine), (TO_MEXICO, Found(name="X"))):
        place = Question(day=DAY, route=route), "un-1988", book, found, ("export",)
        (duty,) = duties_of(place, [_listing()])  # type: ignore[arg-type]
        assert not duty.known
    assert (
        "the country of destination"
        in duties_of(
            (Question(day=DAY, route=Route(origin="DE")), "un-1988", book, ephedrine, ("export",)),
            [_listing()],
        )[0].text
    )


def test_a_request_reaches_the_answer(registry: Registry, ephedrine: Found) -> None:
    """Were a request loaded, the answer on the route would know the notification, from its day."""
    book = registry.book
    asked = msgspec.structs.replace(
        book.route("un-1988"), requests=(_request(since=date(2026, 1, 1)),)
    )
    with_it = msgspec.structs.replace(book, routes={**book.routes, "un-1988": asked})

    def known(book: LawBook, day: date) -> list[bool]:
        answer = assess(Question(day=day, route=TO_MEXICO), registry, book, ephedrine)
        (ruling,) = [each for each in answer.rulings if each.regime == "un-1988"]
        return [duty.known for duty in ruling.duties]

    assert known(book, DAY) == [False]
    assert known(with_it, DAY) == [True]
    assert known(with_it, date(2025, 12, 31)) == [False]


def _hold(**more: object) -> ClassHold:
    given = {
        "regime": "us-csa",
        "rule": "us-x",
        "clauses": ("(E) another acyl group",),
        "since": date(2026, 1, 1),
        "source": "s",
        **more,
    }
    return ClassHold(**given)  # type: ignore[arg-type]


def _of_class(registry: Registry, day: date, found: Found) -> Ruling:
    question = Question(day=day, jurisdictions=("US",))
    answer = assess(question, registry, registry.book, found)
    return next(each for each in answer.rulings if each.regime == "us-csa")


@pytest.mark.parametrize(
    ("day", "held"),
    [
        (date(2025, 12, 31), False),
        (date(2026, 1, 1), True),
        (date(2026, 6, 30), True),
        (date(2026, 7, 1), False),
    ],
)
def test_a_class_holds_on_its_days(day: date, registry: Registry, *, held: bool) -> None:
    """A structure that no list names is controlled by a class from its first day to its last."""
    ruling = _of_class(registry, day, Found(name="X", classes=(_hold(until=date(2026, 7, 1)),)))
    assert (ruling.answer == "controlled") is held
    if held:
        assert english(ruling.reason) == "class us-x: (E) another acyl group"


def test_a_class_that_leaves_it_out_or_is_open(registry: Registry) -> None:
    """A rule does not cover what it excludes; an unevaluated rule leaves it open."""
    out = Found(name="X", classes=(_hold(excluded_by=("named elsewhere",)),))
    assert _of_class(registry, DAY, out).answer != "controlled"
    gap = ClassGap(regime="us-csa", rule="us-y", reason=as_written("a radical"))
    open_ = _of_class(registry, DAY, Found(name="X", open_classes=(gap,)))
    assert (open_.answer, english(open_.reason)) == ("not assessable", "us-y: a radical")
    elsewhere = msgspec.structs.replace(gap, regime="cn-narcotics")
    closed = _of_class(registry, DAY, Found(name="X", open_classes=(elsewhere,)))
    assert "a radical" not in english(closed.reason)


def test_a_doubtful_class_says_so(registry: Registry) -> None:
    """Parts of a rule known only from memory are reported next to the answer."""
    found = Found(name="X", classes=(_hold(unverified=("clause E",), mark="unverified"),))
    ruling = _of_class(registry, DAY, found)
    assert ruling.answer == "controlled"
    assert any("not verified" in doubt for doubt in ruling.doubts)
    sure = _of_class(registry, DAY, Found(name="X", classes=(_hold(),)))
    assert not any("not verified" in doubt for doubt in sure.doubts)


def test_a_name_comes_before_a_class(registry: Registry) -> None:
    """A substance that a list names is held by the list, with its classes behind."""
    found = Found(name="F", substance=registry.substance("fentanyl"), classes=(_hold(),))
    ruling = _of_class(registry, DAY, found)
    assert [bool(each.clauses) for each in ruling.held] == [False, True]
