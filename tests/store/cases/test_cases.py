"""Cases in the database: who may see them, what may be done, and that no step is lost."""

from collections.abc import Callable
from datetime import date

import pytest
from tests.store.cases.conftest import ADMIN, ANNA, BEN, CLEARED, READER, SUSAN, numbers
from tests.support.raising import raises

from tidewaiter.base.errors import ConflictError, MissingError
from tidewaiter.casework.cases.permissions import Asked
from tidewaiter.casework.cases.state import Case
from tidewaiter.casework.cases.steps import (
    Agreed,
    AlertAdded,
    Confirmed,
    ConsignmentAdded,
    Done,
    Note,
    PartyAdded,
    Proposed,
    Recalled,
    Refused,
    Renamed,
    Reopened,
    Shared,
    Task,
    Unshared,
    Withdrawn,
)
from tidewaiter.store.audit import verify_audit
from tidewaiter.store.cases.casefile import (
    CaseFilter,
    case_steps,
    cases,
    cases_of_alert,
    find_case,
    take_step,
)
from tidewaiter.store.core.database import Database, Stamp


def test_a_case_is_for_its_members_and_supervisors(
    filled: Database, number: int, take: Callable[..., Case]
) -> None:
    """Others cannot find, read or change it, including administrators as such."""
    for other in (BEN, ADMIN, READER, CLEARED):
        with filled.work() as work:
            assert find_case(work, other, number) is None
            assert case_steps(work, other, number) == []
        assert numbers(filled, other) == []
        with raises("store/no-case", MissingError, number=number):
            take(other, Note(text="let me in"))
    for one in (ANNA, SUSAN):
        assert numbers(filled, one) == [number]
    take(ANNA, Shared(user="ben"))
    assert numbers(filled, BEN) == [number]
    assert take(BEN, Note(text="seen")).members == ("anna", "ben")
    take(ANNA, Unshared(user="ben"))
    assert numbers(filled, BEN) == []


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
    with raises("casework/role-without-right", needs="case"):
        take(READER, Note(text="x"))


def test_what_is_gathered(filled: Database, number: int, take: Callable[..., Case]) -> None:
    """Alerts, consignments, parties, notes and tasks; each once, each with who put it there."""
    take(ANNA, AlertAdded(alert="alert-1"))
    with raises("store/alert-in-case-already"):
        take(ANNA, AlertAdded(alert="alert-1"))
    with raises("store/no-alert"):
        take(ANNA, AlertAdded(alert="alert-99"))
    with raises("store/no-consignment"):
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
    assert numbers(filled, ANNA, CaseFilter(due=date(2026, 3, 4))) == [number]
    assert numbers(filled, ANNA, CaseFilter(due=date(2026, 3, 3))) == []
    case = take(ANNA, Done(note="no answer"), about=case.tasks[0].step)
    assert case.tasks[0].done is not None
    assert numbers(filled, ANNA, CaseFilter(due=date(2026, 3, 4))) == []
    with raises("casework/step-over-already"):
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
    code = "casework/step-not-said" if about is None else "casework/no-such-step"
    with raises(code):
        take(ANNA, Done(), about=about)
    with raises(code):
        take(ANNA, Withdrawn(why="x"), about=about)


def test_closing_as_dismissed_needs_two_people(take: Callable[..., Case]) -> None:
    """One proposes; another, who has the right, agrees. Neither does both."""
    case = take(ANNA, Proposed(why="Other goods"))
    assert (case.status, case.proposal and case.proposal.by) == ("open", "anna")
    with raises("casework/role-without-right", needs="approve"):
        take(ANNA, Agreed())
    with raises("casework/proposal-waits"):
        take(SUSAN, Confirmed(why="x"))
    with raises("casework/proposal-of-another"):
        take(SUSAN, Recalled())
    assert take(SUSAN, Refused(why="Ask the laboratory")).proposal is None
    with raises("casework/no-proposal-to-close"):
        take(SUSAN, Agreed())
    take(SUSAN, Proposed(why="The laboratory says so"))
    with raises("casework/own-proposal"):
        take(SUSAN, Agreed())
    assert take(SUSAN, Recalled()).proposal is None
    take(ANNA, Proposed(why="The laboratory says so"))
    assert take(SUSAN, Agreed()).status == "closed-dismissed"
    with raises("casework/case-closed"):
        take(ANNA, Renamed(title="x"))
    with raises("casework/role-without-right", needs="approve"):
        take(ANNA, Reopened(why="x"))
    assert take(SUSAN, Reopened(why="A new alert")).status == "open"


def test_who_waits_for_whom(filled: Database, number: int, take: Callable[..., Case]) -> None:
    """A proposal is shown to those who can answer it, and not to who made it."""
    take(ANNA, Proposed(why="Other goods"))
    waiting = CaseFilter(waiting=True)
    assert [numbers(filled, each, waiting) for each in (ANNA, SUSAN)] == [[], [number]]
    take(SUSAN, Refused(why="no"))
    take(SUSAN, Proposed(why="yes"))
    assert numbers(filled, SUSAN, waiting) == []


def test_who_decides_must_have_seen_all(take: Callable[..., Case]) -> None:
    """A note added in between prevents the second approval; additions alone are allowed."""
    seen = take(ANNA, Proposed(why="Other goods")).last
    take(ANNA, Note(text="Wait: the laboratory found it"))
    for late in (seen, None):
        with raises("store/changed-since-you-looked", ConflictError, by="anna"):
            take(SUSAN, Agreed(), seen=late)
    assert take(SUSAN, Note(text="I see"), seen=seen).status == "open"


def test_restricted_alerts_are_for_those_who_are_cleared(
    filled: Database, number: int, take: Callable[..., Case]
) -> None:
    """Others see neither them nor how many, and are not stopped by what they cannot see."""
    take(ANNA, Shared(user="cleo"))
    last = take(ANNA, AlertAdded(alert="alert-1")).last
    with raises("store/no-alert"):
        take(ANNA, AlertAdded(alert="alert-4"))
    case = take(CLEARED, AlertAdded(alert="alert-4"))
    assert [kept.restricted for kept in case.alerts] == [False, True]
    take(CLEARED, PartyAdded(name="A listed one", alert="alert-4"))
    take(CLEARED, Task(who="anna", what="x", due=date(2026, 3, 1)), restricted=True)
    take(CLEARED, Note(text="Not for all"), restricted=True)
    with raises("casework/not-cleared"):
        take(ANNA, Note(text="x"), restricted=True)
    with filled.work() as work:
        seen, (row,) = find_case(work, ANNA, number), cases(work, ANNA, CaseFilter())
        assert cases_of_alert(work, ANNA, "alert-4") == []
        assert cases_of_alert(work, CLEARED, "alert-4") == [number]
    assert seen is not None
    assert (len(seen.alerts), seen.parties, seen.notes, seen.last) == (1, (), (), last)
    assert (row.alerts, row.tasks, row.due, row.changed) == (1, 0, None, last)
    assert numbers(filled, ANNA, CaseFilter(due=date(2026, 3, 1))) == []
    assert take(ANNA, Confirmed(why="As the papers say")).status == "closed-confirmed"
