"""Problems of an incident that must be corrected before sending."""

from datetime import date

import msgspec
import pytest
from tests.support.exchange import AMBER, TODAY, changed, incident, party

from tidewaiter.exchange.incidents.checks import (
    check,
    check_proposal,
    check_sighting,
    check_update,
    load_flags,
)
from tidewaiter.exchange.incidents.types import (
    Goods,
    Identified,
    Incident,
    Line,
    Place,
    Proposal,
    Question,
    Sighting,
)
from tidewaiter.exchange.protocol.markings import Marking
from tidewaiter.law.registry import load_registry

REGISTRY = load_registry()
GREEN = Marking(tlp="green")


def _goods(**more: object) -> tuple[Line, ...]:
    goods = changed(Goods(text="Liquid"), **more)
    return (Line(number=1, declared=None, found=goods),)


def test_a_whole_incident_has_no_problem() -> None:
    """An incident with all parts can be sent, and so can one with the least."""
    assert check(incident(), REGISTRY, TODAY) == ()
    least = incident(
        account="",
        equipment=(),
        concealment=None,
        label=None,
        route=(),
        packaging=(),
        flags=(),
        parties=(),
        notifications=(),
        questions=(),
    )
    assert check(least, REGISTRY, TODAY) == ()


@pytest.mark.parametrize(
    ("more", "at"),
    [
        ({"title": " "}, "title"),
        ({"version": 0, "status": "updated"}, "version"),
        ({"version": 2}, "status"),
        ({"status": "closed"}, "status"),
        ({"day": date(2026, 11, 27)}, "day"),
        ({"law_day": date(2026, 11, 27)}, "law_day"),
        ({"place": Place(country="XQ", name="Port")}, "place, country"),
        ({"place": Place(country="NL")}, "place"),
        ({"lines": (), "equipment": ()}, "lines"),
        ({"kind": "diversion", "route": ()}, "route"),
        ({"lines": (Line(number=2, declared=None, found=Goods(text="x")),)}, "lines"),
        ({"lines": (Line(number=1, declared=None, found=None),)}, "line 1"),
        ({"lines": _goods(text="")}, "line 1, found"),
        ({"lines": _goods(substance="unobtainium")}, "line 1, found, substance"),
        ({"lines": _goods(cas="110-89-5")}, "line 1, found, cas"),
        ({"lines": _goods(hs="39.07")}, "line 1, found, hs"),
        ({"lines": _goods(net_mg=0)}, "line 1, found, net_mg"),
        ({"lines": _goods(volume_ul=2**63)}, "line 1, found, volume_ul"),
        ({"lines": _goods(content_ppm=1_000_001)}, "line 1, found, content_ppm"),
        (
            {
                "lines": (
                    Line(
                        number=1,
                        declared=Goods(text="x"),
                        found=None,
                        identified=Identified(method="label"),
                    ),
                )
            },
            "line 1, identified",
        ),
        ({"flags": ("Z9",)}, "flags"),
        ({"flags": ("B8",)}, "flags"),
        ({"flags": ("C1", "C1")}, "flags"),
        ({"parties": (party(country="XQ"),)}, "party 1, country"),
        ({"parties": (party(basis=""),)}, "party 1, basis"),
        ({"parties": (party(), party())}, "party 2"),
        ({"parties": (party(marking=GREEN),)}, "party 1, marking"),
        ({"questions": (Question(number=1, text=""),)}, "question 1"),
        ({"notifications": ("a", "a")}, "notifications"),
    ],
)
def test_each_problem_names_its_place(more: dict[str, object], at: str) -> None:
    """One thing that is wrong gives one problem, with its place and what would do."""
    (problem,) = check(incident(**more), REGISTRY, TODAY)
    assert problem.at == at
    assert problem.problem
    assert problem.hint


def test_words_name_no_party_that_is_marked_more_strictly() -> None:
    """A name in the account would go as far as the account does."""
    red = party(marking=changed(AMBER, tlp="red"))
    told = incident(account="Sent by ALPHA Trading.", parties=(red,))
    assert [each.at for each in check(told, REGISTRY, TODAY)] == ["account"]
    restricted = incident(title="Alpha Trading again", parties=(party(restricted=True),))
    assert [each.at for each in check(restricted, REGISTRY, TODAY)] == ["title"]
    alike = incident(account="Sent by Alpha Trading.")
    assert check(alike, REGISTRY, TODAY) == ()


def test_all_problems_are_told_at_once() -> None:
    """Three things that are wrong are three problems."""
    bad = incident(title="", flags=("Z9",), day=date(2027, 1, 1))
    assert [each.at for each in check(bad, REGISTRY, TODAY)] == ["title", "day", "flags"]


def test_a_version_follows_the_one_before() -> None:
    """It keeps id and owner, adds one, and says what is new."""
    first = incident()
    second = incident(version=2, status="updated", changed="Weighed again.")
    assert check_update(first, second) == ()
    assert check(second, REGISTRY, TODAY) == ()
    bad = changed(second, owner="south", version=4, changed="")
    assert [each.at for each in check_update(first, bad)] == ["", "version", "changed"]


def test_a_proposal_is_on_a_version_that_is_there() -> None:
    """It names the incident, a version, and the place where something else should stand."""
    good = Proposal(id="1", incident="inc-7", owner="north", about=1, text="Weigh it again.")
    assert check_proposal(good, incident()) == ()
    bad = changed(good, incident="inc-8", about=2, text="", instead="750 l")
    at = [each.at for each in check_proposal(bad, incident())]
    assert at == ["text", "incident", "about", "at"]


def test_a_sighting_has_day_place_and_what() -> None:
    """A sighting is checked as the head of an incident is."""
    good = Sighting(
        id="1",
        incident="inc-7",
        owner="north",
        day=date(2026, 10, 1),
        marking=AMBER,
        place=Place(country="BE", name="Antwerp"),
        what="The same drums",
        lines=_goods(),
    )
    assert check_sighting(good, REGISTRY, TODAY) == ()
    bad = changed(
        good, what="", day=date(2027, 1, 1), place=Place(country="BE"), lines=_goods(cas="1")
    )
    at = [each.at for each in check_sighting(bad, REGISTRY, TODAY)]
    assert at == ["what", "day", "place", "line 1, found, cas"]


def test_a_flag_that_was_never_read_says_so() -> None:
    """All 33 flags are there; those that are only remembered have no address, and are not used."""
    flags = load_flags().flag
    assert len(flags) == 33
    assert {name for name, flag in flags.items() if not flag.verified} == {
        *(f"A{n}" for n in range(8, 12)),
        *(f"B{n}" for n in range(6, 15)),
    }
    assert all(flag.where.startswith("http") for flag in flags.values() if flag.verified)


def test_an_incident_is_read_as_it_was_written() -> None:
    """A body is JSON; unknown fields are refused, so "guilty" cannot be added to a party."""
    body = msgspec.json.encode(incident())
    assert msgspec.json.decode(body, type=Incident) == incident()
    more = body.replace(b'"role":', b'"guilty":true,"role":')
    with pytest.raises(msgspec.ValidationError, match="guilty"):
        msgspec.json.decode(more, type=Incident)
