"""Addresses of crypto-currencies: one spelling, and their checksums.

Sources:
    Base58Check and bech32: python-stdnum (stdnum.bitcoin); bech32m: BIP 350; mixed case of
    Ethereum: ERC-55.
"""

import re
from hashlib import sha256
from typing import Any

from stdnum import bitcoin

from tidewaiter.parties.identifiers.types import Check

try:
    from Crypto.Hash import keccak
except ImportError:  # the extra "wallets" is not there
    _HASH: Any = None
else:
    _HASH = keccak

_BASE58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
_BECH32 = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
_BECH32M = 0x2BC830A3  # BIP 350
_LABEL = re.compile(r"^\W*(?:[A-Za-z]{2,11}[\s:-]+)?")  # "XBT 1A1z...", "- ETH 0x..."
_ETHER = re.compile(r"0[xX][0-9a-fA-F]{40}")
_SEGWIT = re.compile(r"(bc|ltc|BC|LTC)1[0-9A-Za-z]{6,87}")
_BYTES = {25, 26}  # of an address with its checksum; 26: Zcash, whose version has two
# First letters of addresses in Base58Check: Bitcoin and its kin, Tron, Litecoin, Dash, Dogecoin.
_CHECKED = re.compile(r"(?:[13TLMXDAG]|t[13])[1-9A-HJ-NP-Za-km-z]{25,35}")
_LEAST = 20  # characters of an address of any currency


def read_wallet(text: str) -> tuple[str, Check]:
    """Read an address.

    Args:
        text: As written; the code of a currency before it is left out.

    Returns:
        The address in one spelling; "not valid" where its checksum is wrong or it is too short.
    """
    bare = _LABEL.sub("", text.strip(), count=1).strip() or text.strip()
    if len(bare) < _LEAST or not bare.isascii():
        return text.strip(), "not valid"
    if _ETHER.fullmatch(bare):
        return bare.lower(), _ether(bare[2:])
    if _SEGWIT.fullmatch(bare):
        return bare.lower(), "valid" if _segwit(bare) else "not valid"
    if _CHECKED.fullmatch(bare):
        return bare, _base58(bare)
    return bare, "no check known"


def _ether(digits: str) -> Check:
    """Check the case of the letters, which is a checksum where it is mixed."""
    if _HASH is None or digits in {digits.lower(), digits.upper()}:
        return "no check known"
    small = digits.lower()
    told = _HASH.new(digest_bits=256, data=small.encode()).hexdigest()
    right = "".join(
        letter.upper() if int(nibble, 16) > 7 else letter  # noqa: PLR2004 - its first bit
        for letter, nibble in zip(small, told, strict=False)
    )
    return "valid" if digits == right else "not valid"


def _segwit(text: str) -> bool:
    """Check bech32 of version 0, bech32m of later ones."""
    if text not in {text.lower(), text.upper()}:
        return False
    prefix, _, rest = text.lower().partition("1")
    if not set(rest) <= set(_BECH32):
        return False
    values = [_BECH32.index(letter) for letter in rest]
    head = [ord(letter) >> 5 for letter in prefix] + [0] + [ord(letter) & 31 for letter in prefix]
    wanted = 1 if values[0] == 0 else _BECH32M
    return bool(bitcoin.bech32_checksum(head + values) == wanted)


def _base58(text: str) -> Check:
    """Check Base58Check; what has other bytes is of a currency whose check is not known."""
    raw = bitcoin.b58decode(text)
    if len(raw) not in _BYTES:
        return "no check known"
    check = sha256(sha256(raw[:-4]).digest()).digest()[:4]
    return "valid" if check == raw[-4:] else "not valid"
