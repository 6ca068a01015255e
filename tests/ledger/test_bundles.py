"""Bundles: whatever is changed, added or taken away in one is found."""

import io
import zipfile
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.support.raising import raises

from tidewaiter.base.errors import InputError
from tidewaiter.ledger.bundles import (
    MANIFEST,
    Manifest,
    Member,
    Source,
    member_bytes,
    open_bundle,
    read_manifest,
    source_of,
    write_bundle,
)
from tidewaiter.ledger.signed_notes import SecretKey

MINE = SecretKey(name="node/test", seed=bytes(range(32)))
OTHER = SecretKey(name="node/test", seed=bytes(32))
FILES = {"case.json": b'{"number":7}', "files/12.pdf": b"%PDF-1.7\n\x00\xff", "empty.txt": b""}
MADE = "2026-03-01T12:00:00.000000+00:00"
NAMES = st.from_regex(r"[a-z][a-z0-9._-]{0,8}(/[a-z0-9][a-z0-9]{0,4})?", fullmatch=True)


def _bundle(files: dict[str, bytes] | None = None, key: SecretKey = MINE) -> bytes:
    out = io.BytesIO()
    told = FILES if files is None else files
    sources = [source_of(name, body) for name, body in told.items()]
    write_bundle(out, sources, key, of="case 7", made=MADE)
    return out.getvalue()


def _problems(bundle: bytes) -> dict[str, str]:
    """Return the parts that do not hold, or what it was refused for."""
    try:
        opened = open_bundle(io.BytesIO(bundle), [MINE.public()])
    except InputError as error:
        return {"refused": error.message}
    found = {part.name: part.says for part in opened.parts if not part.holds}
    return found if found or opened.named else {"key": "another"}


WHOLE = _bundle()


def test_a_bundle_holds_and_any_program_opens_it() -> None:
    """What was put in comes out, by us and by others."""
    assert _problems(WHOLE) == {}
    opened = open_bundle(io.BytesIO(WHOLE), [MINE.public()])
    assert opened.manifest.of == "case 7"
    with zipfile.ZipFile(io.BytesIO(WHOLE)) as others:
        assert others.testzip() is None
        assert others.namelist() == [MANIFEST, *sorted(FILES)]
        for name, body in FILES.items():
            assert others.read(name) == body
            assert member_bytes(io.BytesIO(WHOLE), opened, name, most=100) == body
    with raises("ledger/file-too-large", size=12):
        member_bytes(io.BytesIO(WHOLE), opened, "case.json", most=5)
    with raises("ledger/not-in-the-bundle"):
        member_bytes(io.BytesIO(WHOLE), opened, "other", most=5)


@given(files=st.dictionaries(NAMES, st.binary(max_size=40), max_size=5))
def test_bundles_of_the_same_files_are_alike(files: dict[str, bytes]) -> None:
    """In whatever order they are given."""
    one = _bundle(files)
    assert one == _bundle(dict(reversed(files.items())))
    assert _problems(one) == {}


@given(place=st.integers(0, len(WHOLE) - 1), change=st.integers(1, 255))
def test_any_changed_byte_is_found(place: int, change: int) -> None:
    """Wherever it stands: in a file, the manifest, the signature or the ZIP around them."""
    changed = bytearray(WHOLE)
    changed[place] ^= change
    assert _problems(bytes(changed))


def test_each_bit_counts() -> None:
    """No byte of a bundle is beyond what is checked."""
    for place in range(len(WHOLE)):
        changed = bytearray(WHOLE)
        changed[place] ^= 1
        assert _problems(bytes(changed)), place


@given(place=st.integers(0, len(WHOLE)), more=st.binary(min_size=1, max_size=60))
def test_any_added_byte_is_found(place: int, more: bytes) -> None:
    """Before, between and behind the files."""
    assert _problems(WHOLE[:place] + more + WHOLE[place:])


