"""Who may take which step of a case, and when."""

from datetime import date
from typing import Any

import pytest
from msgspec import structs
from tests.support.raising import raises

from tidewaiter.base.errors import InputError, RegistryError
from tidewaiter.casework.cases import permissions
from tidewaiter.casework.cases.permissions import (
    Asked,
    check_words,
    load_case_rules,
    refusal,
)
from tidewaiter.casework.cases.state import Viewer, case_of
from tidewaiter.casework.cases.steps import (
    Agreed,
    AlertAdded,
    AnyContent,
    Confirmed,
    Done,
    Drafted,
    Erased,
    FileAdded,
    Held,
    Note,
    Opened,
    Proposed,
    Recalled,
    Referred,
    Refused,
    Reopened,
    Retained,
    Shared,
    Step,
    Task,
    Unheld,
    Unshared,
    Withdrawn,
    kind_of,
    write_content,
)

TODAY = date(2026, 3, 1)
OPENED = Opened(title="One")
ANNA = Viewer(name="anna", rights=frozenset({"case"}))
BEN = Viewer(name="ben", rights=frozenset({"case", "approve"}))
CLOSED = (OPENED, Confirmed(why="x"))
PROPOSED = (OPENED, Proposed(why="x"))
FILE = FileAdded(name="a", sha256="", size=1, type="text/plain")


def _steps(*told: Any, by: str = "anna") -> list[Step]:
    """Write steps; one that is about another comes with its number."""
    steps = []
    for number, each in enumerate(told, 1):
        content, about = each if isinstance(each, tuple) else (each, None)
        steps.append(
            Step(
                id=number,
                case=7,
                kind=kind_of(content),
                about=about,
                by=by,
                at=f"2026-03-01T12:{number % 60:02}:00.000000+00:00",
                written=write_content(content),
                salt="00",
                digest="",
                entry=number,
            )
        )
    return steps


def _may(told: tuple[Any, ...], viewer: Viewer, content: AnyContent, **more: Any) -> bool:
    steps = _steps(*told)
    asked = Asked(content=content, **more)
    return not refusal(case_of(steps), steps, viewer, asked, TODAY)


@pytest.mark.parametrize(
    ("told", "viewer", "content", "may"),
    [
        ((OPENED,), ANNA, Note(text="x"), True),
        ((OPENED,), Viewer(name="anna"), Note(text="x"), False),
        ((OPENED,), ANNA, OPENED, False),
        ((OPENED,), ANNA, AlertAdded(alert="a"), True),
        (CLOSED, ANNA, AlertAdded(alert="a"), False),
        (CLOSED, ANNA, Note(text="x"), True),
        (CLOSED, BEN, Reopened(why="x"), True),
        ((OPENED,), BEN, Reopened(why="x"), False),
        (PROPOSED, BEN, Agreed(), True),
        (PROPOSED, structs.replace(BEN, name="anna"), Agreed(), False),
        (PROPOSED, structs.replace(BEN, name="anna"), Refused(why="x"), False),
        ((OPENED,), BEN, Agreed(), False),
        ((OPENED,), BEN, Refused(why="x"), False),
        ((OPENED,), ANNA, Recalled(), False),
        (PROPOSED, ANNA, Recalled(), True),
        (PROPOSED, BEN, Recalled(), False),
        (PROPOSED, ANNA, Proposed(why="x"), False),
        (PROPOSED, ANNA, Confirmed(why="x"), False),
        (PROPOSED, ANNA, Referred(to="x", why="x"), False),
        (PROPOSED, ANNA, Note(text="x"), True),
        ((OPENED,), ANNA, Confirmed(why="x"), True),
        ((OPENED,), ANNA, Held(why="x"), True),
        ((OPENED, Held(why="x")), ANNA, Held(why="x"), False),
        ((OPENED, Held(why="x")), BEN, Unheld(why="x"), True),
        ((OPENED,), BEN, Unheld(why="x"), False),
        ((OPENED,), ANNA, Shared(user="cleo"), True),
        ((OPENED,), BEN, Shared(user="cleo"), True),
        ((OPENED,), structs.replace(ANNA, name="cleo"), Shared(user="dora"), False),
        ((OPENED,), structs.replace(ANNA, name="cleo"), Unshared(user="dora"), False),
        ((OPENED,), structs.replace(ANNA, name="cleo"), Note(text="x"), True),
        (
            (*CLOSED, Retained(until=date(2026, 2, 1), basis="x")),
            BEN,
            Erased(steps=1, why="x"),
            True,
        ),
        ((*CLOSED, Retained(until=TODAY, basis="x")), BEN, Erased(steps=1, why="x"), False),
        (CLOSED, BEN, Erased(steps=1, why="x"), False),
    ],
)
def test_who_may_do_what_and_when(
    told: tuple[Any, ...],
    viewer: Viewer,
    content: AnyContent,
    may: bool,  # noqa: FBT001
) -> None:
    """By their rights, the state of the case, and who did the step before."""
    assert _may(told, viewer, content) == may


