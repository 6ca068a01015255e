"""Identity: who is at work here, and the key that signs for this installation."""

import getpass
import os
import secrets
import stat
from datetime import UTC, datetime
from pathlib import Path

import msgspec
from platformdirs import user_data_path

from tidewaiter.base.errors import InputError, OutputError
from tidewaiter.base.files import writing
from tidewaiter.exchange.protocol.keyring import Ring
from tidewaiter.ledger.proofs import Checkpoint
from tidewaiter.ledger.signed_notes import SEED, SecretKey
from tidewaiter.store.audit import State
from tidewaiter.store.core.database import Stamp

_OTHERS = stat.S_IRWXG | stat.S_IRWXO
_NAME = 8  # bytes of a name, which says nothing of who runs the installation


def own_stamp() -> Stamp:
    """Say who does something, and when: the user of this machine, now."""
    return Stamp(who=getpass.getuser(), at=datetime.now(UTC))


def key_file() -> Path:
    """Return where the key is kept: TIDEWAITER_KEY, or else the place for a user's data."""
    named = os.environ.get("TIDEWAITER_KEY")
    return Path(named) if named else user_data_path("tidewaiter") / "node.key"


def own_key(path: Path) -> SecretKey:
    """Read the key of this installation; make one where there is none yet.

    Args:
        path: Of its file.

    Raises:
        InputError: The file holds no key, or others may read it.
        OutputError: It cannot be written.
    """
    if not path.exists():
        _make(path)
    _check_alone(path)
    try:
        return SecretKey.parse(path.read_text(encoding="utf-8").strip())
    except (InputError, UnicodeDecodeError) as error:
        raise InputError("node/log-key-unreadable", at=str(path)) from error


def signed_state(key: SecretKey, state: State) -> str:
    """Sign how long the audit is and what it holds; return the signed checkpoint."""
    told = Checkpoint(origin=key.name, size=state.entries, root=state.root)
    return key.sign(str(told))


def _make(path: Path) -> None:
    """Make a key in a new file; another process may be faster."""
    key = SecretKey(name=f"tidewaiter/{secrets.token_hex(_NAME)}", seed=secrets.token_bytes(SEED))
    with writing(str(path)):
        part = _written(path, f"{key.line()}\n")
        try:
            os.link(part, path)  # takes the place of nothing that is there
        except FileExistsError:
            pass
        except OSError:  # a disk that knows no links
            part.replace(path)
        finally:
            part.unlink(missing_ok=True)


def ring_file() -> Path:
    """Return where the keys of the exchange are kept: beside the key of the installation."""
    return key_file().with_suffix(".ring")


def own_ring(path: Path) -> Ring | None:
    """Read the keys by which this node exchanges; None: it has none yet.

    Raises:
        InputError: The file holds no keys, or others may read it.
    """
    if not path.exists():
        return None
    _check_alone(path)
    try:
        return msgspec.json.decode(path.read_bytes(), type=Ring)
    except msgspec.MsgspecError as error:
        raise InputError("node/file-without-node-keys", at=str(path)) from error


def keep_ring(path: Path, ring: Ring) -> None:
    """Write the keys by which this node exchanges; they are whole on the disk before this ends.

    Raises:
        OutputError: They cannot be written.
    """
    with writing(str(path)):
        _written(path, msgspec.json.encode(ring).decode()).replace(path)
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


def write_secret(path: Path, held: bytes) -> None:
    """Write a secret in hexadecimal into a new file that its owner alone can read.

    Raises:
        OutputError: Something stands there, or it cannot be written.
    """
    write_secret_text(path, held.hex())


def write_secret_text(path: Path, text: str) -> None:
    """Write a line that is a secret into a new file that its owner alone can read.

    Raises:
        OutputError: Something stands there, or it cannot be written.
    """
    if path.exists():
        raise OutputError("node/something-stands-there", at=str(path))
    with writing(str(path)):
        _written(path, f"{text}\n").replace(path)


def read_secret(path: Path) -> bytes:
    """Read what `write_secret` wrote, shape (32,).

    Raises:
        InputError: It holds no secret.
    """
    try:
        held = bytes.fromhex(path.read_text(encoding="utf-8").strip())
    except ValueError as error:
        raise InputError("node/file-without-key", at=str(path)) from error
    if len(held) != SEED:
        raise InputError("node/file-without-key", at=str(path))
    return held


def _check_alone(path: Path) -> None:
    """Check that nobody else can read a file of keys.

    Raises:
        InputError: Others can.
    """
    if os.name == "posix" and path.stat().st_mode & _OTHERS:
        raise InputError("node/key-readable-by-others", path=path, at=str(path))


def _written(path: Path, text: str) -> Path:
    """Write a secret text to the disk beside its place, for its owner alone; return where."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    part = path.with_name(f"{path.name}.{os.getpid()}")
    part.unlink(missing_ok=True)
    with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    return part
