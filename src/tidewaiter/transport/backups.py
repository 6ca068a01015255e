"""Backups: a node's database and keys in one file that only the holder of another key can read."""

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
    """Write a backup of a node; it goes on serving meanwhile.

    Args:
        db: Its database, of SQLite.
        ring: The file of its keys.
        key: The file of the key of the installation.
        recipient: Who can read it: a public key of age, "age1...".
        out: The file.

    Raises:
        InputError: The key is none, or the database is on a server.
        OutputError: The file cannot be written.
    """
    reader = _recipient(recipient)
    place = database_file(db)
    if place is None:
        raise InputError("transport/postgresql-not-copied")
    with tempfile.TemporaryDirectory(prefix="tidewaiter-", dir=place.parent) as name:
        folder = Path(name)  # for its owner alone, and on no disk that is carried away
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
    """Restore a node from a backup, where none is.

    What was sealed after the backup is asked of its peers when it serves again.

    Args:
        path: The backup.
        identity: A file of the secret key of age that reads it.
        db: Where the database goes.
        ring: Where the keys go.
        key: Where the key of the installation goes.

    Raises:
        InputError: The key does not open it, it is no backup, or a node is there already.
        OutputError: Something cannot be written.
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
    """Make a key for backups: the secret half, to be kept away from the node, and the public."""
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
