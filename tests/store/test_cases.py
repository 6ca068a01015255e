"""Cases in the database: who may see them, what may be done, and that no step is lost."""

import io
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select, update

from tidewaiter.base.errors import (
    ConflictError,
    InputError,
    MissingError,
    StoreError,
    TidewaiterError,
)
from tidewaiter.casework.caserules import Asked, load_case_rules
from tidewaiter.casework.cases import Case, Viewer, case_of
from tidewaiter.casework.steps import (
    Agreed,
    AlertAdded,
    AnyContent,
    Confirmed,
    ConsignmentAdded,
    Done,
    Held,
    Note,
    Owned,
    PartyAdded,
    Proposed,
    Recalled,
    Refused,
    Renamed,
    Reopened,
    Retained,
    Shared,
    Task,
    Unheld,
    Unshared,
    Withdrawn,
    step_digest,
)
from tidewaiter.consignments.types import Alert
from tidewaiter.store import tables
from tidewaiter.store.audit import audit_entries, verify_audit
from tidewaiter.store.batches import Batch, add_batch
from tidewaiter.store.caseerasing import erase_case
from tidewaiter.store.casefiles import Given, add_file, file_parts, find_file
from tidewaiter.store.caselist import CaseFilter, cases, count_cases
from tidewaiter.store.cases import case_steps, cases_of_alert, find_case, open_case, take_step
from tidewaiter.store.custody import custody
from tidewaiter.store.database import Database, Stamp, open_database
from tidewaiter.store.screenings import Run, Source, begin_screening

ANNA = Viewer(name="anna", rights=frozenset({"see", "case"}))
BEN = Viewer(name="ben", rights=frozenset({"see", "case"}))
CLEARED = Viewer(name="cleo", rights=frozenset({"see", "case"}), cleared=True)
SUSAN = Viewer(name="susan", rights=frozenset({"see", "case", "approve"}))
ADMIN = Viewer(name="root", rights=frozenset({"see", "administer", "audit"}))
READER = Viewer(name="rita", rights=frozenset({"see"}))
LATER = Stamp(who="susan", at=datetime(2031, 1, 1, tzinfo=UTC))


@pytest.fixture
def filled(
    database: Database, stamp: Stamp, reading: tuple[Source, Run],
    make_batch: Callable[[int, int], Batch], make_alert: Callable[..., Alert],
) -> Database:  # fmt: skip
    """Store four alerts, of which the last is restricted."""
    batch = make_batch(1, 4)
    alerts = [make_alert(row, restricted=row == 4) for row in range(1, 5)]
    with database.work(stamp) as work:
        screening = begin_screening(work, *reading)
        changed = Batch(
            lines=batch.lines, alerts=alerts, refusals=batch.refusals, done_row=batch.done_row
        )
        add_batch(work, screening.id, changed)
    return database


@pytest.fixture
def number(filled: Database, stamp: Stamp) -> int:
    """Open a case of Anna's."""
    with filled.work(stamp) as work:
        return open_case(work, ANNA, "Drums at the north gate\0").number


@pytest.fixture
def take(filled: Database, number: int, stamp: Stamp) -> Callable[..., Case]:
    """Take a step in it, as someone who has seen all."""

    def step(viewer: Viewer, content: AnyContent, **asked: object) -> Case:
        at = asked.pop("at", stamp)
        assert isinstance(at, Stamp)
        with filled.work(at) as work:
            seen = case_steps(work, viewer, number)
            told = {"seen": seen[-1].id if seen else None, **asked}
            take_step(work, viewer, number, Asked(content=content, **told))  # type: ignore[arg-type]
            found = find_case(work, viewer, number)
        assert found is not None
        return found

    return step


def _numbers(database: Database, viewer: Viewer, wanted: CaseFilter | None = None) -> list[int]:
    with database.work() as work:
        found = cases(work, viewer, wanted or CaseFilter())
        assert count_cases(work, viewer, wanted or CaseFilter()) == len(found)
    return [row.number for row in found]


