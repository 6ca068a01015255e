"""Reach: listings that are confined to routes, and rules that are known and not loaded."""

from datetime import date

import pytest

from tidewaiter.law.answers import Found, Listing, Question, Role, Route
from tidewaiter.law.registry import Registry
from tidewaiter.law.rules import Gap, LawBook, Reach, RouteFile
from tidewaiter.law.scope import Place, gaps_of, judge_reach

DAY = date(2026, 11, 25)
TO_MEXICO = Route(origin="CN", destination="MX")


def _listing(schedule: str = "A") -> Listing:
    return Listing(
        schedule=schedule,
        decided=None,
        since=None,
        until=None,
        source="s",
        mark="read",
        dates="read",
    )


def _reach(**more: object) -> Reach:
    given = {"roles": ("export",), "destinations": ("MX",), **more}
    return Reach(text="t", clause="c", source="s", **given)  # type: ignore[arg-type]


def _place(
    rule: Reach | Gap,
    route: Route = TO_MEXICO,
    roles: tuple[Role, ...] = ("export",),
    found: Found | None = None,
) -> Place:
    held = {"reaches": (rule,)} if isinstance(rule, Reach) else {"gaps": (rule,)}
    book = LawBook(routes={"law": RouteFile(**held)})
    return Question(day=DAY, route=route), "law", book, found or Found(name="X"), roles


@pytest.mark.parametrize(
    ("route", "roles", "held", "open_"),
    [
        (TO_MEXICO, ("export",), 1, False),
        (Route(origin="CN", destination="DE"), ("export",), 0, False),
        (TO_MEXICO, ("import",), 0, False),
        (Route(origin="CN"), ("export",), 0, True),
        (Route(destination="CN"), ("import",), 0, False),
        (Route(), (), 1, False),
    ],
)
def test_a_listing_holds_on_its_routes(
    route: Route, roles: tuple[Role, ...], held: int, *, open_: bool
) -> None:
    """Another destination or role is outside; a destination that is not given leaves it open."""
    kept, why, remarks = judge_reach([_listing()], _place(_reach(), route, roles))
    assert (len(kept), bool(why)) == (held, open_)
    assert [each.text for each in remarks] == ["t"]


@pytest.mark.parametrize(
    "more",
    [
        {"schedules": ("B",)},
        {"substances": ("acetone",)},
        {"since": date(2026, 11, 26)},
        {"until": DAY},
    ],
    ids=str,
)
def test_a_rule_of_something_else_confines_nothing(more: dict[str, object]) -> None:
    """Another schedule, substance or day is not confined, to any destination."""
    place = _place(_reach(**more), Route(origin="CN", destination="DE"))
    assert judge_reach([_listing()], place) == ((_listing(),), None, [])


def test_a_day_counts_from_its_start() -> None:
    """A rule confines from its first day, and no longer on the day that ends it."""
    elsewhere = Route(origin="CN", destination="DE")
    for more, held in (
        ({"since": DAY}, 0),
        ({"until": date(2026, 11, 26)}, 0),
        ({"until": DAY}, 1),
    ):
        assert len(judge_reach([_listing()], _place(_reach(**more), elsewhere))[0]) == held


def test_one_of_several_routes_is_enough() -> None:
    """A schedule that two rules confine holds where either fits."""
    place = _place(_reach(), Route(origin="CN", destination="US"))
    both = RouteFile(reaches=(_reach(), _reach(destinations=("US",))))
    question, slug, _, found, roles = place
    kept, why, _ = judge_reach(
        [_listing()], (question, slug, LawBook(routes={"law": both}), found, roles)
    )
    assert (len(kept), why) == (1, None)


def _gap(**more: object) -> Gap:
    return Gap(text="missing", clause="c", source="s", **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("more", "route", "missing"),
    [
        ({}, TO_MEXICO, True),
        ({"destinations": ("MX",)}, TO_MEXICO, True),
        ({"destinations": ("MX",)}, Route(origin="CN", destination="DE"), False),
        ({"destinations": ("MX",)}, Route(origin="CN"), True),
        ({"destinations": ("MX",)}, Route(), True),
        ({"roles": ("import",)}, TO_MEXICO, False),
        ({"kinds": ("precursor",)}, TO_MEXICO, True),
        ({"kinds": ("equipment",)}, TO_MEXICO, False),
        ({"substances": ("toluene",)}, TO_MEXICO, False),
        ({"since": date(2026, 11, 26)}, TO_MEXICO, False),
        ({"since": DAY}, TO_MEXICO, True),
    ],
    ids=str,
)
def test_a_gap_is_told_where_it_may_matter(
    more: dict[str, object], route: Route, registry: Registry, *, missing: bool
) -> None:
    """A missing rule matters for its kinds, roles and destinations, and where these are unknown."""
    found = Found(name="Acetone", substance=registry.substance("acetone"))
    _, gaps = gaps_of(_place(_gap(**more), route, ("export",), found))
    assert [each.text for each in gaps] == (["missing"] if missing else [])


def test_a_structure_of_no_kind_may_be_of_any() -> None:
    """What no list names may be among the substances of a missing rule of one kind."""
    assert len(gaps_of(_place(_gap(kinds=("precursor",))))[1]) == 1
