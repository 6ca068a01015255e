"""Node documents: identity, keys, addresses, fingerprints, and forks of their chain.

Each document names the hash of the one before it and is signed by a key of that one, so that a
chain of documents says by itself how a node came to its keys. The first is signed by the root, a
key that is kept apart from the node; who has compared its fingerprint has compared the chain. Each
also names the hash of the next root: whoever steals today's cannot make themselves tomorrow's.

A key that a node works with every day can be stolen with its machine. So it changes keys, names
and addresses, and never a root: that takes the root itself. What a thief wrote meanwhile is
replaced by what a root has signed (see `forks`).

A thief who has copied the keys of a node can write documents that follow, as well as its owner can.
What parts the two is the root, which is kept apart. The rule, where two chains part after a
document that both have:

1. a chain with a document under the root that was announced there outranks one without;
2. next, a chain with a document that the root in force there has signed outranks one without;
3. of chains of one rank, the one that is known already stays.

A root vouches for all documents before the one that it signs, as each names the hash of the one
before. There is no window of time after which a theft would be for good: clocks decide nothing in
this protocol. What a root has signed is replaced by nothing but its announced successor.

The words are those of BIP 39, which has lists in each of the languages of these pages, made so that
no two words begin alike.
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
SIGNATURES = 8  # of a document, at most
ENDPOINTS = 4  # addresses in a document, at most
KINDS = 100  # of message in a document, at most
_LONG = 200  # characters of a name or an address, at most
_MOST_TEXT = 128 * 1024  # characters of a document in Base64: keys of 500 changes
_NAME = re.compile(r'[!"$-~]{1,80}')  # no #: it parts a node from a key

Role = Literal["authority", "company", "observer"]
"""What a node is: a competent authority, a firm under one, or someone who only listens."""

State = Literal["active", "retired", "revoked"]
"""Of a key: it speaks; it has spoken, and what it said holds; nothing of it is trusted."""


class NodeKey(Record, frozen=True, kw_only=True):
    """A key of a node, as others know it."""

    use: Use
    key: str  # Base64, of 32 bytes
    state: State = "active"

    @property
    def public(self) -> bytes:
        """Return the key, shape (32,)."""
        return unwrapped(self.key)

    @property
    def name(self) -> str:
        """Return the thumbprint by which it is named."""
        return thumbprint(self.use, self.public)


class Document(msgspec.Struct, frozen=True, kw_only=True):
    """A node as it describes itself; a later version may say more than is read here."""

    v: int = 1
    node: str  # its name, a random text
    name: str  # as people call it
    country: str  # ISO 3166-1 alpha-2; "": of none
    role: Role
    keys: tuple[NodeKey, ...]
    root: str  # the key that is kept apart, Base64
    next_root: str  # SHA-256 of the one that follows it, in hexadecimal
    endpoints: tuple[str, ...]  # addresses at which it takes messages; none: it comes itself
    versions: tuple[int, ...] = (1,)  # of the protocol
    kinds: Mapping[str, int] = {}  # of message that it takes: the newest schema; {}: all there are
    number: int  # from 1
    previous: str  # SHA-256 of the document before, in hexadecimal; "": it is the first
    made: str  # ISO 8601, UTC; for people, nothing rests on it

    def takes(self, kind: str, schema: int) -> bool:
        """Say whether it knows a kind of message, in the form in which it is written."""
        return not self.kinds or schema <= self.kinds.get(kind, 0)

    def active(self, use: Use) -> NodeKey | None:
        """Return the key by which a node signs, or for which it is written to."""
        found = (key for key in self.keys if key.use == use and key.state == "active")
        return next(found, None)

    def key_of(self, kid: str) -> NodeKey | None:
        """Return the key to sign that a signed text names; None: it is none of this node's."""
        node, _, name = kid.partition("#")
        found = self.key(name) if node == self.node else None
        return found if found and found.use == "sign" else None

    def key(self, name: str) -> NodeKey | None:
        """Return a key by its name."""
        return next((key for key in self.keys if key.name == name), None)


