"""Publishing law packs: a repository of The Update Framework, as plain files, and its keys.

    REPOSITORY/metadata/    root, targets, snapshot and timestamp, signed
    REPOSITORY/targets/     packs, and the list of packs
    KEYS/root-N.pem         each kept apart and offline: they say which other keys count
    KEYS/targets.pem        signs packs
    KEYS/online.pem         signs that the repository is current: snapshot and timestamp

The folder is served by any web server, or copied to a stick.
"""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

import msgspec
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from securesystemslib.signer import CryptoSigner, SSlibKey
from tuf.api.metadata import (
    Metadata,
    MetaFile,
    Root,
    Snapshot,
    TargetFile,
    Targets,
    Timestamp,
)

from tidewaiter.base.errors import InputError
from tidewaiter.base.files import check_folder, private, replacing, writing
from tidewaiter.base.records import Record
from tidewaiter.law.packs import Manifest, pack_root, sort_key
from tidewaiter.transport.law_packs.archive import pack_of
from tidewaiter.transport.law_packs.fetching import INDEX, Index, pack_name

_DAYS = {"root": 730, "targets": 365, "snapshot": 90, "timestamp": 90}
_ONLINE = ("snapshot", "timestamp")

S = TypeVar("S", Root, Snapshot, Targets)


class Published(Record, frozen=True, kw_only=True):
    """State of a repository after a change."""

    packs: tuple[str, ...]  # versions, newest first
    expires: datetime  # when it must have been renewed, UTC


def make_keys(folder: Path, roots: int, passphrase: str) -> tuple[Path, ...]:
    """Make the keys of a publisher, Ed25519, each in a file that its owner alone can read.

    Args:
        folder: New or empty.
        roots: Number of root keys.
        passphrase: Encrypts the files; "": they are not encrypted.

    Returns:
        The files.

    Raises:
        OutputError: The folder is not empty, or not writable.
    """
    check_folder(folder)
    names = [*(f"root-{number}" for number in range(1, roots + 1)), "targets", "online"]
    how: serialization.KeySerializationEncryption = serialization.NoEncryption()
    if passphrase:
        how = serialization.BestAvailableEncryption(passphrase.encode())
    files = tuple(folder / f"{name}.pem" for name in names)
    with private(), writing(str(folder)):
        folder.mkdir(parents=True, exist_ok=True)
        for file in files:
            key = Ed25519PrivateKey.generate()
            form = serialization.PrivateFormat.PKCS8
            file.write_bytes(key.private_bytes(serialization.Encoding.PEM, form, how))
    return files


def read_keys(folder: Path, passphrase: Callable[[], str]) -> dict[str, CryptoSigner]:
    """Read the keys that are in a folder: root keys may be elsewhere.

    Args:
        folder: With files .pem.
        passphrase: Asked for if one is encrypted.

    Returns:
        The signers, by the name of the file.

    Raises:
        InputError: No key, or one cannot be read with the passphrase.
    """
    found, secret = {}, None
    for file in sorted(folder.glob("*.pem")):
        content = file.read_bytes()
        if b"ENCRYPTED" in content and secret is None:
            secret = passphrase().encode()
        try:
            key = serialization.load_pem_private_key(
                content, secret if b"ENCRYPTED" in content else None
            )
        except (ValueError, TypeError) as error:
            raise InputError("transport/key-unreadable", at=str(file)) from error
        found[file.stem] = CryptoSigner(key, SSlibKey.from_crypto(key.public_key()))
    if not found:
        raise InputError("transport/no-keys", at=str(folder))
    return found


