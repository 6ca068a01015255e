"""Parties of a batch that resemble listed ones: looked up once, told once, weighed by the list."""

from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import structs

from tidewaiter.base.errors import RegistryError
from tidewaiter.base.phrases import english
from tidewaiter.identify import Identifier as Finds
from tidewaiter.identify import Lexicon
from tidewaiter.parties.types import Identifier, ListedParty, ListVersion, PartyName
from tidewaiter.trade.party_finder import ListFinder
from tidewaiter.trade.party_matches import (
    PartyOnPaper,
    Unmatched,
    _distinct,
    match_parties,
    party_reasons,
    source_of,
)
from tidewaiter.trade.rules.alert_rules import AlertRules, load_alert_rules
from tidewaiter.trade.screening import Screener
from tidewaiter.trade.types import Alert, PartyMatch

DAY = date(2026, 11, 25)
_CELLS = st.sampled_from([None, "", "a", "b"])
Batch = Callable[..., pa.RecordBatch]


def _match(name: str, **more: Any) -> PartyMatch:
    facts: dict[str, Any] = {
        "role": None,
        "name": name,
        "list": "test-list",
        "list_name": "Test list",
        "version": "a" * 64,
        "list_day": DAY,
        "entry": "1",
        "listed_name": f"LISTED {name}",
        "name_kind": "primary",
        "kind": "organisation",
        "probability": 0.95,
        "action": "blocked",
    }
    return PartyMatch(**(facts | more))


class Finder:
    """Knows some names, and counts its queries."""

    def __init__(self, *known: PartyMatch) -> None:
        self.known = known
        self.asked: list[PartyOnPaper] = []

    def find(self, asked: Sequence[PartyOnPaper]) -> list[tuple[PartyMatch, ...]]:
        """Answer by name alone."""
        self.asked += asked
        return [tuple(m for m in self.known if m.name == each.name) for each in asked]


def _party(role: str, name: str | None) -> dict[str, str | None]:
    return {"role": role, "name": name}


@pytest.fixture
def screened(lexicon: Lexicon, batch: Batch) -> Callable[..., tuple[Alert, ...]]:
    """Screen lines with a finder."""

    def screen(finder: Finder, *rows: dict[str, Any]) -> tuple[Alert, ...]:
        screener = Screener(Finds(lexicon), load_alert_rules(), finder)
        return tuple(screener.screen(batch(*rows), DAY, "test.csv", "0" * 64).alerts)

    return screen


def test_a_vessel_is_looked_up_by_its_name_and_number(batch: Batch) -> None:
    """Lines of one vessel share one question; without a name the number is asked for."""
    known = (_match("SEA EXAMPLE", kind="vessel"), _match("IMO 9811000", kind="vessel"))
    finder = Finder(*known, _match("SEA EXAMPLE", kind="organisation"))
    lines = batch(
        {"vessel": "SEA EXAMPLE", "imo": "9074729"},
        {"vessel": "SEA EXAMPLE", "imo": "9074729"},
        {"imo": "9811000", "parties": [_party("buyer", "SEA EXAMPLE")]},
        {"voyage": "012E"},
    )
    found = match_parties(lines, finder)
    asked = [(e.name, e.id_scheme, e.id) for e in finder.asked if e.kind == "vessel"]
    assert asked == [("SEA EXAMPLE", "IMO", "9074729"), ("IMO 9811000", "IMO", "9811000")]
    assert [e.name for e in finder.asked if e.kind == "unknown"] == ["SEA EXAMPLE"]
    told = {line: [(m.role, m.kind) for m in matches] for line, matches in found.items()}
    assert told == {
        0: [("vessel", "vessel")],
        1: [("vessel", "vessel")],
        2: [("buyer", "vessel"), ("buyer", "organisation"), ("vessel", "vessel")],
    }