@given(place=st.integers(0, len(WHOLE) - 1), count=st.integers(1, 400))
def test_any_missing_byte_is_found(place: int, count: int) -> None:
    """Cut off at the end, or cut out of the middle."""
    assert _problems(WHOLE[:place] + WHOLE[place + count :])


def _zipped(change: Callable[[zipfile.ZipFile], None], *, skip: str = "") -> bytes:
    """Write the files of the bundle by another program, and something more."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(WHOLE)) as old, zipfile.ZipFile(out, "w") as new:
        for info in old.infolist():
            if info.filename != skip:
                new.writestr(info, old.read(info))
        change(new)
    return out.getvalue()


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_what_is_wrong_is_named() -> None:
    """Missing, added, duplicate and changed files, and a rewritten ZIP."""
    said = _problems(_zipped(lambda _: None, skip="case.json"))
    assert said["files"] == "missing: case.json"
    said = _problems(_zipped(lambda new: new.writestr("more.txt", "x")))
    assert said["files"] == "added: more.txt"
    said = _problems(_zipped(lambda new: new.writestr("case.json", "x")))
    assert said["files"] == "twice: case.json; changed: case.json"
    said = _problems(WHOLE.replace(b'"number":7', b'"number":8'))
    assert said["files"] == "changed: case.json"
    said = _problems(WHOLE + b"x")
    assert said == {"container": "changed behind the last file"}


def test_a_bomb_is_not_unpacked() -> None:
    """A file that says that it unpacks to very much is not read beyond what the manifest tells."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(WHOLE)) as old, zipfile.ZipFile(out, "w") as new:
        for info in old.infolist():
            if info.filename == "case.json":
                new.writestr("case.json", bytes(1 << 24), zipfile.ZIP_DEFLATED)
            else:
                new.writestr(info, old.read(info))
    assert _problems(out.getvalue())["files"] == "changed: case.json"


def test_a_bundle_of_another_key() -> None:
    """It is consistent, and reported as signed by an untrusted key."""
    opened = open_bundle(io.BytesIO(_bundle(key=OTHER)), [MINE.public()])
    assert all(part.holds for part in opened.parts)
    assert not opened.named
    assert "that you did not name" in opened.parts[0].says
    assert str(OTHER.public()) in opened.parts[0].says


def test_a_second_signature_is_not_let_in() -> None:
    """The manifest has one signature; another line would add unsigned bytes."""
    opened = open_bundle(io.BytesIO(WHOLE), [])
    more = opened.note + OTHER.sign(str(opened.manifest)).rpartition("\n\n")[2]
    bundle = WHOLE.replace(opened.note.encode(), more.encode())
    assert _problems(bundle)


@pytest.mark.parametrize("name", ["../up", "/root", "a//b", "a/../b", "MANIFEST", "a b", "ä", ""])
def test_names_stay_in_the_bundle(name: str) -> None:
    """A name that could lead out of it, or is none, is neither written nor read."""
    with pytest.raises(InputError):
        _bundle({name: b"x"})
    member = Member(name=name, size=1, sha256="0" * 64)
    manifest = Manifest(of="x", made=MADE, key=MINE.public(), members=(member,))
    with pytest.raises(InputError):
        read_manifest(str(manifest))


def test_bytes_that_are_not_as_told_are_not_written() -> None:
    """A bundle does not come to be where the bytes in the database were changed."""
    member = source_of("a", b"seal 17").member
    source = Source(member=member, parts=lambda: (b"seal", b" 71"))
    with raises("ledger/bytes-changed"):
        write_bundle(io.BytesIO(), [source], MINE, of="case 7", made=MADE)


def test_a_bundle_that_is_too_large_is_refused_before_it_is_written() -> None:
    """A ZIP of this kind ends at four gigabytes."""
    member = Member(name="a", size=2**32 - 2**24, sha256="0" * 64)
    out = io.BytesIO()
    with raises("ledger/bundle-too-large"):
        write_bundle(out, [Source(member=member, parts=list)], MINE, of="case 7", made=MADE)
    assert out.getvalue() == b""