class PackRepository:
    """A repository in a folder."""

    def __init__(self, folder: Path, keys: dict[str, CryptoSigner], now: datetime) -> None:
        """Open or create a repository.

        Args:
            folder: Of the repository.
            keys: Signers by name.
            now: Current time, UTC.
        """
        self._metadata = folder / "metadata"
        self._targets = folder / "targets"
        self._folder, self._keys = folder, keys
        self._now = now.replace(microsecond=0, tzinfo=None)

    def create(self, threshold: int) -> Path:
        """Create it with its first root; return the file of that root.

        Args:
            threshold: Number of root keys that must sign a root.

        Raises:
            InputError: Too few root keys, or the repository exists.
        """
        roots = self._roots()
        if len(roots) < threshold:
            raise InputError("transport/too-few-root-keys", held=len(roots), threshold=threshold)
        check_folder(self._folder)
        with writing(str(self._folder)):
            self._metadata.mkdir(parents=True)
            self._targets.mkdir()
        root = Root(version=1, expires=self._until("root"), consistent_snapshot=True)
        self._name_keys(root, roots, threshold)
        self._write("root", Metadata(root), roots)
        self._write(
            "targets", Metadata(Targets(expires=self._until("targets"))), self._of("targets")
        )
        self._publish_list(())
        return self._metadata / "1.root.json"

    def renew_root(self) -> Path:
        """Sign a new root with the keys that are here, by the old keys and by the new ones.

        A key file that was replaced in the folder replaces that key.

        Raises:
            InputError: Too few of the old or of the new root keys are here.
        """
        old = self._newest("root", Root)
        root = Metadata[Root].from_bytes(old.to_bytes()).signed
        threshold = root.roles["root"].threshold
        signers = self._roots()
        held = [each for each in signers if each.public_key.keyid in root.roles["root"].keyids]
        if len(held) < threshold:
            raise InputError("transport/too-few-root-keys", held=len(held), threshold=threshold)
        for role in root.roles.values():
            for keyid in list(role.keyids):
                role.keyids.remove(keyid)
        root.keys.clear()
        root.version += 1
        root.expires = self._until("root")
        self._name_keys(root, signers, threshold)
        self._write("root", Metadata(root), signers)
        self._resign()
        return self._metadata / f"{root.version}.root.json"

    def publish(self, manifest: Manifest) -> Published:
        """Pack the facts in use, and publish them under a version.

        Raises:
            InputError: The version exists, or is older than the newest one.
        """
        known = self._list()
        newest = Index(packs=known).newest
        if newest and sort_key(manifest.version) <= sort_key(newest.version):
            raise InputError(
                "transport/version-exists", version=manifest.version, newest=newest.version
            )
        self._add(pack_name(manifest.version), pack_of(pack_root(), manifest))
        return self._publish_list((*known, manifest))

    def refresh(self) -> Published:
        """Say again that the repository is current, with the key that is online."""
        return self._snapshot()

    def _publish_list(self, packs: Sequence[Manifest]) -> Published:
        self._add(INDEX, msgspec.json.encode(Index(packs=tuple(packs))))
        return self._snapshot()

    def _resign(self) -> None:
        """Sign the rest again, as its keys may have changed."""
        targets = self._newest("targets", Targets)
        targets.signed.version += 1
        targets.signed.expires = self._until("targets")
        self._write("targets", targets, self._of("targets"))
        self._snapshot()

    def _add(self, name: str, content: bytes) -> None:
        """Add or replace a target."""
        file = TargetFile.from_data(name, content, ["sha256"])
        with replacing(self._targets / f"{file.hashes['sha256']}.{name}", "law") as part:
            part.write_bytes(content)
        targets = self._newest("targets", Targets)
        targets.signed.targets[name] = file
        targets.signed.version += 1
        targets.signed.expires = self._until("targets")
        self._write("targets", targets, self._of("targets"))

    def _snapshot(self) -> Published:
        """Sign the present state, and its time."""
        targets = self._newest("targets", Targets).signed
        place = self._metadata / "timestamp.json"
        last = Metadata[Timestamp].from_file(str(place)).signed.version if place.is_file() else 0
        snapshot = Snapshot(
            version=last + 1,
            expires=self._until("snapshot"),
            meta={"targets.json": MetaFile(version=targets.version)},
        )
        self._write("snapshot", Metadata(snapshot), self._of("online"))
        timestamp = Timestamp(
            version=last + 1,
            expires=self._until("timestamp"),
            snapshot_meta=MetaFile(version=snapshot.version),
        )
        self._write("timestamp", Metadata(timestamp), self._of("online"))
        versions = sorted((each.version for each in self._list()), key=sort_key, reverse=True)
        ends = (targets.expires, snapshot.expires, timestamp.expires)
        root = self._newest("root", Root).signed.expires
        return Published(packs=tuple(versions), expires=min(*ends, root))

    def _list(self) -> tuple[Manifest, ...]:
        targets = self._newest("targets", Targets).signed.targets
        if INDEX not in targets:
            return ()
        file = self._targets / f"{targets[INDEX].hashes['sha256']}.{INDEX}"
        return msgspec.json.decode(file.read_bytes(), type=Index).packs

    def _newest(self, role: str, kind: type[S]) -> Metadata[S]:
        """Return the newest metadata of a role.

        Raises:
            InputError: Not a repository.
        """
        files = self._metadata.glob(f"*.{role}.json")
        newest = max(files, key=lambda file: int(file.name.partition(".")[0]), default=None)
        if newest is None:
            raise InputError("transport/not-a-repository", at=str(self._folder))
        found = Metadata.from_file(str(newest))
        if not isinstance(found.signed, kind):
            raise InputError("transport/not-a-repository", at=str(newest))
        return found

    def _write(self, role: str, metadata: Metadata[Any], signers: Sequence[CryptoSigner]) -> None:
        metadata.signatures.clear()
        for signer in signers:
            metadata.sign(signer, append=True)
        prefix = "" if role == "timestamp" else f"{metadata.signed.version}."
        with replacing(self._metadata / f"{prefix}{role}.json", "law") as part:
            part.write_bytes(metadata.to_bytes())

    def _name_keys(self, root: Root, roots: Sequence[CryptoSigner], threshold: int) -> None:
        for signer in roots:
            root.add_key(signer.public_key, "root")
        root.roles["root"].threshold = threshold
        root.add_key(self._of("targets")[0].public_key, "targets")
        for role in _ONLINE:
            root.add_key(self._of("online")[0].public_key, role)

    def _roots(self) -> list[CryptoSigner]:
        return [signer for name, signer in self._keys.items() if name.startswith("root")]

    def _of(self, name: str) -> list[CryptoSigner]:
        if name not in self._keys:
            raise InputError("transport/no-key-of-role", role=name)
        return [self._keys[name]]

    def _until(self, role: str) -> datetime:
        return self._now + timedelta(days=_DAYS[role])
