"""Validation of a request, or of a reply to one, before sending."""

from collections.abc import Iterator
from datetime import date

from tidewaiter.exchange.problems import Problem, blank, prose, wrong
from tidewaiter.exchange.requests.types import (
    Answer,
    Delay,
    Refusal,
    Request,
    Withdrawal,
    load_instruments,
)

MOST = 100  # items


def check_request(request: Request, today: date) -> tuple[Problem, ...]:
    """Return all problems of a request; (): ready to send.

    Args:
        request: The request.
        today: The day.
    """
    return tuple(_request(request, today))


def check_answer(answer: Answer, request: Request) -> tuple[Problem, ...]:
    """Return the problems of an answer to a request."""
    found = [*_to(answer, request), *prose("text", answer.text, needed=True)]
    both = (*answer.items, *answer.partly)
    found += _items(both, request)
    if request.purpose not in (answer.marking.purposes or (request.purpose,)):
        code = "exchange/answer-not-for-purpose"
        found.append(wrong("marking", code, purpose=request.purpose))
    for number, bundle in enumerate(answer.bundles, 1):
        found += sha256(f"bundle {number}", bundle)
    return tuple(found)


def check_refusal(refusal: Refusal, request: Request) -> tuple[Problem, ...]:
    """Return the problems of a refusal; a reason is mandatory."""
    return (
        *_to(refusal, request),
        *prose("why", refusal.why, needed=True),
        *_items(refusal.items, request),
    )


def check_delay(delay: Delay, request: Request, today: date) -> tuple[Problem, ...]:
    """Return the problems of a delay."""
    found = [*_to(delay, request), *prose("why", delay.why), *prose("needs", delay.needs)]
    if delay.until is None and blank(delay.needs):
        found.append(wrong("until", "exchange/delay-not-explained"))
    if delay.until is not None and delay.until <= today:
        found.append(wrong("until", "exchange/day-in-past", day=delay.until, today=today))
    return tuple(found)


def check_withdrawal(withdrawal: Withdrawal, request: Request) -> tuple[Problem, ...]:
    """Return the problems of a withdrawal."""
    return (*_to(withdrawal, request), *prose("why", withdrawal.why, needed=True))


def sha256(at: str, text: str) -> Iterator[Problem]:
    """Yield a problem if a text is not a SHA-256 in hexadecimal digits."""
    if len(text) != 64 or set(text) - set("0123456789abcdef"):  # noqa: PLR2004
        yield wrong(at, "exchange/not-a-sha256", text=text)


def _request(request: Request, today: date) -> Iterator[Problem]:
    for name, text in (("id", request.id), ("asker", request.asker), ("asked", request.asked)):
        yield from prose(name, text, needed=True)
    if request.asker == request.asked:
        yield wrong("asked", "exchange/request-to-itself")
    yield from prose("facts", request.facts, needed=True)
    yield from _asked(request)
    yield from _basis(request)
    if request.day > today:
        yield wrong("day", "exchange/day-in-future", day=request.day, today=today)
    if request.deadline is not None and request.deadline <= today:
        yield wrong("deadline", "exchange/day-in-past", day=request.deadline, today=today)
    if request.urgency != "routine" and blank(request.why_urgent):
        yield wrong("why_urgent", "exchange/urgency-not-explained")
    for number, each in enumerate(request.about, 1):
        if blank(each.node) or blank(each.ref):
            yield wrong(f"about {number}", "exchange/reference-incomplete")


def _asked(request: Request) -> Iterator[Problem]:
    numbers = [each.number for each in request.items]
    if not numbers:
        yield wrong("items", "exchange/questions-missing")
    if len(numbers) > MOST:
        yield wrong("items", "exchange/too-many", count=len(numbers), most=MOST)
    if numbers != list(range(1, len(numbers) + 1)):
        yield wrong("items", "exchange/not-numbered")
    for each in request.items:
        yield from prose(f"item {each.number}", each.text, needed=True)


def _basis(request: Request) -> Iterator[Problem]:
    known = load_instruments().instrument
    if request.instrument and request.instrument not in known:
        code, names = "exchange/no-such-instrument", ", ".join(known)
        yield wrong("instrument", code, instrument=request.instrument, known=names)
    if blank(request.basis) and not request.instrument:
        yield wrong("basis", "exchange/legal-basis-missing")
    if request.kind == "legal-assistance" and blank(request.authority):
        yield wrong("authority", "exchange/judicial-authority-missing")
    if request.kind == "legal-assistance" and request.purpose in {"warning", "statistics"}:
        yield wrong("purpose", "exchange/purpose-not-of-legal-assistance")


def _to(said: Answer | Refusal | Delay | Withdrawal, request: Request) -> Iterator[Problem]:
    if (said.request, said.asker) != (request.id, request.asker):
        yield wrong("request", "exchange/of-another-request")


def _items(numbers: tuple[int, ...], request: Request) -> Iterator[Problem]:
    asked = {each.number for each in request.items}
    known = ", ".join(map(str, sorted(asked)))
    if not numbers:
        yield wrong("items", "exchange/answered-questions-missing")
    for number in sorted(set(numbers) - asked):
        yield wrong("items", "exchange/no-such-question", number=number, known=known)
    if len(set(numbers)) < len(numbers):
        yield wrong("items", "exchange/question-twice")
