"""E-mails: the words of their subject, their text and their attachments of text are screened."""

import re
from collections.abc import Iterator
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser
from itertools import count
from typing import BinaryIO, cast

from tidewaiter.base.errors import InputError
from tidewaiter.trade.messages.types import Found
from tidewaiter.trade.readers.unknown import web_page
from tidewaiter.trade.readers.unknown.plain_text import found_in
from tidewaiter.trade.readers.unknown.whole import whole_of
from tidewaiter.trade.types import Refusal, shorten

_SHOWN = ("subject", "from", "to", "cc")
_TEXTS = frozenset(("text", "message"))


_FIELD = re.compile(
    rb"^(Received|Return-Path|Message-ID|MIME-Version|Delivered-To|X-Mailer|DKIM-Signature|From"
    rb"|To|Subject|Date|Content-Type): ?\S",
    re.IGNORECASE | re.MULTILINE,
)
_ANYWHERE = frozenset((b"from", b"to", b"date"))  # lines above a table may begin with these too
_BEGINS = re.compile(rb"\s*(?:From \S+@|[A-Za-z][A-Za-z-]{1,40}: ?\S)")
_LEAST = 2  # header lines


def fits(head: bytes, suffix: str) -> bool:
    """Return whether a file begins with the header of an e-mail."""
    del suffix
    fields = {name.lower() for name in _FIELD.findall(head)}
    return bool(_BEGINS.match(head)) and len(fields) >= _LEAST and bool(fields - _ANYWHERE)


def read(file: BinaryIO, name: str) -> Iterator[Found | Refusal]:
    """Read an e-mail.

    Raises:
        InputError: It is too long.
    """
    data = whole_of(file, name)
    mail = BytesParser(policy=policy.default).parsebytes(data)
    rows = count(1)
    heads = tuple((key, str(mail[key])) for key in _SHOWN if mail[key])
    if heads:
        yield Found(row=next(rows), fields={}, kept=heads)
    for part in mail.walk():
        if part.is_multipart():
            continue
        attached = part.get_filename()
        if part.get_content_maintype() not in _TEXTS:
            error = InputError("trade/attachment-not-read", title=shorten(attached or "?"))
            yield Refusal.of(error, row=0, value=shorten(attached or ""), screened=False)
            continue
        place = f"attachment {attached}, line" if attached else "text, line"
        for each in found_in(_lines(part), place):
            yield Found(row=next(rows), fields={}, kept=each.kept)


def _lines(part: EmailMessage) -> Iterator[str]:
    content = part.get_payload(decode=True) or b""
    kind = part.get_content_charset() or "utf-8"
    try:
        text = cast("bytes", content).decode(kind, "replace")
    except LookupError:
        text = cast("bytes", content).decode("utf-8", "replace")
    if part.get_content_subtype() in {"html", "xml"} and text.strip():
        return web_page.lines_of(text)
    return iter(text.splitlines())