def test_what_is_restricted_takes_clearance() -> None:
    """The clearance of the author."""
    assert not _may((OPENED,), ANNA, Note(text="x"), restricted=True)
    assert _may((OPENED,), structs.replace(ANNA, cleared=True), Note(text="x"), restricted=True)


@pytest.mark.parametrize(
    ("told", "content", "about", "may"),
    [
        ((OPENED, Note(text="a")), Note(text="b"), 2, True),
        ((OPENED, Note(text="a")), Note(text="b"), 1, False),
        ((OPENED, Note(text="a")), Note(text="b"), 3, False),
        ((OPENED, Task(who="x", what="y")), Done(), 2, True),
        ((OPENED, Task(who="x", what="y")), Done(), None, False),
        ((OPENED, Task(who="x", what="y"), (Done(), 2)), Done(), 2, False),
        ((OPENED, Task(who="x", what="y"), (Withdrawn(why="z"), 2)), Done(), 2, False),
        ((OPENED, Note(text="a"), (Note(text="b"), 2)), Note(text="c"), 2, True),
        ((OPENED, Task(who="x", what="y"), Task(who="x", what="y"), (Done(), 2)), Done(), 3, True),
    ],
)
def test_a_step_is_about_one_that_it_fits(
    told: tuple[Any, ...],
    content: AnyContent,
    about: int | None,
    may: bool,  # noqa: FBT001
) -> None:
    """One of a kind that it takes, and that was neither taken out nor done."""
    assert _may(told, ANNA, content, about=about) == may


def test_files_and_members_have_an_end() -> None:
    """The last one fits, one more does not; only files and members are counted."""
    limits = load_case_rules().limits
    files = (OPENED, *[FILE] * (limits.files - 1))
    assert _may(files, ANNA, FILE)
    assert not _may((*files, FILE), ANNA, FILE)
    assert _may((*files, FILE), ANNA, Note(text="x"))
    members = (OPENED, *[Shared(user=f"u{n:03}") for n in range(limits.members - 2)])
    assert _may(members, ANNA, Shared(user="one more"))
    assert not _may((*members, Shared(user="v")), ANNA, Shared(user="one more"))
    assert _may((*members, Shared(user="v")), ANNA, Unshared(user="v"))


@pytest.mark.parametrize(
    ("content", "refused"),
    [
        (Note(text="x" * 20_000), False),
        (Note(text="x" * 20_001), True),
        (Opened(title="x" * 200), False),
        (Opened(title="x" * 201), True),
        (Task(who="x" * 201, what="y"), True),
        (Task(who="x", what="y" * 201), False),
        (Note(text=" \n"), True),
        (Done(), False),
        (Drafted(form="f", fields={"a": "x" * 65_536}), False),
        (Drafted(form="f", fields={"a": "x" * 65_536, "b": "y"}), True),
    ],
)
def test_how_long_words_may_be(content: AnyContent, refused: bool) -> None:  # noqa: FBT001
    """Titles and names are short, texts long, and what must be said is said."""
    if refused:
        with pytest.raises(InputError):
            check_words(content)
    else:
        check_words(content)


def test_rules_of_other_kinds_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """A kind without its row, and a row without its kind; the first is named."""
    rules = load_case_rules()
    less = {name: rule for name, rule in rules.step.items() if name not in {"note", "task"}}
    more = {**rules.step, "zzz": rules.step["note"], "noted": rules.step["note"]}
    for step, named in ((less, "note"), (more, "noted")):
        changed = structs.replace(rules, step=step)
        monkeypatch.setattr(permissions, "read_toml", lambda *_, told=changed: told)
        load_case_rules.cache_clear()
        with raises("casework/step-without-row-or-record", RegistryError, odd=named):
            load_case_rules()
    monkeypatch.undo()
    load_case_rules.cache_clear()


@pytest.mark.parametrize(
    ("head", "kind"),
    [
        (b"", "application/octet-stream"),
        (b"a\tb\r\n\x0c", "text/plain"),
        (b"a b", "text/plain"),
        (b"a\x1fb", "application/octet-stream"),
        (b"ab\xc3", "text/plain"),
        (b"ab\xc3c", "application/octet-stream"),
        (b"ab\xff", "application/octet-stream"),
        (b"\x00\xc3", "application/octet-stream"),
    ],
)
def test_what_may_be_a_text(head: bytes, kind: str) -> None:
    """A letter that is cut at the end may go on; one that is broken does not."""
    assert load_case_rules().type_of(head) == kind