class SignedDocument(Record, frozen=True, kw_only=True):
    """A document with its signatures, each a JWS over the same bytes."""

    payload: str  # Base64
    signatures: tuple[tuple[str, str], ...]  # head and signature, Base64; room for other kinds

    def texts(self) -> list[str]:
        """Return the signed texts."""
        return [f"{head}.{self.payload}.{told}" for head, told in self.signatures]

    def digest(self) -> str:
        """Return the SHA-256 of the document without its signatures, in hexadecimal."""
        return hashlib.sha256(unwrapped(self.payload)).hexdigest()

    def read(self) -> Document:
        """Read the document; its signatures are not looked at.

        Raises:
            InputError: It is none.
        """
        if len(self.payload) > _MOST_TEXT or len(self.signatures) > SIGNATURES:
            raise InputError("exchange/document-too-large")
        found = read_json(unwrapped(self.payload), Document, "document of a node")
        _check(found)
        return found


class Signer(Record, frozen=True, kw_only=True):
    """A key that signs documents."""

    kid: str
    secret: bytes  # shape (32,)


def root_hash(public: bytes) -> str:
    """Return the hash by which a root is named before it is in use."""
    return hashlib.sha256(public).hexdigest()


def sign_document(document: Document, signers: Sequence[Signer]) -> SignedDocument:
    """Sign a document.

    Args:
        document: What the node says of itself.
        signers: The keys that sign; for the first document the root and each key that signs.
    """
    payload = msgspec.json.encode(document)
    texts = [sign(payload, typ=TYPE, kid=each.kid, secret=each.secret) for each in signers]
    heads = [(text.split(".")[0], text.split(".")[2]) for text in texts]
    return SignedDocument(payload=wrapped(payload), signatures=tuple(heads))


def write_chain(chain: Sequence[SignedDocument]) -> bytes:
    """Write documents as a file, or as an answer."""
    return msgspec.json.encode(chain)


def read_chain(held: bytes) -> list[SignedDocument]:
    """Read what `write_chain` wrote; nothing of it is checked.

    Raises:
        InputError: It is none.
    """
    try:
        return msgspec.json.decode(held, type=list[SignedDocument])
    except (msgspec.MsgspecError, RecursionError) as error:
        raise InputError("exchange/not-documents-of-a-node", error=str(error)[:200]) from error


def check_chain(chain: Sequence[SignedDocument]) -> Document:
    """Check a chain of documents from its first; return what the last one says.

    Raises:
        InputError: A document does not follow from the one before it.
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
    """Check that a document follows from another.

    It must be signed by a key that was active before, or by the root: then the keys were lost.
    Another root must be the one that was announced, and must have signed too. Where the root stays,
    another root to come must be signed by the root: a key in daily use announces none.

    Args:
        last: The one before.
        before: What it says.
        signed: The one that follows.

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
    """Say whether a document that follows was signed by no key but a root, or has another root."""
    return signed.read().root != before.root or not _by_active_key(before, signed)


def _by_active_key(before: Document, signed: SignedDocument) -> bool:
    """Say whether a key that was active in the document before has signed one."""
    keys = [key.public for key in before.keys if key.use == "sign" and key.state == "active"]
    return any(is_signed(signed, each) for each in keys)


def _check_keys(before: Document, document: Document, at: str) -> None:
    """Check that no key comes back: what was revoked stays so, and none is forgotten."""
    order = ("active", "retired", "revoked")
    for key in before.keys:
        now = document.key(key.name)
        if now is None or order.index(now.state) < order.index(key.state):
            raise InputError("exchange/key-forgotten-or-revived", name=key.name, at=at)


