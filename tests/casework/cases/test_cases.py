"""Cases by their steps and timeline, and the rules for files and reports."""

from datetime import date
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from tidewaiter.base.errors import InputError
from tidewaiter.base.phrases import Phrase
from tidewaiter.casework.cases.permissions import check_words, load_case_rules
from tidewaiter.casework.cases.state import Viewer, case_of, may_be_erased, visible_to
from tidewaiter.casework.cases.steps import (
    KINDS,
    Agreed,
    AlertAdded,
    AnyContent,
    Confirmed,
    Done,
    Erased,
    Held,
    Note,
    Opened,
    Owned,
    Proposed,
    Recalled,
    Referred,
    Refused,
    Renamed,
    Reopened,
    Retained,
    Shared,
    Step,
    Task,
    Unheld,
    Unshared,
    Withdrawn,
    kind_of,
    read_content,
    step_digest,
    write_content,
)
from tidewaiter.casework.cases.timeline import timeline
from tidewaiter.casework.decisions import Decided
from tidewaiter.casework.suspicious_transactions import load_suspicions

TEXTS = st.text(st.characters(codec="utf-8"), max_size=40)


def _steps(*told: AnyContent | tuple[AnyContent, int]) -> list[Step]:
    steps = []
    for number, each in enumerate(told, 1):
        content, about = each if isinstance(each, tuple) else (each, None)
        written = write_content(content)
        steps.append(
            Step(
                id=number,
                case=7,
                kind=kind_of(content),
                about=about,
                by="anna",
                at=f"2026-03-01T12:{number:02}:00.000000+00:00",
                written=written,
                salt="00",
                digest=step_digest("00", written),
                entry=number,
            )
        )
    return steps


@given(text=TEXTS, who=TEXTS, due=st.none() | st.dates())
def test_what_a_step_says_is_written_and_read_alike(text: str, who: str, due: date | None) -> None:
    """Byte by byte, as the digest is over it."""
    for content in (Note(text=text), Task(who=who, what=text, due=due), Opened(title=text)):
        written = write_content(content)
        assert read_content(written) == content
        assert write_content(read_content(written)) == written


@given(one=TEXTS, other=TEXTS, salt=st.binary(min_size=16, max_size=16))
def test_a_digest_is_of_one_content_and_one_salt(one: str, other: str, salt: bytes) -> None:
    """Other words or another salt give another digest."""
    digest = step_digest(salt.hex(), one)
    assert (digest == step_digest(salt.hex(), other)) == (one == other)
    assert digest != step_digest(bytes(reversed(salt)).hex() + "00", one)


def test_a_case_is_what_its_steps_say() -> None:
    """The last word counts, corrections are tied, and who had it before is not a member."""
    steps = _steps(
        Opened(title="One"),
        Note(text="a"),
        (Note(text="b"), 2),
        Task(who="anna", what="Call"),
        (Done(), 4),
        Shared(user="ben"),
        Owned(owner="cleo"),
    )
    case = case_of(steps)
    assert (case.title, case.owner, case.members) == ("One", "cleo", ("cleo", "ben"))
    assert [note.corrected for note in case.notes] == [3, None]
    assert (case.tasks[0].done, case.tasks[0].corrected) == (steps[4], None)
    assert [note.done for note in case.notes] == [None, None]
    told = timeline(steps, {})
    assert [event.did for event in told][1:3] == ["added a note", "corrected a note"]
    assert (told[4].what, told[6].whom) == ("Call", "cleo")


def test_the_timeline_has_the_decisions_of_its_alerts_where_they_fell() -> None:
    """Between the steps, with the reason in words."""
    decided = Decided(
        id=1,
        alert="a1",
        verdict="hold",
        reason="inspect",
        note="",
        by="ben",
        at="2026-03-01T12:01:30.000000+00:00",
    )
    told = timeline(_steps(Opened(title="One"), Note(text="a")), {"a1": [decided]})
    assert [event.kind for event in told] == ["opened", "decided", "note"]
    assert told[1].did == "decided to hold an alert"
    assert told[1].what == "Inspection required"


def test_a_case_is_kept_to_the_end_of_its_last_day() -> None:
    """And not at all erased before someone said until when."""
    steps = _steps(Opened(title="One"), Confirmed(why="x"))
    assert may_be_erased(case_of(steps), date(2099, 1, 1)) == Phrase("erasure/unset")
    kept = _steps(
        Opened(title="One"), Confirmed(why="x"), Retained(until=date(2030, 1, 1), basis="x")
    )
    until = Phrase("erasure/retained", day=date(2030, 1, 1))
    assert may_be_erased(case_of(kept), date(2030, 1, 1)) == until
    assert may_be_erased(case_of(kept), date(2030, 1, 2)) is None


def test_each_kind_has_its_rule_and_the_second_pair_of_eyes_its_right() -> None:
    """What closes as dismissed, reopens, frees or erases takes the right to approve."""
    rules = load_case_rules().step
    assert set(rules) == set(KINDS) == {each.__name__.lower() for each in get_args(AnyContent)}
    needing = {kind for kind, rule in rules.items() if rule.needs == "approve"}
    assert needing == {"agreed", "refused", "reopened", "owned", "unheld", "erased"}


