"""Routing: the route in the documents, and the law that applies to it."""

from collections.abc import Callable, Sequence
from datetime import date

import pytest

from tidewaiter.base.phrases import english
from tidewaiter.identify.findings import Finding
from tidewaiter.law.answers import Duty, Route
from tidewaiter.law.registry import Registry
from tidewaiter.trade.applicable_law import RoutedLaw
from tidewaiter.trade.duties import duty_in_short
from tidewaiter.trade.mentions import Find
from tidewaiter.trade.routes import route_of
from tidewaiter.trade.types import Line, Party, Stop

DAY = date(2026, 11, 25)
Found = Callable[[str], list[Finding]]


def _line(
    parties: Sequence[tuple[str, str | None]] = (),
    stops: Sequence[tuple[str, str | None, str | None]] = (),
    origin: str | None = None,
) -> Line:
    return Line(
        row=1,
        consignment="C",
        seq=1,
        origin=origin,
        parties=tuple(Party(role=role, country=country) for role, country in parties),
        route=tuple(Stop(function=f, country=c, locode=code) for f, c, code in stops),
    )


@pytest.mark.parametrize(
    ("line", "route"),
    [
        (_line(), Route()),
        (_line(origin="cn"), Route(origin="CN")),
        (_line(origin="China"), Route()),
        (_line(origin="C1"), Route()),
        (_line([("seller", "DE"), ("exporter", "NL")], origin="CN"), Route(origin="NL")),
        (_line([("consignor", None), ("seller", " de ")], origin="CN"), Route(origin="DE")),
        (_line([("exporter", "NL")], [("loading", "BE", None)]), Route(origin="BE")),
        (_line([("exporter", "NL")], [("loading", None, "CNSHA")]), Route(origin="CN")),
        (_line([], [("origin", "IN", None)], "CN"), Route(origin="IN")),
        (_line([("buyer", "MX")]), Route(destination="MX")),
        (_line([("notify", "MX"), ("declarant", "MX")]), Route()),
        (
            _line([("importer", "MX")], [("unlading", "US", None), ("destination", "CA", None)]),
            Route(destination="CA"),
        ),
        (_line([("importer", "MX")], [("unlading", "US", None)]), Route(destination="US")),
        (
            _line([], [("transit", "PA", None), ("transit", None, "USLAX"), ("transit", "PA", "")]),
            Route(transit=("PA", "US")),
        ),
    ],
)
def test_the_route_is_told_by_codes_of_countries(line: Line, route: Route) -> None:
    """The place of loading precedes the sender, and a country name is not a code."""
    assert route_of(line) == route


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({}, "export: licence"),
        ({"days": 5, "day_kind": "working"}, "export: licence, 5 working days in advance"),
        ({"days": 0}, "export: licence, 0 calendar days in advance"),
        ({"known": False}, "export: licence (not assessable)"),
        ({"mark": "unverified"}, "export: licence [unverified]"),
    ],
    ids=str,
)
def test_a_duty_in_short(more: dict[str, object], said: str) -> None:
    """Days, doubts and marks are given, and nothing if there are none."""
    given = {"days": None, "day_kind": "calendar", "mark": "read", "known": True, **more}
    duty = Duty(role="export", kind="licence", text="", clause="c", source="s", **given)  # type: ignore[arg-type]
    assert english(duty_in_short(duty)) == said


@pytest.fixture(scope="module")
def law(registry: Registry) -> RoutedLaw:
    """Load the law of a day."""
    return RoutedLaw(registry, registry.book, DAY)


def _place(registry: Registry, slug: str) -> int:
    return next(at for at, each in enumerate(registry.substances) if each.slug == slug)


def test_without_a_route_every_listing_holds(law: RoutedLaw, registry: Registry) -> None:
    """Where no country is given nothing is demanded, and no law is open."""
    held = law.of(_place(registry, "acetone"), Route())
    assert {(each.role, each.answer, each.duties) for each in held.holdings} == {
        ("", "controlled", ())
    }
    assert held.open == ()


def test_only_the_laws_of_the_route_are_met(law: RoutedLaw, registry: Registry) -> None:
    """A member of the Union meets the Union's law; duties stand with the first listing alone."""
    held = law.of(_place(registry, "ephedrine"), Route(origin="DE", destination="MX"))
    roles = {each.regime: each.role for each in held.holdings if each.role}
    assert roles == {
        "un-1988": "export",
        "eu-precursors": "export",
        "de-npsg": "export",
        "mx-precursors": "import",
    }
    union = [each for each in held.holdings if each.regime == "eu-precursors"]
    assert [bool(each.duties) for each in union] == [True, False]


def test_a_law_that_is_not_loaded_is_open(law: RoutedLaw, registry: Registry) -> None:
    """A country without loaded law is reported, and China's unnamed chemicals are."""
    place = _place(registry, "acetone")
    assert any(
        "no legislation of Chad is loaded" in english(why)
        for why in law.of(place, Route(origin="TD", destination="TD")).open
    )
    to_mexico = law.of(place, Route(origin="CN", destination="MX")).open
    assert any(
        english(why).startswith("cn-precursor-exports: thirteen chemicals") for why in to_mexico
    )
    assert not any(
        "thirteen" in english(why)
        for why in law.of(place, Route(origin="CN", destination="DE")).open
    )


def _finds(findings: Sequence[Finding], place: int) -> list[Find]:
    return [Find("goods", each) for each in findings if each.substance == place]


def test_a_salt_that_is_named_is_asked_about(
    law: RoutedLaw, registry: Registry, findings: Found
) -> None:
    """If a law does not say whether it covers salts, its answer is open, with the reason."""
    place, route = _place(registry, "ephedrine"), Route(origin="AU", destination="ID")
    answers = {}
    for text in ("ephedrine", "ephedrine hydrochloride", "ephedrine, ephedrine hydrochloride"):
        held = law.of(place, route, None, _finds(findings(text), place))
        answers[text] = {each.answer for each in held.holdings if each.regime == "id-precursors"}
        told = any(
            "it is not recorded whether salts are covered" in english(why) for why in held.open
        )
        assert told is (answers[text] == {"not assessable"})
    assert answers == {
        "ephedrine": {"controlled"},
        "ephedrine hydrochloride": {"not assessable"},
        "ephedrine, ephedrine hydrochloride": {"controlled"},
    }


def test_amounts_leave_what_is_kept_small(registry: Registry) -> None:
    """A thousand amounts of one substance on one route are one entry of the law that is kept."""
    law = RoutedLaw(registry, registry.book, DAY)
    place, route = _place(registry, "acetone"), Route(origin="AU", destination="MX")
    answers = set()
    for litres in range(1, 1001):
        line = Line(row=1, consignment="C", seq=1, volume_ul=litres * 1_000_000, percent="95")
        held = law.of(place, route, line)
        answers.add((litres < 100, next(h.answer for h in held.holdings if h.regime[:2] == "au")))
    assert answers == {(True, "free by amount"), (False, "controlled")}
    assert law._of.cache_info().currsize == 1
