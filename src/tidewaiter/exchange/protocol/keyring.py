"""Secret keys of a node: creation, rotation, recovery, and the resulting documents."""

from collections.abc import Callable, Mapping, Sequence
from typing import Literal

from msgspec import structs

from tidewaiter.base.errors import InputError
from tidewaiter.base.records import Record
from tidewaiter.exchange.protocol.documents import (
    Document,
    NodeKey,
    Role,
    SignedDocument,
    Signer,
    root_hash,
    root_signer,
    sign_document,
)
from tidewaiter.exchange.protocol.signing import (
    KEY,
    Use,
    public_of,
    thumbprint,
    unwrapped,
    wrapped,
)


class Pair(Record, frozen=True, kw_only=True):
    """A key pair, stored as its secret half."""

    use: Use
    secret: str  # Base64, of 32 bytes

    @property
    def held(self) -> bytes:
        """Return the secret, shape (32,)."""
        return unwrapped(self.secret)

    @property
    def name(self) -> str:
        """Return the thumbprint of the public half."""
        return thumbprint(self.use, public_of(self.use, self.held))

    def public(self, state: Literal["active", "retired", "revoked"] = "active") -> NodeKey:
        """Return the public key."""
        return NodeKey(use=self.use, key=wrapped(public_of(self.use, self.held)), state=state)

    def __repr__(self) -> str:
        """Show the key's name without the secret."""
        return f"Pair(use={self.use!r}, name={self.name!r})"


class Ring(Record, frozen=True, kw_only=True):
    """The keys of a node. Decryption keys are kept permanently; signing keys while in use."""

    node: str
    pairs: tuple[Pair, ...]  # newest of each use last
    store: str  # Base64, of 32 bytes: encrypts the database

    def newest(self, use: Use) -> Pair:
        """Return the current key pair of a use.

        Raises:
            InputError: None exists.
        """
        for pair in reversed(self.pairs):
            if pair.use == use:
                return pair
        raise InputError("exchange/no-key-for-that", use=use)

    def signs_as(self, name: str) -> bool:
        """Return whether the current signing key has a given name."""
        signing = [pair for pair in self.pairs if pair.use == "sign"]
        return bool(signing) and signing[-1].name == name

    def signer(self) -> Signer:
        """Return the node's signing key."""
        pair = self.newest("sign")
        return Signer(kid=f"{self.node}#{pair.name}", secret=pair.held)

    def openers(self) -> list[bytes]:
        """Return the decryption keys, newest first."""
        return [pair.held for pair in reversed(self.pairs) if pair.use == "open"]

    @property
    def lock(self) -> bytes:
        """Return the key that encrypts the database, shape (32,)."""
        return unwrapped(self.store)

    def __repr__(self) -> str:
        """Show the node without secrets."""
        return f"Ring(node={self.node!r}, pairs={self.pairs!r})"


Random = Callable[[int], bytes]
"""Returns a number of random bytes from a secure source."""


class About(Record, frozen=True, kw_only=True):
    """A node's self-description."""

    node: str
    name: str
    country: str
    role: Role
    endpoints: tuple[str, ...] = ()
    kinds: Mapping[str, int] = {}  # message kinds it accepts: newest schema of each


class Founded(Record, frozen=True, kw_only=True):
    """A new node."""

    ring: Ring
    root: bytes  # secret, to be stored away from the node; shape (32,)
    next_root: bytes  # secret, to be stored away from both; shape (32,)
    document: SignedDocument


def found(about: About, random: Random, made: str) -> Founded:
    """Create the keys of a new node and its first document.

    Args:
        about: Its self-description.
        random: Source of randomness.
        made: Creation time, ISO 8601.
    """
    root, next_root = random(KEY), random(KEY)
    pairs = (_pair("sign", random), _pair("open", random))
    ring = Ring(node=about.node, pairs=pairs, store=wrapped(random(KEY)))
    document = Document(
        node=about.node,
        name=about.name,
        country=about.country,
        role=about.role,
        keys=tuple(pair.public() for pair in pairs),
        root=wrapped(public_of("sign", root)),
        next_root=root_hash(public_of("sign", next_root)),
        endpoints=about.endpoints,
        number=1,
        previous="",
        made=made,
        kinds=about.kinds,
    )
    signed = sign_document(document, [root_signer(about.node, root), ring.signer()])
    return Founded(ring=ring, root=root, next_root=next_root, document=signed)


def rotated(
    ring: Ring, last: SignedDocument, random: Random, made: str, *, revoked: Sequence[str] = ()
) -> tuple[Ring, SignedDocument]:
    """Rotate a node's keys, signed with its current key.

    Args:
        ring: Its keys.
        last: Its newest document.
        random: Source of randomness.
        made: Creation time, ISO 8601.
        revoked: Names of compromised keys; other old keys are retired.

    Returns:
        The new keys, and the document that names them; it is sent under the old ones.
    """
    before = last.read()
    pairs = (_pair("sign", random), _pair("open", random))
    keys = tuple(_aged(key, revoked) for key in before.keys)
    document = structs.replace(
        before,
        keys=(*keys, *(pair.public() for pair in pairs)),
        number=before.number + 1,
        previous=last.digest(),
        made=made,
    )
    signed = sign_document(document, [ring.signer()])
    return structs.replace(ring, pairs=(*ring.pairs, *pairs)), signed


def recovered(
    ring: Ring,
    last: SignedDocument,
    root: bytes,
    random: Random,
    made: str,
    *,
    later: bytes | None = None,
) -> tuple[Ring, SignedDocument]:
    """Replace lost or compromised keys of a node with its root key.

    Args:
        ring: Its keys, as far as known.
        last: Its newest document.
        root: The root key, or the announced next root where it takes over.
        random: Source of randomness.
        made: Creation time, ISO 8601.
        later: The root after it, where the announced next root takes over.
    """
    before = last.read()
    pairs = (_pair("sign", random), _pair("open", random))
    gone = tuple(key.name for key in before.keys if key.use == "sign")
    keys = tuple(_aged(key, gone) for key in before.keys)
    signer = root_signer(before.node, root)
    document = structs.replace(
        before,
        keys=(*keys, *(pair.public() for pair in pairs)),
        number=before.number + 1,
        previous=last.digest(),
        made=made,
    )
    if later is not None:
        document = structs.replace(
            document,
            root=wrapped(public_of("sign", root)),
            next_root=root_hash(public_of("sign", later)),
        )
    return structs.replace(ring, pairs=(*ring.pairs, *pairs)), sign_document(document, [signer])


def renewed(ring: Ring, last: SignedDocument, about: About, made: str) -> SignedDocument:
    """Change a node's self-description under its current keys."""
    before = last.read()
    document = structs.replace(
        before,
        name=about.name,
        country=about.country,
        role=about.role,
        endpoints=about.endpoints,
        number=before.number + 1,
        previous=last.digest(),
        made=made,
        kinds=about.kinds,
    )
    return sign_document(document, [ring.signer()])


def _pair(use: Use, random: Random) -> Pair:
    return Pair(use=use, secret=wrapped(random(KEY)))


def _aged(key: NodeKey, revoked: Sequence[str]) -> NodeKey:
    if key.name in revoked or key.state == "revoked":
        return structs.replace(key, state="revoked")
    return structs.replace(key, state="retired")