@pytest.mark.parametrize(
    ("head", "kind"),
    [
        (b"%PDF-1.7", "application/pdf"),
        (b"PK\3\4 whatever", "application/zip"),
        (b"MZ\x90\0", "application/x-dosexec"),
        ("Grüße\n".encode(), "text/plain"),
        ("Grü".encode()[:-1], "text/plain"),
        (b"\0\1\2", "application/octet-stream"),
        (b"a\0b", "application/octet-stream"),
        (b"\xff\xfe", "application/octet-stream"),
    ],
)
def test_a_file_is_what_its_bytes_say(head: bytes, kind: str) -> None:
    """Its name does not matter."""
    assert load_case_rules().type_of(head) == kind


@pytest.mark.parametrize("text", ["", "  \n", "x" * 20_001])
def test_words_are_there_and_not_too_long(text: str) -> None:
    """A note without words, and one that is a book."""
    with pytest.raises(InputError):
        check_words(Note(text=text))


def test_each_form_cites_where_its_fields_were_read() -> None:
    """A field that is read or second-hand names its place, unless it is said to be ours."""
    for form in load_suspicions().form.values():
        assert all(url.startswith("https://") for url in form.sources)
        cited = [field for field in form.field if field.cite]
        assert cited
        assert form.mark == "unverified" or len(cited) * 2 > len(form.field)
    listed = load_suspicions().form["us-listed-chemical"]
    assert all(field.cite.startswith("1310.06") for field in listed.field)


def test_where_a_case_stands() -> None:
    """By the last step that closes or opens it; a proposal waits until it is answered."""
    opened, proposed = Opened(title="One"), Proposed(why="x")
    histories: dict[str, list[AnyContent]] = {
        "open": [opened],
        "proposed": [opened, proposed],
        "agreed": [opened, proposed, Agreed()],
        "refused": [opened, proposed, Refused(why="x")],
        "recalled": [opened, proposed, Recalled()],
        "again": [opened, proposed, Agreed(), Reopened(why="x")],
        "confirmed": [opened, Confirmed(why="x")],
        "referred": [opened, Referred(to="x", why="x")],
    }
    found = {}
    for name, told in histories.items():
        case = case_of(_steps(*told))
        closing, proposal = case.closing, case.proposal
        found[name] = (case.status, closing and closing.id, proposal and proposal.id)
    assert found == {
        "open": ("open", None, None),
        "proposed": ("open", None, 2),
        "agreed": ("closed-dismissed", 3, None),
        "refused": ("open", None, None),
        "recalled": ("open", None, None),
        "again": ("open", None, None),
        "confirmed": ("closed-confirmed", 2, None),
        "referred": ("closed-referred", 2, None),
    }


def test_what_was_taken_out_is_no_longer_there() -> None:
    """It stays in the trail; the members are whom it is shared with, in alphabetical order."""
    steps = _steps(
        Opened(title="One"),
        AlertAdded(alert="a"),
        AlertAdded(alert="b"),
        (Withdrawn(why="x"), 2),
        Shared(user="cleo"),
        Shared(user="ben"),
        Unshared(user="cleo"),
        Unshared(user="nobody"),
        Shared(user="dora"),
        Renamed(title="Two"),
        Erased(steps=1, why="x"),
    )
    case = case_of(steps)
    assert [(each.step, each.what) for each in case.alerts] == [(3, AlertAdded(alert="b"))]
    assert case.members == ("anna", "ben", "dora")
    assert (case.title, case.number, case.last) == ("Two", 7, 11)
    assert case.opened == steps[0].at
    assert case.erased == steps[-1]


def test_a_hold_lasts_until_it_is_lifted() -> None:
    """And then a case may be erased, where all else allows it."""
    told: list[AnyContent] = [Opened(title="One"), Confirmed(why="x"), Held(why="a court")]
    told.append(Retained(until=date(2026, 1, 1), basis="x"))
    held = case_of(_steps(*told))
    assert held.hold is not None
    assert (held.hold.step, held.hold.what) == (3, Held(why="a court"))
    assert may_be_erased(held, date(2026, 2, 1)) == Phrase("erasure/held")
    freed = case_of(_steps(*told, Unheld(why="x")))
    assert freed.hold is None
    assert freed.retained == told[-1]
    assert may_be_erased(freed, date(2026, 2, 1)) is None
    reopened = case_of(_steps(*told, Unheld(why="x"), Reopened(why="x")))
    assert may_be_erased(reopened, date(2026, 2, 1)) == Phrase("erasure/open")


def test_who_is_cleared_sees_what_is_restricted() -> None:
    """Others see the remaining steps."""
    steps = _steps(Opened(title="One"), Note(text="a"))
    hidden = [steps[0], structs.replace(steps[1], restricted=True)]
    assert visible_to(hidden, Viewer(name="a", cleared=True)) == hidden
    assert visible_to(hidden, Viewer(name="a")) == hidden[:1]
    assert Viewer(name="a", rights=frozenset({"approve"})).sees_all()
    assert not Viewer(name="a", rights=frozenset({"case"})).sees_all()


def test_what_was_erased_has_no_words() -> None:
    """A case without its first text has no title; the person who opened it owns it."""
    steps = [
        structs.replace(step, written="") for step in _steps(Opened(title="One"), Note(text="a"))
    ]
    case = case_of(steps)
    assert (case.title, case.owner, case.notes[0].what) == (None, "anna", None)