def test_goods_on_a_listed_vessel_are_an_alert(
    screened: Callable[..., tuple[Alert, ...]],
) -> None:
    """The number matches the entry for any name of the ship; another ship raises no alert."""
    ship = ListedParty(
        id="7",
        kind="vessel",
        names=(PartyName(text="HARBOUR EXAMPLE"),),
        action="blocked",
        identifiers=(Identifier(scheme="IMO", value="9811000"),),
    )
    version = ListVersion(slug="t", name="T", authority="Us", sha256="b" * 64, read=DAY)
    finder = ListFinder([(version, [ship])], load_alert_rules().party.least)
    rows: list[dict[str, Any]] = [
        {"vessel": "NEW NAME", "imo": "9811000"},
        {"imo": "9811000"},
        {"vessel": "MV HARBOUR EXAMPLE"},
        {"vessel": "HARBOUR EXAMPLE", "imo": "9074729"},  # a namesake
        {"vessel": "LIGHTHOUSE SAMPLE", "imo": "9074729"},
    ]
    goods = [{"goods": "steel bolts", "consignment": f"C{at}"} | row for at, row in enumerate(rows)]
    alerts = screened(finder, *goods)
    assert [alert.consignment for alert in alerts] == ["C0", "C1", "C2"]
    assert [alert.parties[0].role for alert in alerts] == ["vessel"] * 3
    assert alerts[0].score == load_alert_rules().party.actions["blocked"]
    assert alerts[0].title.code == "party"
    told = [alerts[0].title.parameters[name] for name in ("role", "name", "listed")]
    assert told == ["vessel", "NEW NAME", "HARBOUR EXAMPLE"]


def test_a_party_is_looked_up_once_whatever_its_role(batch: Batch) -> None:
    """Lines and roles that name the same party share one question, and each has the answer."""
    finder = Finder(_match("Harbour Example"))
    lines = batch(
        {"parties": [_party("consignor", "Harbour Example"), _party("consignee", "Muster")]},
        {"parties": None},
        {"parties": [_party("notify", "Harbour Example"), _party("buyer", None)]},
    )
    found = match_parties(lines, finder)
    assert [each.name for each in finder.asked] == ["Harbour Example", "Muster"]
    assert {line: [m.role for m in matches] for line, matches in found.items()} == {
        0: ["consignor"],
        2: ["notify"],
    }


def test_a_party_that_matched_nothing_is_not_asked_for_again(batch: Batch) -> None:
    """In later batches only new parties, and those with a match, are questions."""
    finder, known = Finder(_match("Harbour Example")), Unmatched()
    names = [("Harbour Example", "Muster"), ("Muster", "Harbour Example", "Other")]
    found = []
    for some in names:
        lines = batch({"parties": [_party("buyer", name) for name in some]})
        finder.asked.clear()
        matches = match_parties(lines, finder, known)
        asked = [each.name for each in finder.asked]
        found.append((asked, [m.name for m in matches[0]]))
    assert found == [
        (["Harbour Example", "Muster"], ["Harbour Example"]),
        (["Harbour Example", "Other"], ["Harbour Example"]),
    ]


def test_no_parties_are_no_question(batch: Batch) -> None:
    """A file without parties asks nothing."""
    finder = Finder()
    assert match_parties(batch({"goods": "steel"}), finder) == {}
    assert finder.asked == []


def test_a_listed_party_is_an_alert_of_the_first_line(
    screened: Callable[..., tuple[Alert, ...]],
) -> None:
    """A consignment without alerts on goods has one alert for its party, not one per line."""
    parties = [_party("consignor", "Harbour Example")]
    (alert,) = screened(
        Finder(_match("Harbour Example")),
        {"consignment": "C1", "seq": 1, "goods": "steel bolts", "parties": parties},
        {"consignment": "C1", "seq": 2, "goods": "paper", "parties": parties},
    )
    assert (alert.seq, alert.severity, alert.substances) == (1, "high", ())
    assert [(r.rule, r.points, r.source) for r in alert.reasons] == [
        ("party", 70, "test-list@aaaaaaaaaaaa")
    ]
    assert alert.title.code == "party"
    told = [alert.title.parameters[name] for name in ("role", "name", "listed")]
    assert told == ["consignor", "Harbour Example", "LISTED Harbour Example"]


def test_a_line_with_goods_of_its_own_tells_the_party_too(
    screened: Callable[..., tuple[Alert, ...]],
) -> None:
    """Goods and party add up, whichever line of the consignment it is."""
    parties = [_party("consignee", "Harbour Example")]
    goods = {"goods": "acetone", "consignment": "C1", "seq": 7}
    (without,) = screened(Finder(), {**goods, "parties": parties})
    (alert,) = screened(Finder(_match("Harbour Example")), {**goods, "parties": parties})
    assert alert.score == min(100, without.score + 70)
    assert alert.id != without.id
    assert [each.entry for each in alert.parties] == ["1"]


