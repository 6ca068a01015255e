"""Law packs from a publisher: what is signed and newest is taken, everything else is refused."""

import functools
import http.server
import json
import shutil
import threading
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

import pytest
from securesystemslib.signer import CryptoSigner
from tests.support.raising import raises

from tidewaiter.base.errors import FetchError, OutputError
from tidewaiter.law.packs import SETTING, Manifest, packs_folder
from tidewaiter.transport.law_packs.archive import keep_pack
from tidewaiter.transport.law_packs.fetching import (
    SignedPack,
    fetch_pack,
    last_source,
    read_root,
    trust_root,
    trusted_root,
)
from tidewaiter.transport.law_packs.publishing import PackRepository, make_keys, read_keys

NOW = datetime.now(UTC)  # signatures are compared with the computer's clock


class Publisher(NamedTuple):
    """A publisher's repository, and its keys."""

    folder: Path
    keys: Path

    def at(self, now: datetime = NOW) -> PackRepository:
        """Open the repository."""
        return PackRepository(self.folder, read_keys(self.keys, lambda: ""), now)

    def publish(self, version: str, now: datetime = NOW) -> None:
        """Publish the law of the program under a version."""
        self.at(now).publish(Manifest(version=version, made=date(2026, 12, 2)))

    @property
    def root(self) -> bytes:
        """Return the first root."""
        return (self.folder / "metadata" / "1.root.json").read_bytes()


@pytest.fixture(autouse=True)
def _packs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TIDEWAITER_LAW", str(tmp_path / "law"))
    monkeypatch.delenv(SETTING, raising=False)


@pytest.fixture
def publisher(tmp_path: Path) -> Publisher:
    """Create a repository with one pack; two of three root keys sign."""
    made = Publisher(tmp_path / "repository", tmp_path / "keys")
    make_keys(made.keys, 3, "")
    made.at().create(2)
    made.publish("2026.12.02")
    return made


@pytest.fixture
def trusted(publisher: Publisher) -> Publisher:
    """Trust the publisher."""
    trust_root(publisher.root)
    return publisher


def fetched(source: Path | str, version: str | None = None) -> SignedPack:
    """Fetch a pack that must be there."""
    found = fetch_pack(str(source), version)
    assert found is not None
    return found


def test_a_pack_comes_from_a_folder(trusted: Publisher) -> None:
    """It can be unpacked, and its source is remembered."""
    found = fetched(trusted.folder)
    assert found.manifest.version == "2026.12.02"
    assert keep_pack(found.content, "law.zip") == found.manifest
    assert last_source() == str(trusted.folder)


def test_a_pack_comes_from_an_archive(trusted: Publisher, tmp_path: Path) -> None:
    """Whether the archive is of the folder or of what is in it."""
    inside = shutil.make_archive(str(tmp_path / "inside"), "zip", trusted.folder)
    around = shutil.make_archive(
        str(tmp_path / "around"), "zip", tmp_path, trusted.folder.relative_to(tmp_path)
    )
    assert fetched(inside).content == fetched(around).content == fetched(trusted.folder).content


@pytest.fixture
def website(trusted: Publisher) -> Iterator[str]:
    """Serve the repository."""

    class Quiet(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *_: object) -> None:
            return

    handler = functools.partial(Quiet, directory=str(trusted.folder))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def test_a_pack_comes_from_a_website(website: str, trusted: Publisher) -> None:
    """The same bytes; another address there has none."""
    assert fetched(website).content == fetched(trusted.folder).content
    with raises("transport/no-packs-there", FetchError, status=404):
        fetch_pack(f"{website}/elsewhere")


def test_a_server_that_does_not_answer_is_told(trusted: Publisher) -> None:
    """With the address."""
    assert trusted.folder.is_dir()
    with raises("transport/packs-not-reached", FetchError, at="http://127.0.0.1:9"):
        fetch_pack("http://127.0.0.1:9")


def test_nothing_is_fetched_without_a_trusted_root(publisher: Publisher) -> None:
    """However well it is signed."""
    with raises("transport/no-trusted-root"):
        fetch_pack(str(publisher.folder))


