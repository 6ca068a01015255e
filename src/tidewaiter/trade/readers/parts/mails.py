"""E-mails (.eml) and mailboxes (.mbox): their text, and each attachment by its own reader."""

import re
from collections.abc import Iterator
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser
from io import BytesIO
from typing import BinaryIO, cast

from tidewaiter.base.errors import InputError
from tidewaiter.trade.messages.types import Found
from tidewaiter.trade.readers.parts.types import Part, Room, valid
from tidewaiter.trade.readers.unknown import web_page
from tidewaiter.trade.readers.unknown.whole import whole_of
from tidewaiter.trade.types import Refusal, shorten

_SHOWN = ("subject", "from", "to", "cc")
_FIELD = re.compile(
    rb"^(Received|Return-Path|Message-ID|MIME-Version|Delivered-To|X-Mailer|DKIM-Signature|From"
    rb"|To|Subject|Date|Content-Type): ?\S",
    re.IGNORECASE | re.MULTILINE,
)
_ANYWHERE = frozenset((b"from", b"to", b"date"))  # lines above a table may begin with these too
_BEGINS = re.compile(rb"\s*(?:From \S+ .*\d\d:\d\d|From \S+@|[A-Za-z][A-Za-z-]{1,40}: ?\S)")
_LEAST = 2  # header lines
_IN_A_BOX = re.compile(rb"(?:\A|(?<=\n))From [^\r\n]*\d\d:\d\d[^\r\n]*\r?\n(?=[A-Za-z-]+:)")
_BODY = "text"
_WORD = re.compile(r"\w+")
# The parser itself fails on some headers that are no mail's: bugs.python.org has many.
_FAULTS = (ValueError, LookupError, TypeError, AttributeError, RecursionError)


def fits(head: bytes, suffix: str) -> bool:
    """Return whether a file begins with the header of an e-mail."""
    del suffix
    fields = {name.lower() for name in _FIELD.findall(head)}
    return bool(_BEGINS.match(head)) and len(fields) >= _LEAST and bool(fields - _ANYWHERE)


def split(file: BinaryIO, name: str, room: Room) -> Iterator[Found | Refusal | Part]:
    """Yield the text of an e-mail, and its attachments; of a mailbox, its e-mails.

    Raises:
        InputError: It is too long.
    """
    data = whole_of(file, name)
    begins = [found.start() for found in _IN_A_BOX.finditer(data)]
    if len(begins) > 1:
        for number, (start, end) in enumerate(zip(begins, [*begins[1:], None], strict=True), 1):
            held = room.hold(BytesIO(data[start:end]), name)
            yield Part(name=f"message {number}", file=held, form="email")
        return
    mail = BytesParser(policy=policy.default).parsebytes(data)
    heads = tuple((key, text) for key in _SHOWN if (text := _header(mail, key)))
    if heads:
        yield Found(row=1, fields={}, kept=heads)
    yield from _parts(mail, name, room)


def _header(mail: EmailMessage, key: str) -> str:
    try:
        text = str(mail[key] or "")
    except _FAULTS:
        raw = next((value for name, value in mail.raw_items() if name.lower() == key), "")
        text = str(raw)
    return valid(text)


def _parts(mail: EmailMessage, name: str, room: Room) -> Iterator[Part | Refusal]:
    pending = [mail]
    while pending:
        part = pending.pop()
        title = _title(part)
        if part.get_content_type() == "message/rfc822" and part.is_multipart():
            inner = cast("EmailMessage", part.get_payload(0))
            try:
                held = room.hold(BytesIO(inner.as_bytes(policy=policy.compat32)), name)
            except _FAULTS:
                error = InputError("trade/attachment-damaged", title=title or "?")
                yield Refusal.of(error, row=0, column=title, screened=False)
                continue
            yield Part(name=title or shorten(_header(inner, "subject")), file=held, form="email")
        elif part.is_multipart():
            inside = [each for each in part.get_payload() if isinstance(each, EmailMessage)]
            if part.get_content_subtype() == "alternative":
                inside = _best(inside)
            pending.extend(reversed(inside))
        elif title or part.get_content_maintype() != "text":
            content = _content(part)
            if content:
                title = title or part.get_content_type()
                yield Part(name=title, file=room.hold(BytesIO(content), f"{name}/{title}"))
        elif text := text_of(part).strip():
            yield body(text, name, room, is_page=_is_page(part))


def body(text: str, name: str, room: Room, *, is_page: bool) -> Part:
    """Return the text of an e-mail as a part.

    Args:
        text: Plain text, or a web page.
        name: Name of the e-mail, for errors.
        room: What it may hold.
        is_page: It is a web page.
    """
    held = room.hold(BytesIO(text.encode("utf-8", "replace")), name)
    return Part(name=_BODY, file=held, form="html" if is_page else "text")


def adds_words(plain: str, page: str) -> bool:
    """Return whether a plain text has words that the page with the same text lacks."""
    shown = set(_WORD.findall("\n".join(web_page.lines_of(page)).casefold()))
    return not shown.issuperset(_WORD.findall(plain.casefold()))


def _best(alternatives: list[EmailMessage]) -> list[EmailMessage]:
    """Leave out the plain text if the page, which keeps tables, has all its words."""
    pages = [each for each in alternatives if not each.is_multipart() and _is_page(each)]
    if not pages:
        return alternatives
    page = text_of(pages[-1])
    return [
        each
        for each in alternatives
        if each in pages
        or each.get_content_type() != "text/plain"
        or _title(each)
        or (page.strip() and adds_words(text_of(each), page))
    ]


def _is_page(part: EmailMessage) -> bool:
    return part.get_content_subtype() in {"html", "xhtml+xml"}


def _title(part: EmailMessage) -> str:
    try:
        return valid(part.get_filename("") or "")
    except _FAULTS:
        return ""


def _content(part: EmailMessage) -> bytes:
    content = part.get_payload(decode=True)
    return content if isinstance(content, bytes) else b""


def text_of(part: EmailMessage) -> str:
    """Return the text of a part in its character set."""
    try:
        return _content(part).decode(part.get_content_charset() or "utf-8", "replace")
    except (LookupError, ValueError):
        return _content(part).decode("utf-8", "replace")
