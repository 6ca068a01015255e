"""Law packs from a publisher: a website, a folder or an archive, verified by The Update Framework.

What is downloaded is used only if it is signed by the keys that the publisher's root names, has not
expired, and is not older than what was seen before. The root is trusted once, by hand.
"""

import hashlib
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory

import httpx
import msgspec
from tuf.api import exceptions as tuf
from tuf.api.metadata import Metadata, Root
from tuf.ngclient import Updater, UpdaterConfig
from tuf.ngclient.fetcher import FetcherInterface

from tidewaiter import __version__
from tidewaiter.base.errors import FetchError, InputError
from tidewaiter.base.files import alone, replacing, writing
from tidewaiter.base.records import Record
from tidewaiter.law.packs import Manifest, packs_folder, sort_key
from tidewaiter.transport.download import connect, open_url

INDEX = "packs.json"
"""The signed list of packs: a target of the repository beside the packs."""

_HERE = "pack://source/"  # address of what is read from a folder or an archive
_WEB = ("https://", "http://")
_SECONDS = 30.0  # without a byte
_PIECE = 1 << 16


class Index(Record, frozen=True, kw_only=True):
    """The packs of a publisher."""

    packs: tuple[Manifest, ...]

    @property
    def newest(self) -> Manifest | None:
        """Return the newest pack; None: there is none."""
        return max(self.packs, key=lambda each: sort_key(each.version), default=None)


class SignedPack(Record, frozen=True, kw_only=True):
    """A pack whose signatures were verified."""

    manifest: Manifest
    content: bytes
    source: str


def pack_name(version: str) -> str:
    """Return the name of a pack's archive in a repository."""
    return f"law-{version}.zip"


def trusted_root() -> str:
    """Return the SHA-256 of the root that is trusted; "": none is."""
    try:
        return hashlib.sha256(_root_file().read_bytes()).hexdigest()
    except FileNotFoundError:
        return ""


def read_root(content: bytes, at: str) -> str:
    """Check a publisher's root; return its SHA-256, to be compared with what the publisher says.

    Raises:
        InputError: Not a root, or not signed by its own keys.
    """
    try:
        root = Metadata[Root].from_bytes(content)
        root.verify_delegate(Root.type, root)
    except (tuf.RepositoryError, ValueError, AttributeError, KeyError) as error:
        raise InputError("transport/not-a-root", at=at) from error
    return hashlib.sha256(content).hexdigest()


def trust_root(content: bytes) -> None:
    """Trust a publisher's root from now on.

    Raises:
        InputError: Another one is trusted.
    """
    known = trusted_root()
    if known and known != hashlib.sha256(content).hexdigest():
        raise InputError("transport/other-root", known=known[:16], at=str(_root_file()))
    with replacing(_root_file(), "law") as part:
        part.write_bytes(content)


def last_source() -> str:
    """Return where the last pack came from; "": there was none."""
    try:
        return (packs_folder() / "source").read_text("utf-8").strip()
    except FileNotFoundError:
        return ""


def fetch_pack(source: str, version: str | None = None) -> SignedPack | None:
    """Fetch a pack and verify it.

    Args:
        source: Address of a repository, https or http; or a folder or a .zip archive with a copy.
        version: Wanted version; None: the newest.

    Returns:
        The pack; None: the repository has none.

    Raises:
        FetchError: It cannot be reached, or has no such version.
        InputError: No root is trusted; or what it has is not signed as it should be, has expired,
            is older than what was seen before, or is damaged.
    """
    if not trusted_root():
        raise InputError("transport/no-trusted-root", at=source)
    with ExitStack() as stack, alone(packs_folder() / "trust", source):
        fetcher, base = _fetcher(source, stack)
        place = packs_folder() / "trust"
        with writing(str(place)):
            (place / "metadata").mkdir(parents=True, exist_ok=True)
        targets = stack.enter_context(TemporaryDirectory())
        try:
            updater = _updater(fetcher, base, targets)
            return _fetch(updater, source, version)
        except tuf.DownloadHTTPError as error:
            raise FetchError(
                "transport/no-packs-there", status=error.status_code, at=source
            ) from error
        except tuf.DownloadError as error:
            raise FetchError("transport/packs-not-reached", error=error, at=source) from error
        except tuf.ExpiredMetadataError as error:
            raise InputError("transport/pack-expired", error=error, at=source) from error
        except (tuf.BadVersionNumberError, tuf.EqualVersionNumberError) as error:
            raise InputError("transport/pack-older", error=error, at=source) from error
        except tuf.RepositoryError as error:
            raise InputError("transport/pack-not-signed", error=error, at=source) from error