def test_a_root_is_trusted_once(publisher: Publisher, tmp_path: Path) -> None:
    """Another publisher's root does not replace it, and a broken one is none."""
    assert trusted_root() == ""
    trust_root(publisher.root)
    assert trusted_root() == read_root(publisher.root, "root.json")
    trust_root(publisher.root)
    other = Publisher(tmp_path / "other", tmp_path / "other-keys")
    make_keys(other.keys, 1, "")
    other.at().create(1)
    with raises("transport/other-root"):
        trust_root(other.root)
    told = json.loads(publisher.root)
    told["signed"]["expires"] = "2099-01-01T00:00:00Z"
    for content in (b"", b"{}", publisher.root[:-40], json.dumps(told).encode()):
        with raises("transport/not-a-root", at="root.json"):
            read_root(content, "root.json")


def test_the_newest_pack_is_taken_or_the_version_asked_for(trusted: Publisher) -> None:
    """A version that was never published is not there."""
    trusted.publish("2026.12.02.1")
    trusted.publish("2027.01.15")
    assert fetched(trusted.folder).manifest.version == "2027.01.15"
    assert fetched(trusted.folder, "2026.12.02.1").manifest.version == "2026.12.02.1"
    with raises("transport/no-such-version", FetchError, version="2026.12.24"):
        fetch_pack(str(trusted.folder), "2026.12.24")


def test_an_empty_repository_has_no_pack(tmp_path: Path) -> None:
    """That is no error."""
    empty = Publisher(tmp_path / "repository", tmp_path / "keys")
    make_keys(empty.keys, 1, "")
    empty.at().create(1)
    trust_root(empty.root)
    assert fetch_pack(str(empty.folder)) is None


def test_a_changed_pack_is_refused(trusted: Publisher) -> None:
    """One byte is enough."""
    (pack,) = (trusted.folder / "targets").glob("*.law-2026.12.02.zip")
    content = bytearray(pack.read_bytes())
    content[1000] ^= 1
    pack.write_bytes(content)
    with raises("transport/pack-not-signed"):
        fetch_pack(str(trusted.folder))


@pytest.mark.parametrize("role", ["timestamp", "snapshot", "targets"])
def test_changed_metadata_are_refused(trusted: Publisher, role: str) -> None:
    """Whatever is changed in them, as nobody has signed it."""
    for file in (trusted.folder / "metadata").glob(f"*{role}.json"):
        told = json.loads(file.read_bytes())
        told["signed"]["expires"] = "2099-01-01T00:00:00Z"
        file.write_text(json.dumps(told))
    with raises("transport/pack-not-signed"):
        fetch_pack(str(trusted.folder))


def test_an_older_copy_is_refused(trusted: Publisher, tmp_path: Path) -> None:
    """After a newer one was seen, as a withdrawn listing could be brought back with it."""
    old = shutil.copytree(trusted.folder, tmp_path / "old")
    trusted.publish("2026.12.03")
    assert fetched(trusted.folder).manifest.version == "2026.12.03"
    with raises("transport/pack-older"):
        fetch_pack(str(old))


def test_an_expired_copy_is_refused_and_a_refreshed_one_taken(tmp_path: Path) -> None:
    """The key that is online is enough to refresh it."""
    late = Publisher(tmp_path / "repository", tmp_path / "keys")
    make_keys(late.keys, 1, "")
    then = NOW - timedelta(days=91)
    late.at(then).create(1)
    late.publish("2026.09.01", then)
    trust_root(late.root)
    with raises("transport/pack-expired"):
        fetch_pack(str(late.folder))
    for name in ("root-1", "targets"):
        (late.keys / f"{name}.pem").unlink()
    done = late.at().refresh()
    assert done.packs == ("2026.09.01",)
    assert done.expires > (NOW + timedelta(days=80)).replace(tzinfo=done.expires.tzinfo)
    assert fetched(late.folder).manifest.version == "2026.09.01"


def _online(keys: Path) -> None:
    (keys / "online.pem").unlink()
    make_keys(keys / "new", 1, "")
    shutil.move(keys / "new" / "online.pem", keys)
    shutil.rmtree(keys / "new")


