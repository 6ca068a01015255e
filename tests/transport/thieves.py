"""A thief who has the keys of a node for a minute, and the documents that such a one writes."""

import random
from pathlib import Path

from msgspec import structs
from tests.support.peers import MADE, Party

from tidewaiter.exchange.protocol.documents import (
    Document,
    SignedDocument,
    root_hash,
    root_signer,
    sign_document,
)
from tidewaiter.exchange.protocol.keyring import Pair, Ring
from tidewaiter.exchange.protocol.signing import Use, public_of, wrapped
from tidewaiter.store.core.database import open_database
from tidewaiter.store.peers.directory import add_documents
from tidewaiter.transport.context import Desk

CHANCE = random.Random(13)
ROOT, NEXT_ROOT = CHANCE.randbytes(32), CHANCE.randbytes(32)
"""Secret roots that the thief made."""


class Thief:
    """A thief with a copy of a node's key file, who continues from one of its documents."""

    def __init__(self, victim: Party, at: int = -1, ring: Ring | None = None) -> None:
        self.name = victim.name
        self.chain = victim.documents()[: at + 1] if at >= 0 else victim.documents()
        self.ring = ring or victim.desk.ring
        self.victim = victim

    def new_keys(self, **changes: object) -> SignedDocument:
        """Write the next document under the stolen key; it names keys that the thief has made."""
        before = self.chain[-1].read()
        pairs = tuple(Pair(use=use, secret=wrapped(CHANCE.randbytes(32))) for use in _USES)
        keys = tuple(
            structs.replace(key, state="retired") if key.state == "active" else key
            for key in before.keys
        )
        made = self._next(keys=(*keys, *(each.public() for each in pairs)), **changes)
        signed = sign_document(made, [self.ring.signer()])
        self.ring = structs.replace(self.ring, pairs=(*self.ring.pairs, *pairs))
        self.chain.append(signed)
        return signed

    def own_root(self) -> list[SignedDocument]:
        """Announce a root of the thief's, and put it in the place of the owner's."""
        announced = self._next(next_root=root_hash(public_of("sign", ROOT)))
        self.chain.append(sign_document(announced, [self.ring.signer()]))
        crowned = self._next(
            root=wrapped(public_of("sign", ROOT)),
            next_root=root_hash(public_of("sign", NEXT_ROOT)),
        )
        signers = [root_signer(self.name, ROOT), self.ring.signer()]
        self.chain.append(sign_document(crowned, signers))
        return self.chain[-2:]

    def by_root(self, root: bytes) -> SignedDocument:
        """Write the next document under a root that was stolen too; it announces the thief's."""
        told = self._next(next_root=root_hash(public_of("sign", ROOT)))
        signed = sign_document(told, [root_signer(self.name, root)])
        self.chain.append(signed)
        return signed

    def as_party(self, folder: Path, peer: Party) -> Party:
        """Be a node in the name of the victim, which has sent nothing yet."""
        desk = Desk(open_database(folder / "thief.db"), self.ring, clock=self.victim.desk.clock)
        with desk.database.work(desk.stamp()) as work:
            add_documents(work, self.chain)
        made = Party(desk, self.chain, b"")
        made.meet(peer)
        return made

    def _next(self, **changes: object) -> Document:
        before = self.chain[-1]
        told = {"number": before.read().number + 1, "previous": before.digest(), "made": MADE}
        return structs.replace(before.read(), **{**told, **changes})


_USES: tuple[Use, ...] = ("sign", "open")
