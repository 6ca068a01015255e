"""Harmful functions to call in a sandbox process."""

import os
import time

import numpy as np

from tidewaiter.base.errors import InputError


def double(number: int) -> int:
    """Return twice a number."""
    return 2 * number


def refuse(text: str) -> None:
    """Refuse a text."""
    raise InputError.from_words(f'"{text}" is refused', at="here", hint="write another")


def sleep(seconds: float) -> None:
    """Take time."""
    time.sleep(seconds)


def take(megabytes: int) -> int:
    """Take memory, and write to it."""
    return int(np.ones(megabytes << 17).sum())


def crash() -> None:
    """End the process without a word."""
    os.abort()


def stumble(*_: object, **__: object) -> None:
    """Have a fault."""
    raise KeyError("stumbled")