def test_a_lost_key_is_replaced_by_a_new_root(trusted: Publisher) -> None:
    """Those who trust the first root follow; a thief's old key counts no more."""
    stolen = read_keys(trusted.keys, lambda: "")
    assert fetched(trusted.folder)
    _online(trusted.keys)
    assert trusted.at().renew_root().name == "2.root.json"
    trusted.publish("2026.12.03")
    assert fetched(trusted.folder).manifest.version == "2026.12.03"
    keys = {**read_keys(trusted.keys, lambda: ""), "online": stolen["online"]}
    PackRepository(trusted.folder, keys, NOW).refresh()
    with raises("transport/pack-not-signed"):
        fetch_pack(str(trusted.folder))


def test_a_root_needs_as_many_keys_as_it_says(trusted: Publisher) -> None:
    """One of three is too few; two are enough."""
    (trusted.keys / "root-1.pem").rename(trusted.keys / "away")
    (trusted.keys / "root-2.pem").rename(trusted.keys / "far")
    with raises("transport/too-few-root-keys", held=1, threshold=2):
        trusted.at().renew_root()
    (trusted.keys / "far").rename(trusted.keys / "root-2.pem")
    trusted.at().renew_root()
    assert fetched(trusted.folder)


def test_keys_are_private_and_may_be_encrypted(tmp_path: Path) -> None:
    """Only their owner reads them; a wrong passphrase does not open them."""
    files = make_keys(tmp_path / "keys", 2, "tide")
    assert [file.name for file in files] == [
        "root-1.pem",
        "root-2.pem",
        "targets.pem",
        "online.pem",
    ]
    assert {file.stat().st_mode & 0o777 for file in files} == {0o600}
    assert all(b"ENCRYPTED" in file.read_bytes() for file in files)
    found = read_keys(tmp_path / "keys", lambda: "tide")
    assert all(isinstance(signer, CryptoSigner) for signer in found.values())
    with raises("transport/key-unreadable"):
        read_keys(tmp_path / "keys", lambda: "ebb")
    with raises("base/folder-not-empty", OutputError):
        make_keys(tmp_path / "keys", 1, "")
    (tmp_path / "none").mkdir()
    with raises("transport/no-keys"):
        read_keys(tmp_path / "none", lambda: "")


@pytest.mark.parametrize("version", ["2026.12.02", "2026.11.30"])
def test_a_version_is_published_once_and_in_order(trusted: Publisher, version: str) -> None:
    """What was published is never changed."""
    with raises("transport/version-exists", version=version, newest="2026.12.02"):
        trusted.publish(version)


def test_what_is_no_repository_is_refused(trusted: Publisher, tmp_path: Path) -> None:
    """A missing key, a missing folder, or a file that is no archive."""
    (trusted.keys / "targets.pem").unlink()
    with raises("transport/no-key-of-role", role="targets"):
        trusted.publish("2026.12.03")
    with raises("transport/not-a-repository"):
        Publisher(tmp_path / "empty", trusted.keys).at().refresh()
    with raises("transport/no-source", FetchError):
        fetch_pack(str(tmp_path / "nowhere.zip"))
    (tmp_path / "text.zip").write_text("no archive")
    with raises("transport/source-not-an-archive"):
        fetch_pack(str(tmp_path / "text.zip"))


@pytest.mark.parametrize(
    ("pattern", "code"),
    [
        ("targets/*.law-2026.12.02.zip", "transport/no-packs-there"),
        ("metadata/timestamp.json", "transport/no-packs-there"),
    ],
)
def test_an_incomplete_copy_is_refused(trusted: Publisher, pattern: str, code: str) -> None:
    """A file that is missing on a stick; nothing is kept of it."""
    next(trusted.folder.glob(pattern)).unlink()
    with raises(code, FetchError):
        fetch_pack(str(trusted.folder))
    assert not (packs_folder() / "packs").exists()


def test_cut_metadata_are_refused(trusted: Publisher) -> None:
    """Not a fault of the program."""
    (trusted.folder / "metadata" / "timestamp.json").write_text("{")
    with raises("transport/pack-not-signed"):
        fetch_pack(str(trusted.folder))