def test_a_case_is_for_its_members_and_supervisors(
    filled: Database, number: int, take: Callable[..., Case]
) -> None:
    """Nobody else finds it, reads it or changes it, and administrators as such are nobody."""
    for other in (BEN, ADMIN, READER, CLEARED):
        with filled.work() as work:
            assert find_case(work, other, number) is None
            assert case_steps(work, other, number) == []
        assert _numbers(filled, other) == []
        with pytest.raises(MissingError, match=f"there is no case {number}"):
            take(other, Note(text="let me in"))
    for one in (ANNA, SUSAN):
        assert _numbers(filled, one) == [number]
    take(ANNA, Shared(user="ben"))
    assert _numbers(filled, BEN) == [number]
    assert take(BEN, Note(text="seen")).members == ("anna", "ben")
    take(ANNA, Unshared(user="ben"))
    assert _numbers(filled, BEN) == []


def test_the_errors_for_what_is_anothers_and_what_is_not_there_are_alike(
    filled: Database, number: int, stamp: Stamp
) -> None:
    """Whether there is such a case is not told."""
    said = []
    for each in (number, 999):
        with pytest.raises(MissingError) as caught, filled.work(stamp) as work:
            take_step(work, BEN, each, Asked(content=Note(text="x")))
        said.append(str(caught.value).replace(str(each), "N"))
    assert said[0] == said[1]


def test_who_only_reads_cannot_write(take: Callable[..., Case]) -> None:
    """A member without the right to work on cases reads."""
    take(ANNA, Shared(user="rita"))
    with pytest.raises(InputError, match='right "case"'):
        take(READER, Note(text="x"))


def test_what_is_gathered(filled: Database, number: int, take: Callable[..., Case]) -> None:
    """Alerts, consignments, parties, notes and tasks; each once, each with who put it there."""
    take(ANNA, AlertAdded(alert="alert-1"))
    with pytest.raises(InputError, match="in the case already"):
        take(ANNA, AlertAdded(alert="alert-1"))
    with pytest.raises(InputError, match="there is no alert"):
        take(ANNA, AlertAdded(alert="alert-99"))
    with pytest.raises(InputError, match="there is no consignment"):
        take(ANNA, ConsignmentAdded(source=1, consignment="C99"))
    take(ANNA, ConsignmentAdded(source=1, consignment="C1"))
    take(ANNA, PartyAdded(name="A trader", role="exporter", alert="alert-1"))
    first = take(ANNA, Note(text="Seal 17 is broken")).notes[0]
    case = take(ANNA, Note(text="Seal 71 is broken"), about=first.step)
    assert [(note.what and note.what.text, note.corrected) for note in case.notes] == [
        ("Seal 17 is broken", case.notes[1].step),
        ("Seal 71 is broken", None),
    ]
    case = take(ANNA, Task(who="anna", what="Call the importer", due=date(2026, 3, 4)))
    assert _numbers(filled, ANNA, CaseFilter(due=date(2026, 3, 4))) == [number]
    assert _numbers(filled, ANNA, CaseFilter(due=date(2026, 3, 3))) == []
    case = take(ANNA, Done(note="no answer"), about=case.tasks[0].step)
    assert case.tasks[0].done is not None
    assert _numbers(filled, ANNA, CaseFilter(due=date(2026, 3, 4))) == []
    with pytest.raises(InputError, match="taken out or done already"):
        take(ANNA, Done(), about=case.tasks[0].step)
    case = take(ANNA, Withdrawn(why="another matter"), about=case.alerts[0].step)
    assert case.alerts == ()
    assert take(ANNA, AlertAdded(alert="alert-1")).alerts[0].by == "anna"
    with filled.work() as work:
        assert cases_of_alert(work, ANNA, "alert-1") == [number]
        assert cases_of_alert(work, BEN, "alert-1") == []
        (row,) = cases(work, ANNA, CaseFilter(text="NORTH drums"))
        assert verify_audit(work).broken is None
    assert (row.alerts, row.tasks, row.title) == (1, 0, "Drums at the north gate\ufffd")


