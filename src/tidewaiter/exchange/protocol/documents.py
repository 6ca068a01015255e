"""Node documents: identity, keys, addresses, fingerprints, and forks of their chain.

Each document names the hash of the previous one and is signed by one of its keys, so that the chain
of documents proves how a node got its keys. The first is signed by the root key, which is stored
away from the node; comparing its fingerprint authenticates the chain. Each document also names the
hash of the next root: a thief of the current root key cannot choose its successor.

An operational key can be stolen with its machine. So it may change keys, names and addresses, but
not the root: only the root itself can do that. A thief's documents are replaced by those signed
with the root (see `forks`).

A thief with copies of a node's keys can write successor documents as well as the owner. The root
key, stored separately, makes the difference. Where two chains fork after a common document:

1. a chain with a document under the announced next root outranks one without;
2. then, a chain with a document signed by the current root outranks one without;
3. among equals, the chain already known stays.

A root signature covers all earlier documents, as each names the hash of the previous one. No time
limit makes a theft permanent: the protocol does not depend on clocks. Only the announced next root
can replace what a root has signed.

Fingerprint words are those of BIP 39, which has lists in each page language, chosen so that no two
words start alike.
"""

import hashlib
import re
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Literal

import msgspec
from mnemonic import Mnemonic

from tidewaiter.base.errors import InputError
from tidewaiter.base.records import Record
from tidewaiter.exchange.protocol.signing import (
    Signed,
    Use,
    is_key,
    is_signed_by,
    public_of,
    sign,
    take_apart,
    thumbprint,
    unwrapped,
    wrapped,
)
from tidewaiter.exchange.protocol.strict_json import read_json

TYPE = "tw-node+jws"
LONGEST = 1_000  # documents of a chain
SIGNATURES = 8  # per document, maximum
ENDPOINTS = 4  # addresses per document, maximum
KINDS = 100  # message kinds per document, maximum
_LONG = 200  # characters of a name or an address, maximum
_MOST_TEXT = 128 * 1024  # maximum Base64 characters of a document: keys of 500 changes
_NAME = re.compile(r'[!"$-~]{1,80}')  # no #: it separates node and key

Role = Literal["authority", "company", "observer"]
"""Role of a node: a competent authority, a company under one, or an observer."""

State = Literal["active", "retired", "revoked"]
"""State of a key: active; retired, with valid past signatures; revoked."""


class NodeKey(Record, frozen=True, kw_only=True):
    """A public key of a node."""

    use: Use
    key: str  # Base64, of 32 bytes
    state: State = "active"

    @property
    def public(self) -> bytes:
        """Return the key, shape (32,)."""
        return unwrapped(self.key)

    @property
    def name(self) -> str:
        """Return its thumbprint, used as its name."""
        return thumbprint(self.use, self.public)


class Document(msgspec.Struct, frozen=True, kw_only=True):
    """A node's self-description; unknown fields of later versions are ignored."""

    v: int = 1
    node: str  # its name, a random text
    name: str  # display name
    country: str  # ISO 3166-1 alpha-2; "": none
    role: Role
    keys: tuple[NodeKey, ...]
    root: str  # root public key, Base64
    next_root: str  # SHA-256 of the next root, in hexadecimal
    endpoints: tuple[str, ...]  # addresses at which it receives messages; empty: it polls
    versions: tuple[int, ...] = (1,)  # protocol versions
    kinds: Mapping[str, int] = {}  # message kinds it accepts: newest schema; {}: all
    number: int  # from 1
    previous: str  # SHA-256 of the previous document, in hexadecimal; "": first document
    made: str  # ISO 8601, UTC; informative only

    def takes(self, kind: str, schema: int) -> bool:
        """Return whether it supports a message kind in its current schema."""
        return not self.kinds or schema <= self.kinds.get(kind, 0)

    def active(self, use: Use) -> NodeKey | None:
        """Return the node's active key for a use."""
        found = (key for key in self.keys if key.use == use and key.state == "active")
        return next(found, None)

    def key_of(self, kid: str) -> NodeKey | None:
        """Return the signing key that a signed text names; None: not this node's."""
        node, _, name = kid.partition("#")
        found = self.key(name) if node == self.node else None
        return found if found and found.use == "sign" else None

    def key(self, name: str) -> NodeKey | None:
        """Return a key by name."""
        return next((key for key in self.keys if key.name == name), None)


