"""Backups: a node's database and keys in one encrypted file."""

import tarfile
import tempfile
from pathlib import Path

import pyrage

from tidewaiter.base.errors import InputError
from tidewaiter.base.files import replacing, writing
from tidewaiter.store.core.database import copy_database, database_file

_DATABASE, _RING, _KEY = "node.db", "node.ring", "node.key"
_NAMES = (_DATABASE, _RING, _KEY)


def make_backup(db: str, ring: Path, key: Path, recipient: str, out: Path) -> None:
    """Write a backup of a running node.

    Args:
        db: Its SQLite database.
        ring: Key ring file.
        key: Key file of the installation.
        recipient: age public key that can decrypt it, "age1...".
        out: Output file.

    Raises:
        InputError: Invalid key, or the database is on a server.
        OutputError: The file cannot be written.
    """
    reader = _recipient(recipient)
    place = database_file(db)
    if place is None:
        raise InputError("transport/postgresql-not-copied")
    with tempfile.TemporaryDirectory(prefix="tidewaiter-", dir=place.parent) as name:
        folder = Path(name)  # private, and not on removable storage
        copy_database(place, folder / _DATABASE)
        whole = folder / "backup.tar"
        with writing(str(out)), tarfile.open(whole, "w") as tar:
            for place, inside in ((folder / _DATABASE, _DATABASE), (ring, _RING), (key, _KEY)):
                tar.add(place, inside)
        with (
            replacing(out, "backup", mode=0o600) as part,
            whole.open("rb") as read,
            part.open("wb") as write,
        ):
            pyrage.encrypt_io(read, write, [reader])


def restore_backup(path: Path, identity: Path, db: Path, ring: Path, key: Path) -> None:
    """Restore a node from a backup; never overwrites one.

    Messages sealed after the backup are requested from its peers when it serves again.

    Args:
        path: The backup.
        identity: File of the age secret key.
        db: Target of the database.
        ring: Target of the key ring.
        key: Target of the installation's key.

    Raises:
        InputError: Wrong key, not a backup, or a node exists already.
        OutputError: A target cannot be written.
    """
    places = dict(zip(_NAMES, (db, ring, key), strict=True))
    for place in places.values():
        if place.exists():
            raise InputError("transport/something-stands-there", at=str(place))
    with tempfile.TemporaryDirectory(prefix="tidewaiter-", dir=db.parent) as name:
        whole = Path(name) / "backup.tar"
        _decrypt(path, identity, whole)
        with writing(str(db)), tarfile.open(whole) as tar:
            members = {each.name: each for each in tar.getmembers() if each.isfile()}
            if sorted(members) != sorted(_NAMES):
                raise InputError("transport/not-a-backup", at=str(path))
            for inside, place in places.items():
                member = tar.extractfile(members[inside])
                if member is None:
                    raise InputError("transport/not-a-backup", at=str(path))
                with replacing(place, "restored", mode=0o600) as part, part.open("wb") as write:
                    while piece := member.read(1 << 20):
                        write.write(piece)


def new_identity() -> tuple[str, str]:
    """Generate a backup key pair: the secret, to be stored elsewhere, and the public key."""
    made = pyrage.x25519.Identity.generate()
    return str(made), str(made.to_public())


def _recipient(text: str) -> pyrage.x25519.Recipient:
    try:
        return pyrage.x25519.Recipient.from_str(text.strip())
    except pyrage.RecipientError as error:
        raise InputError("transport/not-an-age-key") from error


def _decrypt(path: Path, identity: Path, whole: Path) -> None:
    lines = identity.read_text(encoding="utf-8").splitlines()
    secret = next((line for line in lines if line.startswith("AGE-SECRET-KEY-")), "")
    try:
        key = pyrage.x25519.Identity.from_str(secret)
        with writing(str(whole)), path.open("rb") as read, whole.open("wb") as write:
            pyrage.decrypt_io(read, write, [key])
    except (pyrage.DecryptError, pyrage.IdentityError) as error:
        raise InputError("transport/backup-does-not-open", at=str(path)) from error