@pytest.mark.parametrize(
    ("more", "points"),
    [
        ({"probability": 0.9}, 70),
        ({"probability": 0.84}, 35),
        ({"action": "watched"}, 30),
        ({"action": "indicted", "outcome": "pending"}, 45),
        ({"action": "indicted", "outcome": "acquitted"}, 5),
        ({"action": "indicted", "outcome": "dismissed"}, 5),
        ({"action": "indicted", "outcome": "convicted"}, 45),
    ],
    ids=str,
)
def test_what_a_resemblance_weighs(more: dict[str, Any], points: int, rules: AlertRules) -> None:
    """The list's action and the probability settle it; an acquittal weighs next to nothing."""
    (made,) = party_reasons([_match("X", **more)], rules)
    assert made.points == points


def test_only_the_weightiest_list_counts(rules: AlertRules) -> None:
    """A party on two lists is reported twice and weighs once."""
    matches = [_match("X", action="watched", probability=0.99), _match("X", entry="2")]
    assert [made.points for made in party_reasons(matches, rules)] == [0, 70]


def test_a_charge_is_told_with_its_outcome(rules: AlertRules) -> None:
    """Charged is not convicted."""
    (made,) = party_reasons([_match("X", action="indicted", outcome="dismissed")], rules)
    assert english(made.says).endswith("indicted, charge dismissed")
    assert made.source == source_of(_match("X"))


def test_rules_of_parties_are_checked(rules: AlertRules, tmp_path: Any) -> None:
    """Decreasing probabilities, or a sentence with an unknown slot, are refused."""
    from tidewaiter.base.resources import data  # noqa: PLC0415

    text = data("rules", "alerts.toml").read_text(encoding="utf-8")
    for old, new in (
        ("sure = 0.85", "sure = 0.5"),
        ("ended = 5", 'ended = 5\ntext = "{liste}"'),
        ("other = 30 }", "}"),
    ):
        path = tmp_path / "alerts.toml"
        path.write_text(text.replace(old, new), encoding="utf-8")
        with pytest.raises(RegistryError, match=r"party|alerts"):
            load_alert_rules(path)
    assert rules.party.least <= rules.party.sure


def _listed(entry: str, name: str) -> ListedParty:
    return ListedParty(id=entry, kind="organisation", names=(PartyName(text=name),))


def test_a_finder_answers_by_lists() -> None:
    """A name near a listed one is found with its list; another name is not."""
    version = ListVersion(
        slug="test-list", name="Test list", authority="Us", sha256="b" * 64, read=DAY
    )
    parties = [_listed("E1", "Harbourine Chemicals Ltd"), _listed("E2", "Musterfabrik GmbH")]
    finder = ListFinder([(version, parties)], 0.6)
    asked = [
        PartyOnPaper(name, None, None, None, None)
        for name in ("HARBOURINE CHEMICAL LIMITED", "Beispiel AG", "")
    ]
    near, other, empty = finder.find(asked)
    assert [(m.entry, m.list, m.listed_name) for m in near] == [
        ("E1", "test-list", "Harbourine Chemicals Ltd")
    ]
    assert 0.6 <= near[0].probability <= 1
    assert (other, empty) == ((), ())
    assert finder.find(asked) == [near, other, empty]


def test_a_finder_without_lists_finds_nothing() -> None:
    """Zero lists are not an error."""
    finder = ListFinder([], 0.6)
    assert finder.find([PartyOnPaper("X", None, None, None, None)]) == [()]


def test_a_role_is_no_part_of_the_answer() -> None:
    """What is kept of a party bears no role."""
    match = _match("X")
    assert structs.replace(match, role="buyer") != match


@settings(max_examples=25, deadline=None)
@given(st.lists(st.tuples(_CELLS, _CELLS, _CELLS)))
def test_rows_are_told_apart_as_tuples_are(rows: list[tuple[str | None, ...]]) -> None:
    """Distinct rows are numbered in order of first occurrence; null differs from text."""
    columns = [pa.array([row[place] for row in rows], pa.string()) for place in range(3)]
    firsts, which = _distinct(columns)
    wanted = list(dict.fromkeys(rows))
    assert [rows[first] for first in firsts] == wanted
    assert [wanted[place] for place in which] == rows