class SignedDocument(Record, frozen=True, kw_only=True):
    """A document with its signatures, each a JWS over the same bytes."""

    payload: str  # Base64
    signatures: tuple[tuple[str, str], ...]  # head and signature, Base64; extensible

    def texts(self) -> list[str]:
        """Return the signed texts."""
        return [f"{head}.{self.payload}.{told}" for head, told in self.signatures]

    def digest(self) -> str:
        """Return the SHA-256 of the document without signatures, in hexadecimal."""
        return hashlib.sha256(unwrapped(self.payload)).hexdigest()

    def read(self) -> Document:
        """Decode the document without verifying signatures.

        Raises:
            InputError: Malformed.
        """
        if len(self.payload) > _MOST_TEXT or len(self.signatures) > SIGNATURES:
            raise InputError("exchange/document-too-large")
        found = read_json(unwrapped(self.payload), Document, "document of a node")
        _check(found)
        return found


class Signer(Record, frozen=True, kw_only=True):
    """A key pair that signs documents."""

    kid: str
    secret: bytes  # shape (32,)


def root_hash(public: bytes) -> str:
    """Return the hash that announces a root before its use."""
    return hashlib.sha256(public).hexdigest()


def sign_document(document: Document, signers: Sequence[Signer]) -> SignedDocument:
    """Sign a document.

    Args:
        document: The self-description.
        signers: The signing keys; for the first document the root and each signing key.
    """
    payload = msgspec.json.encode(document)
    texts = [sign(payload, typ=TYPE, kid=each.kid, secret=each.secret) for each in signers]
    heads = [(text.split(".")[0], text.split(".")[2]) for text in texts]
    return SignedDocument(payload=wrapped(payload), signatures=tuple(heads))


def write_chain(chain: Sequence[SignedDocument]) -> bytes:
    """Encode documents for a file or a response."""
    return msgspec.json.encode(chain)


def read_chain(held: bytes) -> list[SignedDocument]:
    """Decode the output of `write_chain` without verification.

    Raises:
        InputError: Malformed.
    """
    try:
        return msgspec.json.decode(held, type=list[SignedDocument])
    except (msgspec.MsgspecError, RecursionError) as error:
        raise InputError("exchange/not-documents-of-a-node", error=str(error)[:200]) from error


def check_chain(chain: Sequence[SignedDocument]) -> Document:
    """Verify a chain of documents from its first; return the last self-description.

    Raises:
        InputError: A document does not follow from the previous one.
    """
    if not 0 < len(chain) <= LONGEST:
        raise InputError("exchange/document-chain-length", longest=LONGEST)
    before = chain[0].read()
    if before.number != 1 or before.previous:
        raise InputError("exchange/chain-without-first-document")
    if not is_signed(chain[0], unwrapped(before.root)):
        raise InputError("exchange/first-document-not-by-root")
    for last, signed in pairwise(chain):
        before = check_next(last, before, signed)
    return before


def check_next(last: SignedDocument, before: Document, signed: SignedDocument) -> Document:
    """Verify that a document follows from another.

    It must be signed by a previously active key, or by the root (key recovery). A different root
    must be the announced one and must sign too. Announcing another next root requires the current
    root's signature: operational keys cannot do it.

    Args:
        last: The previous document.
        before: Its content.
        signed: The next document.

    Raises:
        InputError: It does not follow.
    """
    document = signed.read()
    at = f"document {document.number} of {before.node}"
    if document.node != before.node:
        raise InputError("exchange/document-of-another-node", node=document.node, at=at)
    if document.number != before.number + 1 or document.previous != last.digest():
        raise InputError("exchange/document-does-not-follow", at=at)
    _check_keys(before, document, at)
    if document.root != before.root:
        root = unwrapped(document.root)
        if root_hash(root) != before.next_root or not is_signed(signed, root):
            raise InputError("exchange/root-not-as-announced", at=at)
        return document
    by_root = is_signed(signed, unwrapped(before.root))
    if document.next_root != before.next_root and not by_root:
        raise InputError("exchange/another-root-announced", at=at)
    if not by_root and not _by_active_key(before, signed):
        raise InputError("exchange/not-signed-by-the-node", at=at)
    return document


