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
        hint = "mark it for that purpose, or refuse what cannot be given for it"
        found.append(wrong("marking", f"it may not be used for {request.purpose}", hint))
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
        found.append(wrong("until", "it says neither how long nor for what", "say one of them"))
    if delay.until is not None and delay.until <= today:
        found.append(wrong("until", f"{delay.until} is over", f"write a day after {today}"))
    return tuple(found)


def check_withdrawal(withdrawal: Withdrawal, request: Request) -> tuple[Problem, ...]:
    """Return the problems of a withdrawal."""
    return (*_to(withdrawal, request), *prose("why", withdrawal.why, needed=True))


def sha256(at: str, text: str) -> Iterator[Problem]:
    """Yield a problem if a text is not a SHA-256 in hexadecimal digits."""
    if len(text) != 64 or set(text) - set("0123456789abcdef"):  # noqa: PLR2004
        yield wrong(at, f'"{text}" is no SHA-256', "write its 64 small hexadecimal digits")


def _request(request: Request, today: date) -> Iterator[Problem]:
    for name, text in (("id", request.id), ("asker", request.asker), ("asked", request.asked)):
        yield from prose(name, text, needed=True)
    if request.asker == request.asked:
        yield wrong("asked", "it asks itself", "name another node")
    yield from prose("facts", request.facts, needed=True)
    yield from _asked(request)
    yield from _basis(request)
    if request.day > today:
        yield wrong("day", f"{request.day} has not come yet", f"write a day up to {today}")
    if request.deadline is not None and request.deadline <= today:
        yield wrong("deadline", f"{request.deadline} is over", f"write a day after {today}")
    if request.urgency != "routine" and blank(request.why_urgent):
        yield wrong("why_urgent", f"it is {request.urgency}, and nothing says why", "say why")
    for number, each in enumerate(request.about, 1):
        if blank(each.node) or blank(each.ref):
            yield wrong(f"about {number}", "it names nothing", "give the node and its reference")


def _asked(request: Request) -> Iterator[Problem]:
    numbers = [each.number for each in request.items]
    if not numbers:
        yield wrong("items", "it asks nothing", "say what is asked, one thing after the other")
    if len(numbers) > MOST:
        yield wrong("items", f"it asks {len(numbers)} things", f"ask at most {MOST}")
    if numbers != list(range(1, len(numbers) + 1)):
        yield wrong("items", "they are not numbered 1, 2, 3", "number them in their order")
    for each in request.items:
        yield from prose(f"item {each.number}", each.text, needed=True)


def _basis(request: Request) -> Iterator[Problem]:
    known = load_instruments().instrument
    if request.instrument and request.instrument not in known:
        hint = f"there are: {', '.join(known)}; write another in words under basis"
        yield wrong("instrument", f'there is no instrument "{request.instrument}"', hint)
    if blank(request.basis) and not request.instrument:
        yield wrong("basis", "it says nothing of the law", "name the instrument or the law")
    if request.kind == "legal-assistance" and blank(request.authority):
        hint = "name the court or the prosecutor on whose behalf it is asked"
        yield wrong("authority", "legal assistance is asked for somebody", hint)
    if request.kind == "legal-assistance" and request.purpose in {"warning", "statistics"}:
        hint = "ask for information, or name investigation or prosecution"
        yield wrong("purpose", f"{request.purpose} is none for legal assistance", hint)


def _to(said: Answer | Refusal | Delay | Withdrawal, request: Request) -> Iterator[Problem]:
    if (said.request, said.asker) != (request.id, request.asker):
        yield wrong("request", "it is to another request", "name this one")


def _items(numbers: tuple[int, ...], request: Request) -> Iterator[Problem]:
    asked = {each.number for each in request.items}
    if not numbers:
        yield wrong("items", "it names nothing that was asked", "name the numbers")
    for number in sorted(set(numbers) - asked):
        yield wrong("items", f"{number} was not asked", f"name some of {sorted(asked)}")
    if len(set(numbers)) < len(numbers):
        yield wrong("items", "a number stands twice", "name it once, in full or in part")
