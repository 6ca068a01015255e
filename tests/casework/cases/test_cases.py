"""What a case is by its steps, its timeline, and what files and reports are by the rules."""

from datetime import date
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tidewaiter.base.errors import InputError
from tidewaiter.casework.cases.permissions import check_words, load_case_rules
from tidewaiter.casework.cases.state import case_of, may_be_erased
from tidewaiter.casework.cases.steps import (
    KINDS,
    AnyContent,
    Confirmed,
    Done,
    Note,
    Opened,
    Owned,
    Retained,
    Shared,
    Step,
    Task,
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
    assert case.tasks[0].done == steps[4]
    told = timeline(steps, {})
    assert [event.did for event in told][1:3] == ["wrote a note", "corrected a note"]
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
    assert told[1].did == "decided of an alert: hold"
    assert told[1].what == "The goods are to be inspected"


def test_a_case_is_kept_to_the_end_of_its_last_day() -> None:
    """And not at all erased before someone said until when."""
    steps = _steps(Opened(title="One"), Confirmed(why="x"))
    assert "nobody has set" in may_be_erased(case_of(steps), date(2099, 1, 1))
    kept = _steps(
        Opened(title="One"), Confirmed(why="x"), Retained(until=date(2030, 1, 1), basis="x")
    )
    assert "kept until 2030-01-01" in may_be_erased(case_of(kept), date(2030, 1, 1))
    assert may_be_erased(case_of(kept), date(2030, 1, 2)) == ""


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
    """Not what it is called."""
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