def _check(document: Document) -> None:
    """Check what no type says.

    Raises:
        InputError: A key is none, or the node has not just one to sign and one to be written to;
            or a name or an address is none.
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
    """Say whether a key signed a document."""
    for text in signed.texts():
        try:
            found = take_apart(text)
        except InputError:  # of a kind that is not known here
            continue
        if found.typ == TYPE and is_signed_by(found, public):
            return True
    return False


def root_signer(node: str, secret: bytes) -> Signer:
    """Return the root as a signer."""
    return Signer(kid=f"{node}#{thumbprint('sign', public_of('sign', secret))}", secret=secret)


_BY_KEY, _BY_ROOT, _BY_ANNOUNCED = 0, 1, 2


class Merge(Record, frozen=True, kw_only=True):
    """What becomes of a chain when documents of the same node come."""

    common: int  # documents of the known chain that stay, from the first
    new: tuple[SignedDocument, ...]  # that come after them; (): nothing is new
    replaces: bool = False  # the rest of the known chain goes: a root has not signed it


def merge(known: Sequence[SignedDocument], told: Sequence[SignedDocument]) -> Merge:
    """Say what becomes of a chain that is known when documents come.

    Args:
        known: The chain, from its first document.
        told: Documents in order, from any that is known or the next on.

    Raises:
        InputError: They follow from nothing that is known, or from a document after which others
            are known that they do not outrank.
    """
    places = {each.digest(): place for place, each in enumerate(known)}
    rest = list(told)
    while rest and rest[0].digest() in places:
        rest.pop(0)
    if not rest:
        return Merge(common=len(known), new=())
    at = places.get(rest[0].read().previous, len(known) - 1)  # the last says why it does not follow
    _check_from(known[at], rest)
    if at == len(known) - 1:
        return Merge(common=len(known), new=tuple(rest))
    _check_outranks(known, at, rest)
    return Merge(common=at + 1, new=tuple(rest), replaces=True)


def _check_outranks(
    known: Sequence[SignedDocument], at: int, rest: Sequence[SignedDocument]
) -> None:
    """Check that documents outrank what is known after the last document that both chains have.

    Raises:
        InputError: They do not.
    """
    before = known[at].read()
    theirs = rank(before, rest)
    held = holding(known) if theirs > _BY_KEY else known  # a thief makes nobody check a long chain
    if at >= len(held):
        raise InputError("exchange/follows-an-invalid-document")
    if theirs == _BY_KEY or theirs <= rank(before, held[at + 1 :]):
        raise InputError(
            "exchange/another-document-of-that-number", number=before.number + 1, node=before.node
        )


def rank(before: Document, branch: Sequence[SignedDocument]) -> int:
    """Rank documents that follow from one that is not disputed: 2, 1 or 0, as the module says.

    Args:
        before: The last document that both chains have.
        branch: What follows from it.
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
    """Return the documents of a chain up to the first that does not follow from the one before.

    An earlier version took another announced root from a key in daily use.

    Args:
        chain: From its first document, which was checked before.
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
    """Say whether a text is signed with a key that a thief of this node's keys has made.

    Args:
        own: Documents of this node.
        replaced: Documents that a peer took for this node's and that the root has replaced: each
            must be signed by a key of this node, or by one that such a document names.
        signed: The text.
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
    """Check that each document follows from the one before it."""
    for before, signed in pairwise([last, *new]):
        check_next(before, before.read(), signed)


LANGUAGES = {"en": "english", "es": "spanish", "fr": "french", "zh": "chinese_simplified"}
_BYTES = 16
_FIRST = b"tidewaiter node\n"


def fingerprint(document: Document) -> str:
    """Return the fingerprint of a node's root, 32 hexadecimal digits; it outlives other keys."""
    told = _FIRST + document.node.encode() + b"\n" + document.root.encode()
    return hashlib.sha256(told).digest()[:_BYTES].hex()


def words(found: str, language: str = "en") -> list[str]:
    """Write a fingerprint as twelve words.

    Args:
        found: 32 hexadecimal digits.
        language: en, es, fr or zh.
    """
    text = Mnemonic(LANGUAGES[language]).to_mnemonic(bytes.fromhex(found))
    return text.replace("\u3000", " ").split(" ")


def read_words(text: str) -> str:
    """Read a fingerprint that someone typed: twelve words of any of the languages, or digits.

    Returns:
        32 hexadecimal digits.

    Raises:
        InputError: It is none, or a word is wrong: the last of them also checks the others.
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