@pytest.mark.parametrize("about", [None, 1])
def test_a_step_must_be_about_what_it_can_be_about(take: Callable[..., Case], about: int) -> None:
    """A task is done, not a case; and nothing that is not there."""
    with pytest.raises(InputError, match=r"of which step|no such step"):
        take(ANNA, Done(), about=about)
    with pytest.raises(InputError, match=r"of which step|no such step"):
        take(ANNA, Withdrawn(why="x"), about=about)


def test_closing_as_dismissed_needs_two_people(take: Callable[..., Case]) -> None:
    """One proposes; another, who has the right, agrees. Neither does both."""
    case = take(ANNA, Proposed(why="Other goods"))
    assert (case.status, case.proposal and case.proposal.by) == ("open", "anna")
    with pytest.raises(InputError, match='right "approve"'):
        take(ANNA, Agreed())
    with pytest.raises(InputError, match="waits for an answer"):
        take(SUSAN, Confirmed(why="x"))
    with pytest.raises(InputError, match="someone else proposed it"):
        take(SUSAN, Recalled())
    assert take(SUSAN, Refused(why="Ask the laboratory")).proposal is None
    with pytest.raises(InputError, match="nobody has proposed"):
        take(SUSAN, Agreed())
    take(SUSAN, Proposed(why="The laboratory says so"))
    with pytest.raises(InputError, match="someone else must look"):
        take(SUSAN, Agreed())
    assert take(SUSAN, Recalled()).proposal is None
    take(ANNA, Proposed(why="The laboratory says so"))
    assert take(SUSAN, Agreed()).status == "closed-dismissed"
    with pytest.raises(InputError, match="the case is closed"):
        take(ANNA, Renamed(title="x"))
    with pytest.raises(InputError, match='right "approve"'):
        take(ANNA, Reopened(why="x"))
    assert take(SUSAN, Reopened(why="A new alert")).status == "open"


def test_who_waits_for_whom(filled: Database, number: int, take: Callable[..., Case]) -> None:
    """A proposal is shown to those who can answer it, and not to who made it."""
    take(ANNA, Proposed(why="Other goods"))
    waiting = CaseFilter(waiting=True)
    assert [_numbers(filled, each, waiting) for each in (ANNA, SUSAN)] == [[], [number]]
    take(SUSAN, Refused(why="no"))
    take(SUSAN, Proposed(why="yes"))
    assert _numbers(filled, SUSAN, waiting) == []


def test_who_decides_must_have_seen_all(take: Callable[..., Case]) -> None:
    """A note that came in between stops the second pair of eyes; what only adds goes on."""
    seen = take(ANNA, Proposed(why="Other goods")).last
    take(ANNA, Note(text="Wait: the laboratory found it"))
    for late in (seen, None):
        with pytest.raises(ConflictError, match="anna wrote a note since you looked"):
            take(SUSAN, Agreed(), seen=late)
    assert take(SUSAN, Note(text="I see"), seen=seen).status == "open"


def test_restricted_alerts_are_for_those_who_are_cleared(
    filled: Database, number: int, take: Callable[..., Case]
) -> None:
    """Others see neither them nor how many, and are not stopped by what they cannot see."""
    take(ANNA, Shared(user="cleo"))
    last = take(ANNA, AlertAdded(alert="alert-1")).last
    with pytest.raises(InputError, match="there is no alert"):
        take(ANNA, AlertAdded(alert="alert-4"))
    case = take(CLEARED, AlertAdded(alert="alert-4"))
    assert [kept.restricted for kept in case.alerts] == [False, True]
    take(CLEARED, PartyAdded(name="A listed one", alert="alert-4"))
    take(CLEARED, Task(who="anna", what="x", due=date(2026, 3, 1)), restricted=True)
    take(CLEARED, Note(text="Not for all"), restricted=True)
    with pytest.raises(InputError, match="not cleared"):
        take(ANNA, Note(text="x"), restricted=True)
    with filled.work() as work:
        seen, (row,) = find_case(work, ANNA, number), cases(work, ANNA, CaseFilter())
        assert cases_of_alert(work, ANNA, "alert-4") == []
        assert cases_of_alert(work, CLEARED, "alert-4") == [number]
    assert seen is not None
    assert (len(seen.alerts), seen.parties, seen.notes, seen.last) == (1, (), (), last)
    assert (row.alerts, row.tasks, row.due, row.changed) == (1, 0, None, last)
    assert _numbers(filled, ANNA, CaseFilter(due=date(2026, 3, 1))) == []
    assert take(ANNA, Confirmed(why="As the papers say")).status == "closed-confirmed"


