"""The parties of a database: taken up, resolved, and kept apart or together by people."""

from collections import defaultdict
from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select, text
from tests.node.network.conftest import (
    MARCH,
    ORNEK,
    ORNEK_FAR,
    ORNEK_TOO,
    VOORBEELD,
    lines_of,
    profiles_by_name,
    quiet,
    seen_in,
    stamp,
    store,
)
from tests.support.raising import raises

from tidewaiter.base.errors import ConflictError
from tidewaiter.node.network import resolution as resolving
from tidewaiter.node.network.party import view_party
from tidewaiter.node.network.resolution import resolve_database, take_up
from tidewaiter.store.audit import verify_audit
from tidewaiter.store.core import tables
from tidewaiter.store.core.database import Database, Work, open_database
from tidewaiter.store.network.entities import profiles_of
from tidewaiter.store.network.resolutions import (
    Said,
    changes_of,
    current_run,
    judge_parties,
    last_judgement,
)
from tidewaiter.store.network.trade import count_lines

Resolved = Callable[..., None]
APRIL = lines_of([("C4", "2026-04-01", [("exporter", ORNEK_FAR), ("consignee", VOORBEELD)])])
_NAMES = st.sampled_from([ORNEK, ORNEK_TOO, VOORBEELD, {"name": "Muster AG", "country": "DE"}])
_ROLES = st.sampled_from(["exporter", "consignor", "consignee", "importer", "notify", ""])
_LINES = st.lists(
    st.tuples(
        st.sampled_from(["C1", "C2", "C3"]),
        st.sampled_from(["", "2026-01-05", "2026-02-07"]),
        st.lists(st.tuples(_ROLES, _NAMES), max_size=4),
    ),
    min_size=1,
    max_size=9,
)


def _trade(work: Work) -> set[tuple[object, ...]]:
    """Return who sent how much to whom, whatever the numbers, in the run that is read."""
    run, t = seen_in(work).run, tables.trade
    rows = work.connection.execute(select(t).where(t.c.run == run)).mappings().all()
    names = {
        e: p.name
        for e, p in profiles_of(
            work, run, {e for r in rows for e in (r["sender"], r["receiver"])}
        ).items()
    }
    return {
        (names[r["sender"]], names[r["receiver"]], r["consignments"], r["first"], r["last"])
        for r in rows
    }


def test_spellings_become_one_party_with_its_trade(database: Database, resolved: Resolved) -> None:
    """Consignments are counted once, however many lines and ways of writing they have."""
    resolved(database, MARCH)
    with database.work() as work:
        ornek = profiles_by_name(work)["Ornek Kimya AS"]
        assert (ornek.lines, ornek.consignments, ornek.receivers, ornek.senders) == (4, 3, 1, 0)
        assert (ornek.first, ornek.last) == ("2026-03-01", "2026-03-09")
        assert _trade(work) == {
            ("Ornek Kimya AS", "Voorbeeld Handel BV", 2, "2026-03-01", "2026-03-09")
        }
        view = view_party(seen_in(work), ornek.entity)
        assert view is not None
        assert {name.text for name in view.names} == {"Ornek Kimya AS", "ORNEK KIMYA A.S."}
        assert [m.month for m in view.months] == ["", "2026-03"]
        (pair,) = view.joined
        assert pair.link.outcome == "joined"
        assert verify_audit(work).broken is None


def test_what_comes_later_waits_by_its_exact_name(database: Database, resolved: Resolved) -> None:
    """It is counted at once, compared at the next run, and numbers stay."""
    resolved(database, MARCH)
    with database.work() as work:
        before = profiles_by_name(work)
    same = lines_of(
        [
            (
                "C9",
                "2026-05-01",
                [("exporter", {**ORNEK, "address": "Elsewhere 9"}), ("consignee", VOORBEELD)],
            )
        ]
    )
    store(database, same, file="c")
    store(database, APRIL, file="b")
    assert take_up(database, stamp) > 0
    assert take_up(database, stamp) == 0
    with database.work() as work:
        now = profiles_by_name(work)
        assert now["Ornek Kimya AS"].consignments == before["Ornek Kimya AS"].consignments + 1
        assert now["Ornek Kimya AS"].entity == before["Ornek Kimya AS"].entity
        assert now["Ornek Kimiya"].waiting
        assert not now["Ornek Kimya AS"].waiting
        waiting = now["Ornek Kimiya"].entity
    resolve_database(database, stamp, quiet)
    with database.work() as work:
        number = before["Ornek Kimya AS"].entity
        later = profiles_of(work, seen_in(work).run, [number, waiting])
        assert set(later) == {number}  # the other one is part of it now, and one was separated
        (change,) = changes_of(work, waiting)
        assert (change.change, change.entity) == ("merged", number)
        assert {each.change for each in changes_of(work, number)} == {"merged", "split"}