def is_recovery(before: Document, signed: SignedDocument) -> bool:
    """Return whether a document was signed by a root only, or has another root."""
    return signed.read().root != before.root or not _by_active_key(before, signed)


def _by_active_key(before: Document, signed: SignedDocument) -> bool:
    """Return whether a key active in the previous document has signed one."""
    keys = [key.public for key in before.keys if key.use == "sign" and key.state == "active"]
    return any(is_signed(signed, each) for each in keys)


def _check_keys(before: Document, document: Document, at: str) -> None:
    """Check that no key is reactivated or dropped: revocation is permanent."""
    order = ("active", "retired", "revoked")
    for key in before.keys:
        now = document.key(key.name)
        if now is None or order.index(now.state) < order.index(key.state):
            raise InputError("exchange/key-forgotten-or-revived", name=key.name, at=at)


def _check(document: Document) -> None:
    """Check constraints beyond the types.

    Raises:
        InputError: An invalid key, name or address, or not exactly one signing and one encryption
            key.
    """
    at = f"document {document.number} of {document.node[:60]}"
    publics = [
        ("sign", unwrapped(document.root)),
        *((key.use, key.public) for key in document.keys),
    ]
    if not all(is_key(use, each) for use, each in publics):
        raise InputError("exchange/key-named-is-none", at=at)
    active = sorted(key.use for key in document.keys if key.state == "active")
    if active != ["open", "sign"]:
        raise InputError("exchange/keys-not-one-of-each", at=at)
    names = [key.name for key in document.keys]
    if len(set(names)) != len(names):
        raise InputError("exchange/key-named-twice", at=at)
    if not _NAME.fullmatch(document.node):
        raise InputError("exchange/node-name-odd", at=at)
    if not 0 < document.number <= LONGEST:
        raise InputError("exchange/too-many-documents", longest=LONGEST, at=at)
    endless = any(len(each) > _LONG for each in (document.name, *document.endpoints))
    endless |= any(not _NAME.fullmatch(each) for each in document.kinds)
    if endless or len(document.endpoints) > ENDPOINTS or len(document.kinds) > KINDS:
        raise InputError("exchange/document-says-too-much", endpoints=ENDPOINTS, kinds=KINDS, at=at)


def is_signed(signed: SignedDocument, public: bytes) -> bool:
    """Return whether a key signed a document."""
    for text in signed.texts():
        try:
            found = take_apart(text)
        except InputError:  # unknown algorithm
            continue
        if found.typ == TYPE and is_signed_by(found, public):
            return True
    return False


def root_signer(node: str, secret: bytes) -> Signer:
    """Return the root as a signer."""
    return Signer(kid=f"{node}#{thumbprint('sign', public_of('sign', secret))}", secret=secret)


_BY_KEY, _BY_ROOT, _BY_ANNOUNCED = 0, 1, 2


class Merge(Record, frozen=True, kw_only=True):
    """The effect of received documents on a known chain."""

    common: int  # documents of the known chain that stay, from the first
    new: tuple[SignedDocument, ...]  # documents that follow them; (): nothing new
    replaces: bool = False  # the rest of the known chain is dropped, as no root signed it


def merge(known: Sequence[SignedDocument], told: Sequence[SignedDocument]) -> Merge:
    """Compute the effect of received documents on a known chain.

    Args:
        known: The known chain, from its first document.
        told: Consecutive documents, starting at any known or the next number.

    Raises:
        InputError: They do not follow a known document, or conflict with known documents that they
            do not outrank.
    """
    places = {each.digest(): place for place, each in enumerate(known)}
    rest = list(told)
    while rest and rest[0].digest() in places:
        rest.pop(0)
    if not rest:
        return Merge(common=len(known), new=())
    at = places.get(rest[0].read().previous, len(known) - 1)  # the last gives the reason
    _check_from(known[at], rest)
    if at == len(known) - 1:
        return Merge(common=len(known), new=tuple(rest))
    _check_outranks(known, at, rest)
    return Merge(common=at + 1, new=tuple(rest), replaces=True)