def test_a_file_is_kept_byte_by_byte(
    filled: Database, number: int, stamp: Stamp, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is known by its hash, told by its bytes and not by its name, and read back as it was."""
    monkeypatch.setattr("tidewaiter.store.casefiles.PART", 1000)
    body = b"%PDF-1.7\n" + bytes(range(256)) * 20
    with filled.work(stamp) as work:
        step = add_file(work, ANNA, number, Given(name="../photo.exe"), io.BytesIO(body))
        again = add_file(work, ANNA, number, Given(name="copy.pdf"), io.BytesIO(body))
        told = find_file(work, ANNA, number, step.id)
        assert b"".join(file_parts(work, ANNA, number, again.id)) == body
        with pytest.raises(MissingError, match=f"no file {step.id}"):
            next(file_parts(work, BEN, number, step.id))
        parts = work.connection.execute(select(tables.blob_part.c.number)).scalars().all()
    assert told is not None
    assert (told.name, told.size, told.type) == ("../photo.exe", len(body), "application/pdf")
    assert len(parts) == 6


def test_bytes_that_were_changed_are_found(filled: Database, number: int, stamp: Stamp) -> None:
    """Whoever changes them outside is told of by the hash."""
    with filled.work(stamp) as work:
        step = add_file(work, ANNA, number, Given(name="a.txt"), io.BytesIO(b"seal 17"))
        work.connection.execute(update(tables.blob_part).values(bytes=b"seal 71"))
        with pytest.raises(StoreError, match="not those that were added"):
            list(file_parts(work, ANNA, number, step.id))


def test_files_have_limits(
    filled: Database, number: int, stamp: Stamp, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file that is too large is refused before a byte of it is kept."""
    monkeypatch.setattr("tidewaiter.store.casefiles.PART", 1 << 24)
    size = load_case_rules().limits.file_bytes

    class Endless(io.RawIOBase):
        read_bytes = 0

        def seek(self, *_: int) -> int:
            self.read_bytes = 0
            return 0

        def read(self, size: int = -1) -> bytes:
            self.read_bytes += size
            return b"x" * size

    endless = Endless()
    for file, said in ((endless, "too large"), (io.BytesIO(), "is empty")):
        with pytest.raises(InputError, match=said), filled.work(stamp) as work:
            add_file(work, ANNA, number, Given(name="big"), file)  # type: ignore[arg-type]
    assert endless.read_bytes <= size + (1 << 24)
    with filled.work() as work:
        assert work.connection.execute(select(tables.blob)).all() == []


def _closed(take: Callable[..., Case]) -> Case:
    take(ANNA, Retained(until=date(2030, 12, 31), basis="customs code, art. 51"))
    return take(ANNA, Confirmed(why="Maria Example said so"))


def test_what_names_people_is_erased_after_its_time(
    filled: Database, number: int, take: Callable[..., Case], stamp: Stamp
) -> None:
    """Words, files and titles go; digests, days and who did what stay; the audit holds."""
    secret = b"Maria Example"
    take(ANNA, Note(text="Maria Example signed"))
    take(ANNA, Task(who="anna", what="Call Maria Example"))
    with filled.work(stamp) as work:
        add_file(work, ANNA, number, Given(name="maria.txt"), io.BytesIO(secret))
        before = case_steps(work, ANNA, number)
    seen = _closed(take).last
    with filled.work(LATER) as work:
        erase_case(work, SUSAN, number, why="time is over", seen=seen)
    with filled.work() as work:
        after, case = case_steps(work, ANNA, number), find_case(work, ANNA, number)
        assert verify_audit(work).broken is None
        assert work.connection.execute(select(tables.blob_part)).all() == []
        rows = [repr(work.connection.execute(select(table)).all()) for table in _OF_CASES]
        entries = audit_entries(work)
    assert case is not None
    assert case.title is None
    assert case.status == "closed-confirmed"
    assert case.notes[0].what is None
    assert not any("Maria" in text or "north gate" in text for text in rows)
    assert [step.digest for step in after[: len(before)]] == [step.digest for step in before]
    assert not any("Maria" in entry.details or "gate" in entry.details for entry in entries)
    # Whoever has a copy from before proves it against the digest that stayed.
    note = next(step for step in before if step.kind == "note")
    kept = next(step for step in after if step.id == note.id)
    assert (kept.written, kept.salt) == ("", "")
    assert step_digest(note.salt, note.written) == kept.digest


_OF_CASES = [
    table for name, table in tables.METADATA.tables.items() if name.startswith(("case", "blob"))
]


def test_nothing_is_erased_too_early_or_under_a_hold(
    filled: Database, number: int, take: Callable[..., Case]
) -> None:
    """Open, without an end, before the end, held, or by who may not."""

    def erase(viewer: Viewer = SUSAN, at: Stamp = LATER) -> None:
        with filled.work(at) as work:
            seen = case_steps(work, viewer, number)[-1].id
            erase_case(work, viewer, number, why="x", seen=seen)

    with pytest.raises(InputError, match="the case is open"):
        erase()
    take(ANNA, Confirmed(why="x"))
    with pytest.raises(InputError, match="how long it is to be kept"):
        erase()
    take(ANNA, Retained(until=date(2030, 12, 31), basis="x"))
    last_day = Stamp(who="susan", at=datetime(2030, 12, 31, 23, 59, tzinfo=UTC))
    with pytest.raises(InputError, match="to be kept until 2030-12-31"):
        erase(at=last_day)
    take(ANNA, Held(why="court order"))
    with pytest.raises(InputError, match="a legal hold is on it"):
        erase()
    with pytest.raises(InputError, match='right "approve"'):
        take(ANNA, Unheld(why="over"))
    over = CaseFilter(over=date(2031, 1, 1))
    assert _numbers(filled, SUSAN, over) == []
    take(SUSAN, Unheld(why="over"))
    assert _numbers(filled, SUSAN, over) == [number]
    with pytest.raises(InputError, match='right "approve"'):
        erase(viewer=ANNA)
    erase()


def test_a_file_that_two_cases_hold_stays_for_the_other(
    filled: Database, number: int, take: Callable[..., Case], stamp: Stamp
) -> None:
    """Bytes go with the last case that holds them."""
    with filled.work(stamp) as work:
        other = open_case(work, BEN, "Another").number
        add_file(work, ANNA, number, Given(name="a"), io.BytesIO(b"shared"))
        step = add_file(work, BEN, other, Given(name="b"), io.BytesIO(b"shared"))
    seen = _closed(take).last
    with filled.work(LATER) as work:
        erase_case(work, SUSAN, number, why="over", seen=seen)
        assert b"".join(file_parts(work, BEN, other, step.id)) == b"shared"


def test_no_step_is_lost_where_many_work_at_once(
    filled: Database, number: int, url: str, stamp: Stamp
) -> None:
    """Eight people write twelve notes each, and try to close it: all notes are kept, one closes."""

    def officer(place: int) -> int:
        closed = 0
        viewer = Viewer(name=f"officer {place}", rights=frozenset({"case", "approve"}))
        own = Stamp(who=viewer.name, at=stamp.at)
        with open_database(url) as opened:
            for note in range(12):
                with opened.work(own) as work:
                    take_step(work, viewer, number, Asked(content=Note(text=f"{place}/{note}")))
            with opened.work() as work:
                seen = case_steps(work, viewer, number)[-1].id
            try:
                with opened.work(own) as work:
                    take_step(work, viewer, number, Asked(content=Confirmed(why="x"), seen=seen))
                closed = 1
            except (ConflictError, InputError):
                pass
        return closed

    with ThreadPoolExecutor(8) as pool:
        closed = sum(pool.map(officer, range(8)))
    with filled.work() as work:
        steps = case_steps(work, ANNA, number)
        assert verify_audit(work).broken is None
    texts = {step.written for step in steps if step.kind == "note"}
    assert len(texts) == len([step for step in steps if step.kind == "note"]) == 96
    assert closed == len([step for step in steps if step.kind == "confirmed"]) <= 1


def test_the_custody_has_an_entry_for_each_step(
    filled: Database, number: int, take: Callable[..., Case]
) -> None:
    """Each names the step and the digest of what it holds, and proves where it stands."""
    take(ANNA, Note(text="Seal broken"))
    take(SUSAN, Owned(owner="ben"))
    with filled.work() as work:
        steps = case_steps(work, SUSAN, number)
        state, proven = custody(work, steps, {})
    assert [each.entry.number for each in proven] == [step.entry for step in steps]
    assert all(step.digest in each.entry.details for step, each in zip(steps, proven, strict=True))
    assert state.entries >= proven[-1].entry.number


CONTENTS = st.sampled_from(
    [
        Note(text="n"), Task(who="anna", what="t"), Shared(user="ben"), Unshared(user="ben"),
        Proposed(why="p"), Agreed(), Refused(why="r"), Recalled(), Confirmed(why="c"),
        Reopened(why="o"), Held(why="h"), Unheld(why="u"), AlertAdded(alert="alert-1"),
        Withdrawn(why="w"), Done(), Owned(owner="ben"), Renamed(title="Another"),
    ]
)  # fmt: skip
MOVES = st.lists(
    st.tuples(st.sampled_from([ANNA, BEN, SUSAN]), CONTENTS, st.booleans()), max_size=12
)


@settings(
    max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None
)
@given(moves=MOVES)
def test_whatever_people_do_the_case_is_what_its_steps_say(
    filled: Database, stamp: Stamp, moves: list[tuple[Viewer, AnyContent, bool]]
) -> None:
    """Steps only grow, what is refused leaves nothing, and nobody dismisses a case alone."""
    with filled.work(stamp) as work:
        number = open_case(work, ANNA, "A case").number
    for viewer, content, is_late in moves:
        with filled.work() as work:
            before = case_steps(work, SUSAN, number)
            inside = bool(case_steps(work, viewer, number))
        about = before[-1].id if isinstance(content, Withdrawn | Done) else None
        seen = before[0].id if is_late else before[-1].id
        try:
            with filled.work(stamp) as work:
                take_step(work, viewer, number, Asked(content=content, about=about, seen=seen))
            took = True
        except TidewaiterError:
            took = False
        with filled.work() as work:
            after = case_steps(work, SUSAN, number)
            row = next(each for each in cases(work, SUSAN, CaseFilter()) if each.number == number)
            members = {each for each in (ANNA, BEN) if case_steps(work, each, number)}
        assert inside or not took
        assert after[: len(before)] == before
        assert len(after) == len(before) + took
        case = case_of(after)
        assert (row.title, row.owner, row.status) == (case.title, case.owner, case.status)
        assert (row.held, row.alerts) == (case.hold is not None, len(case.alerts))
        assert row.tasks == sum(1 for task in case.tasks if task.done is None)
        assert row.proposed == (case.proposal and case.proposal.by)
        assert {each.name for each in members} == set(case.members) & {"anna", "ben"}
        for place, step in enumerate(after):
            if step.kind == "agreed":
                proposed = [each for each in after[:place] if each.kind == "proposed"]
                assert proposed[-1].by != step.by
