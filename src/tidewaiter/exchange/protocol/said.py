"""What was said: the body of one accepted envelope, and who proved to have sent it."""

from typing import Generic, TypeVar

from tidewaiter.base.records import Record

T = TypeVar("T")


class Said(Record, Generic[T], frozen=True, kw_only=True):
    """One message, as it was accepted."""

    id: str  # of the envelope
    sender: str  # id of the node whose signature it bears
    at: str  # when it was signed: ISO 8601, UTC; it decides nothing
    body: T


class Unheeded(Record, Generic[T], frozen=True, kw_only=True):
    """A message that changes nothing, and why. It is kept and shown."""

    said: Said[T]
    why: str
