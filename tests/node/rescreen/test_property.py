"""What changed entries touch is all that a screening of every line would find."""

import shutil
import tempfile
from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec import structs
from tests.found import alerts

from tidewaiter.base.phrases import english
from tidewaiter.parties.types import ListedParty, PartyName, Tie
from tidewaiter.store.core.database import open_database
from tidewaiter.trade.types import Alert

Desk = Any  # of the conftest beside
THEN, NOW = date(2031, 12, 1), date(2031, 12, 8)  # the law does not move in between
_LOOSE = 24  # entries that may be added, removed and changed; fixed others keep words counted
_FORMS = ("{}", "{} LTD", "M/S {}", "{} TRADING CO", "{}X")


class Was(NamedTuple):
    """An entry before and after: present, removed, or with other content."""

    before: bool
    after: bool
    change: str


_WAS = st.builds(
    Was,
    st.booleans(),
    st.booleans(),
    st.sampled_from(["", "", "outcome", "name", "country", "less", "kind", "tie"]),
)


def _changed(party: ListedParty, change: str, other: ListedParty) -> ListedParty:
    """Let a list say something else of an entry."""
    alias = structs.replace(other.names[0], kind="alias")
    said: dict[str, dict[str, Any]] = {
        "": {},
        "outcome": {"action": "indicted", "outcome": "acquitted"},
        "name": {"names": (*party.names, alias)},  # that of another entry, as well
        "country": {"countries": ("Andorra",), "addresses": ()},
        "less": {"names": (PartyName(text="Somebody Else Altogether"),)},
        "kind": {"kind": "unknown", "births": ("1971-03-04",)},
        "tie": {"ties": (Tie(kind="owned-by", party=other.id),)},
    }
    return structs.replace(party, **said[change])


@pytest.fixture(scope="module")
def base(
    tmp_path_factory: pytest.TempPathFactory, entries: list[ListedParty], desk: Desk
) -> Iterator[Path]:
    """Keep the entries that stay, and write past consignments that name each of all entries."""
    folder = tmp_path_factory.mktemp("base")
    desk.keep(folder / "lists", entries[_LOOSE:], THEN, slug="stays")
    names = [
        (
            _FORMS[place % len(_FORMS)].format(party.names[place % len(party.names)].text),
            ("AD", "RU", "")[place % 3],
        )
        for place, party in enumerate(entries)
    ]
    desk.manifest(
        folder / "past.csv", [*names, *[(name.lower(), "") for name, _ in names[:_LOOSE]]]
    )
    yield folder
    shutil.rmtree(folder)


def _told(found: Sequence[Alert]) -> list[str]:
    return sorted(f"{alert.id} {english(alert.reasons[-1].says)}" for alert in found)


@given(st.lists(_WAS, min_size=_LOOSE, max_size=_LOOSE))
@settings(max_examples=10, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_what_is_touched_is_all_that_is_new(
    base: Path, entries: list[ListedParty], desk: Desk, was: list[Was]
) -> None:
    """Entries come, go and change at random: both ways find the same new alerts and notes."""
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        shutil.copytree(base / "lists", folder / "lists")
        loose = entries[:_LOOSE]
        before = [party for party, each in zip(loose, was, strict=True) if each.before]
        after = [
            _changed(party, each.change if each.before else "", entries[-number])
            for number, (party, each) in enumerate(zip(loose, was, strict=True), 1)
            if each.after
        ]
        desk.keep(folder / "lists", before or entries[-1:], THEN, "board")
        path = Path(shutil.copy(base / "past.csv", folder))
        with open_database(folder / "a.db") as database:
            desk.screen(database, folder / "lists", path, THEN)
        desk.keep(folder / "lists", after or entries[-1:], NOW, "board")
        shutil.copy(folder / "a.db", folder / "b.db")
        results = []
        for name, whole in (("a.db", False), ("b.db", True)):
            with open_database(folder / name) as database:
                made, new, noted, lines = desk.again(database, folder / "lists", NOW, whole=whole)
                with database.work() as work:
                    held = alerts(work, rows=1_000)
                assert bool(made.plan.why) == whole, made.plan.why
                assert whole or lines < 313
                results.append((_told(new), _told(noted), _told(held)))
                assert desk.again(database, folder / "lists", NOW)[1:] == ([], [], 0)
        assert results[0] == results[1]
