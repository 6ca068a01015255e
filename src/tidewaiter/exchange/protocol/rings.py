"""Rings: the secret keys of a node, which stand in a file of their own beside its database."""

from typing import Literal

from tidewaiter.base.errors import InputError
from tidewaiter.base.records import Record
from tidewaiter.exchange.documents import NodeKey, Signer
from tidewaiter.exchange.signing import Use, public_of, thumbprint, unwrapped, wrapped


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
        raise InputError(f"this node has no key to {use}", hint="restore its keys from a backup")

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
