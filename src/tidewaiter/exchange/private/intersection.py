"""Private set intersection of parties that are written as keys.

Diffie-Hellman on P-256 with a Golomb-coded set, as OpenMined's PSI has it; both sides are taken to
keep to the protocol.

Source:
    github.com/OpenMined/PSI, PROTOCOL.md.

Both nodes must write the same keys, so what makes them bears a version, which stands in each key:
keys of two versions are never equal. A change of what any party gives is a new version.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from tidewaiter.base.errors import InputError, install_command
from tidewaiter.base.records import Record
from tidewaiter.exchange.private.messages import FALSE, POINT, SLOTS, Filter
from tidewaiter.parties.addresses import read_address
from tidewaiter.parties.identifiers.validation import read_identifier
from tidewaiter.parties.identifiers.validation import read_party_number as say_number
from tidewaiter.parties.resolution.members import contacts_of
from tidewaiter.parties.resolution.name_comparison import names_of
from tidewaiter.parties.resolution.types import Written
from tidewaiter.parties.types import Identifier

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
        raise InputError("exchange/key-not-on-curve") from error


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
        raise InputError("exchange/key-not-on-curve") from error


def _apart(points: bytes) -> list[bytes]:
    return [points[at : at + POINT] for at in range(0, len(points), POINT)]


def _library() -> Any:
    if _LIBRARY is None:
        raise InputError("exchange/psi-not-installed", command=install_command("psi"))
    return _LIBRARY


VERSION = 1
MOST_KEYS = 16  # of one party

_ANYWHERE = frozenset({"LEI", "USCC", "RFC", "INN", "OGRN", "IMO", "IMO-company"})
_OF_A_COUNTRY = frozenset({"tax", "registration"})
_EORI = "eori"
_TEXT = 1_000  # characters that are read of any text
_LEAST_NAME = 4  # letters of a name that tells something beside a postcode
_FILL = 16  # bytes of a random key

Random = Callable[[int], bytes]
"""Gives so many bytes of true randomness."""


class Party(Record, frozen=True, kw_only=True):
    """What is known of a party: by each of it, it can be found."""

    name: str = ""
    address: str = ""
    country: str = ""  # ISO 3166-1 alpha-2
    numbers: tuple[tuple[str, str], ...] = ()  # scheme, like "lei", "vat" or "phone"; and value


def keys_of(party: Party) -> tuple[str, ...]:
    """Write a party as keys, the surest first; () where nothing of it tells enough.

    A name alone is no key: it is that of many. Numbers whose check digits are wrong, and such as
    are typed to fill a field, are left out.

    Args:
        party: As it is written; any text has an answer.
    """
    found = dict.fromkeys((*_numbers(party), *_contacts(party), *_names(party)))
    return tuple(f"{VERSION}|{each}" for each in found)[:MOST_KEYS]


def kind_of(key: str) -> str:
    """Return what a key is of: lei, tax, eori, registration, phone, email, name."""
    return key.split("|", 2)[1]


def filled(keys: Sequence[str], size: int, random: Random) -> list[str]:
    """Fill keys up with random ones, which nobody holds, and put all into a random order.

    Args:
        keys: At most as many as `size`.
        size: How many are wanted.
        random: What gives randomness.
    """
    blank = (f"0|{random(_FILL).hex()}" for _ in range(size - len(keys)))
    return [key for _, key in sorted((random(_FILL), key) for key in (*keys, *blank))]


def _numbers(party: Party) -> Iterator[str]:
    for scheme, value in party.numbers:
        if say_number(scheme, value[:_TEXT]) is None:
            continue
        told = Identifier(scheme=scheme, value=value[:_TEXT], country=party.country)
        read = read_identifier(told, (party.country,))
        if read is None or read.check == "not valid":
            continue
        country = read.country or next(iter(read.near), "")
        if read.scheme in _ANYWHERE or read.scheme == _EORI:
            yield f"{read.scheme.lower()}|{read.value}"
        elif read.scheme in _OF_A_COUNTRY and country:
            yield f"{read.scheme}|{country}|{read.value.removeprefix(country)}"


def _contacts(party: Party) -> Iterator[str]:
    found = [contacts_of(each) for each in _written(party)]
    yield from (f"phone|{phone}" for each in found for phone in each.phones)
    yield from (f"email|{email}" for each in found for email in each.emails)


def _names(party: Party) -> Iterator[str]:
    postcode = read_address(party.address[:_TEXT]).postcode.casefold()
    if not postcode:
        return
    for way in names_of(party.name[:_TEXT]).ways:
        if len(way.joined) >= _LEAST_NAME:
            yield f"name|{postcode}|{way.joined}"


def _written(party: Party) -> Iterator[Written]:
    """Yield a party as papers write it, once for each of its numbers."""
    for scheme, value in party.numbers or (("", ""),):
        yield Written(
            name=party.name,
            address=party.address,
            country=party.country,
            id_scheme=scheme,
            id=value[:_TEXT],
        )
