"""Private set intersection: the one place that knows the library.

Diffie-Hellman on P-256 with a Golomb-coded set, as OpenMined's PSI has it; both sides are taken to
keep to the protocol.

Source:
    github.com/OpenMined/PSI, PROTOCOL.md.
"""

from collections.abc import Sequence
from typing import Any

from tidewaiter.base.errors import InputError
from tidewaiter.base.extras import install_command
from tidewaiter.exchange.private.types import FALSE, POINT, SLOTS, Filter

try:
    import private_set_intersection.python as _installed
except ImportError:  # the extra "psi" is not there
    _LIBRARY: Any = None
else:
    _LIBRARY = _installed


def is_there() -> bool:
    """Say whether the extra is installed."""
    return _LIBRARY is not None


def new_secret() -> bytes:
    """Make a secret: for one offer, or for one question.

    Raises:
        InputError: The extra is not installed.
    """
    return bytes(_library().server.CreateWithNewKey(True).GetPrivateKeyBytes())


def make_filter(secret: bytes, keys: Sequence[str], *, chance: float = FALSE) -> Filter:
    """Blind the keys of the holder.

    Args:
        secret: Of this offer.
        keys: Distinct ones.
        chance: That any key of a question that is not there passes for one that is.

    Raises:
        InputError: The extra is not installed.
    """
    library = _library()
    server = library.server.CreateFromKey(secret, True)
    made = server.CreateSetupMessage(chance, SLOTS, list(keys), library.DataStructure.GCS).gcs
    return Filter(divisor=made.div, range=made.hash_range, bits=bytes(made.bits))


def blinded(secret: bytes, keys: Sequence[str]) -> bytes:
    """Blind the keys of the asker, in their order.

    Args:
        secret: Of this question.
        keys: As many as there are.

    Raises:
        InputError: The extra is not installed.
    """
    client = _library().client.CreateFromKey(secret, True)
    return b"".join(client.CreateRequest(list(keys)).encrypted_elements)


def blinded_again(secret: bytes, points: bytes) -> bytes:
    """Blind what the asker blinded, in its order.

    Args:
        secret: Of this offer.
        points: What `blinded` made.

    Raises:
        InputError: The extra is not installed, or something is no point of the curve.
    """
    library = _library()
    asked = library.Request(reveal_intersection=True, encrypted_elements=_apart(points))
    server = library.server.CreateFromKey(secret, True)
    try:
        return b"".join(server.ProcessRequest(asked).encrypted_elements)
    except RuntimeError as error:
        raise InputError("a blinded key is no point of the curve") from error


def found_in(secret: bytes, made: Filter, points: bytes) -> frozenset[int]:
    """Say which of the keys of a question are in a filter.

    Args:
        secret: Of this question.
        made: The filter of the offer; it was checked.
        points: What `blinded_again` made.

    Returns:
        Their places in the question.

    Raises:
        InputError: The extra is not installed, or something is no point of the curve.
    """
    library = _library()
    setup = library.ServerSetup()
    setup.gcs.div, setup.gcs.hash_range, setup.gcs.bits = made.divisor, made.range, made.bits
    told = library.Response(encrypted_elements=_apart(points))
    client = library.client.CreateFromKey(secret, True)
    try:
        return frozenset(client.GetIntersection(setup, told))
    except RuntimeError as error:
        raise InputError("a blinded key is no point of the curve") from error


def _apart(points: bytes) -> list[bytes]:
    return [points[at : at + POINT] for at in range(0, len(points), POINT)]


def _library() -> Any:
    if _LIBRARY is None:
        hint = f"{install_command('psi')} (Linux on x86-64 or macOS, Python to 3.13)"
        raise InputError("private questions need the extra psi", hint=hint)
    return _LIBRARY