@given(_LINES, st.integers(1, 4))
@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_lines_are_counted_alike_in_any_pieces(url: str, told: list[object], rows: int) -> None:
    """A consignment counts once for a pair, and as plain counting has it."""
    wanted: defaultdict[tuple[str, str], set[str]] = defaultdict(set)
    names = {ORNEK_TOO["name"]: ORNEK["name"]}
    for consignment, _, parties in told:  # type: ignore[misc]
        sides: dict[str, set[str]] = {"s": set(), "r": set()}
        for role, party in parties:  # type: ignore[has-type]
            side = {"exporter": "s", "consignor": "s", "consignee": "r", "importer": "r"}.get(role)
            if side:
                sides[side].add(party["name"])
        for one in sides["s"]:
            for other in sides["r"]:
                pair = names.get(one, one), names.get(other, other)
                if pair[0] != pair[1]:
                    wanted[pair].add(consignment)  # type: ignore[has-type]
    with open_database(url) as database:
        with database.work(stamp()) as work:
            for table in reversed(tables.METADATA.sorted_tables):
                if table.name not in {"audit", "audit_node"}:
                    work.connection.execute(table.delete())
        store(database, lines_of(told))  # type: ignore[arg-type]
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(
                resolving,
                "count_lines",
                lambda *args: count_lines(*args, rows=rows),
            )
            resolve_database(database, stamp, quiet)
        with database.work() as work:
            run = seen_in(work).run
            t = tables.trade
            held = work.connection.execute(select(t).where(t.c.run == run)).mappings().all()
            found = profiles_of(work, run, {e for r in held for e in (r["sender"], r["receiver"])})
            short = {e: names.get(p.name, p.name) for e, p in found.items()}
            counted = {(short[r["sender"]], short[r["receiver"]]): r["consignments"] for r in held}
    assert counted == {pair: len(some) for pair, some in wanted.items()}


def test_a_run_that_is_cut_off_changes_nothing(database: Database, resolved: Resolved) -> None:
    """The previous result remains readable; the next run completes and leaves nothing behind."""
    resolved(database, MARCH)
    store(database, APRIL, file="b")

    def stop(what: str, *_: int) -> None:
        if what == "counting lines":
            raise KeyboardInterrupt

    with database.work() as work:
        before = current_run(work)
    with pytest.raises(KeyboardInterrupt):
        resolve_database(database, stamp, stop)
    with database.work() as work:
        assert current_run(work) == before
        assert set(profiles_by_name(work)) == {"Ornek Kimya AS", "Voorbeeld Handel BV"}
    resolve_database(database, stamp, quiet)
    with database.work() as work:
        runs = (
            work.connection.execute(text("SELECT DISTINCT run FROM entity_party")).scalars().all()
        )
        assert runs == [seen_in(work).run]


def test_a_run_gives_way_to_one_that_was_begun_later(
    database: Database, resolved: Resolved
) -> None:
    """The earlier one says so, and the later one is read."""
    resolved(database, MARCH)
    later: list[int] = []

    def tell(what: str, *_: int) -> None:
        if what == "counting lines" and not later:
            later.append(0)
            later[0] = resolve_database(database, stamp, quiet).run

    with raises("store/another-resolution-begun", ConflictError):
        resolve_database(database, stamp, tell)
    with database.work() as work:
        assert seen_in(work).run == later[0]


def test_people_join_and_part_parties(database: Database, resolved: Resolved) -> None:
    """From the next run on; a decision from an outdated view is refused, and it can be undone."""
    resolved(database, MARCH)
    with database.work() as work:
        seen = seen_in(work)
        ways = {
            way.name: way.member
            for each in profiles_by_name(work).values()
            for way in view_party(seen, each.entity).written  # type: ignore[union-attr]
        }
    said = Said(
        a=ways["Ornek Kimya AS"], b=ways["ORNEK KIMYA A.S."], verdict="not same", why="two licences"
    )
    with database.work(stamp()) as work:
        first = judge_parties(work, said)
    with (
        database.work(stamp()) as work,
        raises("store/judged-since-you-looked", ConflictError, who="officer"),
    ):
        judge_parties(work, said)
    resolve_database(database, stamp, quiet)
    with database.work() as work:
        assert len(profiles_by_name(work)) == 3
    with database.work(stamp()) as work:
        back = Said(a=said.a, b=said.b, verdict="undecided", why="taken back", seen=first)
        judge_parties(work, back)
        last = last_judgement(work, said.b, said.a)
        assert last is not None
        assert last.verdict == "undecided"
    resolve_database(database, stamp, quiet)
    with database.work() as work:
        assert len(profiles_by_name(work)) == 2


def test_judgements_that_contradict_each_other_are_refused(
    database: Database, resolved: Resolved
) -> None:
    """Nothing of the last one is kept, so that the next run is not stopped by it."""
    resolved(database, MARCH)
    with database.work(stamp()) as work:
        judge_parties(work, Said(a="p-1", b="p-2", verdict="same", why="x"))
        judge_parties(work, Said(a="p-2", b="p-3", verdict="same", why="x"))
    said = Said(a="p-1", b="p-3", verdict="not same", why="x")
    with raises("parties/judgements-contradict"), database.work(stamp()) as work:
        judge_parties(work, said)
    with database.work() as work:
        assert last_judgement(work, "p-1", "p-3") is None
