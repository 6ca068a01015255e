"""Puts messages about new alerts into a folder, for a program that sends them on: spool:NAME."""

import os
import re
from pathlib import Path

import msgspec

from tidewaiter.base.errors import InputError
from tidewaiter.casework.notifications import Channel, Message

_SETTING = "EXAMPLE_SPOOL"  # the folder: who runs the server decides it, not who makes a webhook


def check(address: str) -> None:
    """Check that an address is the name of a folder in the one that the setting names."""
    if not re.fullmatch(r"[a-z0-9-]{1,40}", address):
        raise InputError.from_words(
            "an address is small letters, digits and hyphens", hint="spool:duty-desk"
        )


def send(address: str, message: Message, key: str) -> None:
    """Write a message as one file, named after its id: written twice, it is the same file."""
    folder = Path(os.environ[_SETTING]) / address
    folder.mkdir(parents=True, exist_ok=True)
    part = folder / f".{key}.part"
    part.write_bytes(msgspec.json.encode(message))
    part.replace(folder / f"{key}.json")


SPOOL = Channel(title="Folder of messages", check=check, send=send)
