"""Identity: who is at work here, and the key that signs for this installation."""

import getpass
import os
import secrets
import stat
from datetime import UTC, datetime
from pathlib import Path

from platformdirs import user_data_path

from tidewaiter.base.errors import InputError
from tidewaiter.base.files import writing
from tidewaiter.ledger.checkpoints import Checkpoint
from tidewaiter.ledger.notes import SEED, SecretKey
from tidewaiter.store.audit import State
from tidewaiter.store.database import Stamp

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
    if os.name == "posix" and path.stat().st_mode & _OTHERS:
        hint = f"run: chmod 600 {path}; and if anyone may have read it, make a new one"
        raise InputError("others may read the key of this installation", at=str(path), hint=hint)
    try:
        return SecretKey.parse(path.read_text(encoding="utf-8").strip())
    except (InputError, UnicodeDecodeError) as error:
        hint = "restore it from a copy; with another key, what was signed stays valid under the old"
        raise InputError("the file holds no key", at=str(path), hint=hint) from error


def signed_state(key: SecretKey, state: State) -> str:
    """Sign how long the audit is and what it holds; return the signed checkpoint."""
    told = Checkpoint(origin=key.name, size=state.entries, root=state.root)
    return key.sign(str(told))


def _make(path: Path) -> None:
    """Make a key in a new file; another process may be faster."""
    key = SecretKey(name=f"tidewaiter/{secrets.token_hex(_NAME)}", seed=secrets.token_bytes(SEED))
    with writing(str(path)):
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        part = path.with_name(f"{path.name}.{os.getpid()}")
        with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(f"{key.line()}\n")
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(part, path)  # takes the place of nothing that is there
        except FileExistsError:
            pass
        except OSError:  # a disk that knows no links
            part.replace(path)
        finally:
            part.unlink(missing_ok=True)