def _updater(fetcher: FetcherInterface, base: str, targets: str) -> Updater:
    return Updater(
        metadata_dir=str(packs_folder() / "trust" / "metadata"),
        metadata_base_url=f"{base}metadata/",
        target_dir=targets,
        target_base_url=f"{base}targets/",
        fetcher=fetcher,
        config=UpdaterConfig(app_user_agent=f"tidewaiter/{__version__}"),
        bootstrap=_root_file().read_bytes(),
    )


def _fetch(updater: Updater, source: str, version: str | None) -> SignedPack | None:
    updater.refresh()
    index = _index(_target(updater, INDEX), source)
    known = {each.version: each for each in index.packs}
    manifest = known.get(version) if version else index.newest
    if manifest is None and version:
        raise FetchError("transport/no-such-version", version=version, at=source)
    if manifest is None:
        return None
    content = _target(updater, pack_name(manifest.version))
    with replacing(packs_folder() / "source", "law") as part:
        part.write_text(f"{source}\n", "utf-8")
    return SignedPack(manifest=manifest, content=content, source=source)


def _target(updater: Updater, name: str) -> bytes:
    found = updater.get_targetinfo(name)
    if found is None:
        raise tuf.RepositoryError(f"{name} is not signed")
    return Path(updater.download_target(found)).read_bytes()


def _index(content: bytes, source: str) -> Index:
    try:
        return msgspec.json.decode(content, type=Index)
    except msgspec.MsgspecError as error:
        raise InputError("transport/packs-unreadable", error=error, at=source) from error


def _root_file() -> Path:
    return packs_folder() / "trust" / "root.json"


def _fetcher(source: str, stack: ExitStack) -> tuple[FetcherInterface, str]:
    """Return what reads a source, and the address of its files."""
    if source.startswith(_WEB):
        return _Web(stack.enter_context(connect(_SECONDS))), f"{source.rstrip('/')}/"
    path = Path(source)
    if path.is_dir():
        return _Folder(path), _HERE
    try:
        archive = stack.enter_context(zipfile.ZipFile(path))
    except FileNotFoundError as error:
        raise FetchError("transport/no-source", at=source) from error
    except (OSError, zipfile.BadZipFile) as error:
        raise InputError("transport/source-not-an-archive", at=source) from error
    return _Archive(archive), _HERE


class _Web(FetcherInterface):
    """Reads a website."""

    def __init__(self, http: httpx.Client) -> None:
        self._http = http

    def _fetch(self, url: str) -> Iterator[bytes]:
        try:
            with open_url(self._http, httpx.URL(url), {}) as answer:
                if answer.is_error:
                    raise tuf.DownloadHTTPError(f"status {answer.status_code}", answer.status_code)
                yield from answer.iter_bytes(_PIECE)
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise tuf.DownloadError(str(error) or type(error).__name__) from error


class _Folder(FetcherInterface):
    """Reads a folder, such as one on a stick."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def _fetch(self, url: str) -> Iterator[bytes]:
        try:
            file = (self._folder / url.removeprefix(_HERE)).open("rb")
        except FileNotFoundError as error:
            raise _missing(url) from error
        except OSError as error:
            raise tuf.DownloadError(str(error)) from error
        with file:
            yield from iter(lambda: file.read(_PIECE), b"")


class _Archive(FetcherInterface):
    """Reads a .zip archive of such a folder."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive = archive
        names = archive.namelist()
        ends = (name for name in names if name.endswith("metadata/timestamp.json"))
        self._prefix = min(ends, key=len, default="").removesuffix("metadata/timestamp.json")

    def _fetch(self, url: str) -> Iterator[bytes]:
        try:
            with self._archive.open(self._prefix + url.removeprefix(_HERE)) as file:
                yield from iter(lambda: file.read(_PIECE), b"")
        except KeyError as error:
            raise _missing(url) from error
        except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError) as error:
            raise tuf.DownloadError(str(error)) from error


def _missing(url: str) -> tuf.DownloadHTTPError:
    return tuf.DownloadHTTPError(f"{url.removeprefix(_HERE)} is not there", 404)
