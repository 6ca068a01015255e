"""The secret keys of a node: creation, rotation, recovery, and the documents that follow."""

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
    """A pair of keys, the secret half of it."""

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
        """Return the public half."""
        return NodeKey(use=self.use, key=wrapped(public_of(self.use, self.held)), state=state)

    def __repr__(self) -> str:
        """Say which it is, and nothing of what it is."""
        return f"Pair(use={self.use!r}, name={self.name!r})"


class Ring(Record, frozen=True, kw_only=True):
    """The keys of a node. Those that open boxes are kept for ever; those that sign, while used."""

    node: str
    pairs: tuple[Pair, ...]  # the newest of each use comes last
    store: str  # Base64, of 32 bytes: what is kept in the database is locked with it

    def newest(self, use: Use) -> Pair:
        """Return the pair in use.

        Raises:
            InputError: There is none.
        """
        for pair in reversed(self.pairs):
            if pair.use == use:
                return pair
        raise InputError("exchange/no-key-for-that", use=use)

    def signs_as(self, name: str) -> bool:
        """Say whether the key in use to sign is the one of a name."""
        signing = [pair for pair in self.pairs if pair.use == "sign"]
        return bool(signing) and signing[-1].name == name

    def signer(self) -> Signer:
        """Return the key that signs for the node."""
        pair = self.newest("sign")
        return Signer(kid=f"{self.node}#{pair.name}", secret=pair.held)

    def openers(self) -> list[bytes]:
        """Return the keys that open boxes, the newest first."""
        return [pair.held for pair in reversed(self.pairs) if pair.use == "open"]

    @property
    def lock(self) -> bytes:
        """Return what locks the database, shape (32,)."""
        return unwrapped(self.store)

    def __repr__(self) -> str:
        """Say whose it is."""
        return f"Ring(node={self.node!r}, pairs={self.pairs!r})"


Random = Callable[[int], bytes]
"""Gives so many bytes of true randomness."""


class About(Record, frozen=True, kw_only=True):
    """What a node says of itself."""

    node: str
    name: str
    country: str
    role: Role
    endpoints: tuple[str, ...] = ()
    kinds: Mapping[str, int] = {}  # of message that it takes: the newest schema of each


class Founded(Record, frozen=True, kw_only=True):
    """A new node."""

    ring: Ring
    root: bytes  # secret, to be kept apart from the node; shape (32,)
    next_root: bytes  # secret, to be kept apart from both; shape (32,)
    document: SignedDocument


def found(about: About, random: Random, made: str) -> Founded:
    """Make the keys of a new node, and its first document.

    Args:
        about: What it says of itself.
        random: Where keys come from.
        made: The moment, ISO 8601.
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
    """Give a node new keys, by the key that speaks for it now.

    Args:
        ring: Its keys.
        last: Its newest document.
        random: Where keys come from.
        made: The moment, ISO 8601.
        revoked: Names of keys of which nothing is to be trusted; else the old ones are retired.

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
    next_root: bytes | None = None,
    later: bytes | None = None,
) -> tuple[Ring, SignedDocument]:
    """Give a node new keys by its root: those that spoke for it are lost, or another's.

    Args:
        ring: Its keys, as far as they are known.
        last: Its newest document.
        root: The root, or the one that was announced where that takes its place.
        random: Where keys come from.
        made: The moment, ISO 8601.
        next_root: The announced root, where it takes the place of the root.
        later: The root after it, where it does.
    """
    before = last.read()
    pairs = (_pair("sign", random), _pair("open", random))
    gone = tuple(key.name for key in before.keys if key.use == "sign")
    keys = tuple(_aged(key, gone) for key in before.keys)
    signer = root_signer(before.node, next_root or root)
    document = structs.replace(
        before,
        keys=(*keys, *(pair.public() for pair in pairs)),
        number=before.number + 1,
        previous=last.digest(),
        made=made,
    )
    if next_root is not None and later is not None:
        document = structs.replace(
            document,
            root=wrapped(public_of("sign", next_root)),
            next_root=root_hash(public_of("sign", later)),
        )
    return structs.replace(ring, pairs=(*ring.pairs, *pairs)), sign_document(document, [signer])


def renewed(ring: Ring, last: SignedDocument, about: About, made: str) -> SignedDocument:
    """Say something else of a node, under the keys that it has."""
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
