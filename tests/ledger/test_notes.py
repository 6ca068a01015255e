"""Signed notes and checkpoints, against the published example and against forgers."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.support.raising import raises

from tidewaiter.base.errors import InputError
from tidewaiter.ledger.proofs import Checkpoint, read_checkpoint
from tidewaiter.ledger.signed_notes import PublicKey, SecretKey, signed_text

# A key and a note as other implementations publish them.
KEY = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k"
NOTE = (
    "This is an example message.\n\n\u2014 example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi"
    "2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n"
)
MINE = SecretKey(name="node/test", seed=bytes(range(32)))
OTHER = SecretKey(name="node/other", seed=bytes(32))
LINES = st.lists(
    st.text(st.characters(codec="utf-8"), min_size=1).filter(str.isprintable), min_size=1
)


def test_a_published_note_is_read() -> None:
    """Others' notes hold, with others' keys."""
    key = PublicKey.parse(KEY)
    assert str(key) == KEY
    assert signed_text(NOTE, (key,)) == ("This is an example message.\n", ("example.com/foo",))


def test_a_published_note_that_was_changed_is_not() -> None:
    """One letter is enough."""
    with raises("ledger/signature-wrong"):
        signed_text(NOTE.replace("example message", "example Message"), (PublicKey.parse(KEY),))


def test_keys_go_there_and_back() -> None:
    """A key is its line."""
    assert SecretKey.parse(MINE.line()) == MINE
    assert PublicKey.parse(str(MINE.public())) == MINE.public()


def test_a_secret_is_not_shown() -> None:
    """Neither in a traceback nor in an error."""
    shown = MINE.line().rpartition("+")[2]
    assert shown not in repr(MINE)
    for parse in (SecretKey.parse, PublicKey.parse):
        with pytest.raises(InputError) as told:
            parse(MINE.line().replace("node/test", "node/best"))
        assert shown not in str(told.value)


@pytest.mark.parametrize(
    "line",
    [
        "",
        "node",
        "node+00000000+AAAA",
        str(MINE.public()).replace("node/test", "node/best"),
        str(MINE.public())[:-1],
        str(MINE.public()).replace("+A", "+B"),
        " +0+0",
        MINE.line(),
    ],
)
def test_what_is_no_key_is_refused(line: str) -> None:
    """Each is reported, with a hint."""
    with pytest.raises(InputError, match="key"):
        PublicKey.parse(line)


@given(LINES)
def test_what_was_signed_holds(lines: list[str]) -> None:
    """For the key that signed, and for no other."""
    text = "".join(f"{line}\n" for line in lines)
    note = MINE.sign(text)
    assert signed_text(note, (OTHER.public(), MINE.public())) == (text, ("node/test",))
    with raises("ledger/not-signed-by-a-known-key"):
        signed_text(note, (OTHER.public(),))
    taken = PublicKey(name="node/test", key=OTHER.public().key)
    with raises("ledger/not-signed-by-a-known-key"):
        signed_text(note, (taken,))


@given(st.data())
def test_no_change_of_a_note_holds(data: st.DataObject) -> None:
    """Whatever byte is changed, the note is refused or says the same."""
    note = MINE.sign("log\n7\nline\n").encode()
    place = data.draw(st.integers(0, len(note) - 1))
    byte = data.draw(st.integers(0, 255))
    changed = note[:place] + bytes([byte]) + note[place + 1 :]
    if changed == note:
        return
    with pytest.raises((InputError, UnicodeDecodeError)):
        signed_text(changed.decode(), (MINE.public(),))


@pytest.mark.parametrize("text", ["", "no end", "a\n\nb\n", "a\tb\n", "\n"])
def test_a_text_that_would_not_hold_is_not_signed(text: str) -> None:
    """An empty line would end the text early."""
    with raises("ledger/note-with-odd-line"):
        MINE.sign(text)


@given(st.integers(0, 10**12), st.binary(min_size=32, max_size=32))
def test_a_checkpoint_goes_there_and_back(size: int, top: bytes) -> None:
    """It is its text."""
    held = Checkpoint(origin="node/test", size=size, root=top, notes=("seen",))
    assert read_checkpoint(str(held)) == held


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "ledger/not-a-checkpoint"),
        ("log\n7\n", "ledger/not-a-checkpoint"),
        ("log\n-7\nAAAA\n", "ledger/not-a-count-of-entries"),
        ("log\n07\nAAAA\n", "ledger/not-a-count-of-entries"),
        ("log\n7\nAAAA\n", "ledger/not-a-hash"),
        ("log\n7\n*\n", "ledger/not-a-hash"),
        ("\n\n\n", "ledger/not-a-checkpoint"),
    ],
)
def test_what_is_no_checkpoint_is_refused(text: str, code: str) -> None:
    """Each is reported, with a hint."""
    with raises(code):
        read_checkpoint(text)