def _check_outranks(
    known: Sequence[SignedDocument], at: int, rest: Sequence[SignedDocument]
) -> None:
    """Check that documents outrank the known ones after the last common document.

    Raises:
        InputError: They do not.
    """
    before = known[at].read()
    theirs = rank(before, rest)
    held = holding(known) if theirs > _BY_KEY else known  # limits the cost of a forgery
    if at >= len(held):
        raise InputError("exchange/follows-an-invalid-document")
    if theirs == _BY_KEY or theirs <= rank(before, held[at + 1 :]):
        raise InputError(
            "exchange/another-document-of-that-number", number=before.number + 1, node=before.node
        )


def rank(before: Document, branch: Sequence[SignedDocument]) -> int:
    """Rank documents after an undisputed one: 2, 1 or 0, as described in the module docstring.

    Args:
        before: Last document common to both chains.
        branch: Its successors.
    """
    found = _BY_KEY
    root = unwrapped(before.root)
    for signed in branch:
        theirs = unwrapped(signed.read().root)
        if root_hash(theirs) == before.next_root and is_signed(signed, theirs):
            return _BY_ANNOUNCED
        if is_signed(signed, root):
            found = _BY_ROOT
    return found


def holding(chain: Sequence[SignedDocument]) -> list[SignedDocument]:
    """Return the documents of a chain before the first that does not follow from its predecessor.

    An earlier version accepted another announced root from an operational key.

    Args:
        chain: From its first document, which was verified earlier.
    """
    held = list(chain[:1])
    for last, signed in pairwise(chain):
        try:
            check_next(last, last.read(), signed)
        except InputError:
            break
        held.append(signed)
    return held


def forged_by(
    own: Sequence[SignedDocument], replaced: Sequence[SignedDocument], signed: Signed
) -> bool:
    """Return whether a text is signed with a key introduced by a thief of this node's keys.

    Args:
        own: Documents of this node.
        replaced: Documents accepted by a peer as this node's and replaced by the root: each must be
            signed by a key of this node, or by one named in such a document.
        signed: The signed text.
    """
    keys = {key.public for each in own for key in each.read().keys if key.use == "sign"}
    named = dict[str, bytes]()
    for each in replaced:
        told = each.read()
        if told.node != own[0].read().node or not any(is_signed(each, key) for key in keys):
            return False
        made = {key.name: key.public for key in told.keys if key.use == "sign"}
        named |= {f"{told.node}#{name}": key for name, key in made.items() if key not in keys}
        keys |= {*made.values(), unwrapped(told.root)}
    key = named.get(signed.kid)
    return key is not None and is_signed_by(signed, key)


def _check_from(last: SignedDocument, new: Sequence[SignedDocument]) -> None:
    """Verify that each document follows from the previous one."""
    for before, signed in pairwise([last, *new]):
        check_next(before, before.read(), signed)


# BIP 39 has no list of words in Arabic or Russian: words of these pages are the English ones.
LANGUAGES = {"en": "english", "es": "spanish", "fr": "french", "zh": "chinese_simplified"}
_BYTES = 16
_FIRST = b"tidewaiter node\n"


def fingerprint(document: Document) -> str:
    """Return the fingerprint of a node's root, 32 hexadecimal digits; stable across other keys."""
    told = _FIRST + document.node.encode() + b"\n" + document.root.encode()
    return hashlib.sha256(told).digest()[:_BYTES].hex()


def words(found: str, language: str = "en") -> list[str]:
    """Format a fingerprint as twelve words.

    Args:
        found: 32 hexadecimal digits.
        language: Of the page; one without a list of words has those of English.
    """
    text = Mnemonic(LANGUAGES.get(language, LANGUAGES["en"])).to_mnemonic(bytes.fromhex(found))
    return text.replace("\u3000", " ").split(" ")


def read_words(text: str) -> str:
    """Parse a typed fingerprint: twelve words in any of the languages, or digits.

    Returns:
        32 hexadecimal digits.

    Raises:
        InputError: Invalid, or a wrong word: the last word is a checksum.
    """
    bare = "".join(text.split()).lower()
    if len(bare) == 2 * _BYTES and set(bare) <= set("0123456789abcdef"):
        return bare
    told = " ".join(text.lower().split())
    for name in LANGUAGES.values():
        book = Mnemonic(name)
        if book.check(told):
            return bytes(book.to_entropy(told)).hex()
    raise InputError("exchange/not-the-fingerprint-words")
