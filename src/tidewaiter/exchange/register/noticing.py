"""Noticing: what the register says of the lines of a notice, before it is sent or answered."""

from collections.abc import Iterator
from datetime import date

from tidewaiter.exchange.notices.lawlines import Law, law_of
from tidewaiter.exchange.notices.types import Notice
from tidewaiter.exchange.register.answering import answer_from
from tidewaiter.exchange.register.book import Book
from tidewaiter.exchange.register.goods import country_of, permit_of, slug_of
from tidewaiter.exchange.register.questions import Answer, Names, Question
from tidewaiter.exchange.register.types import Direction


def answers_on(
    book: Book,
    country: str,
    notice: Notice,
    day: date,
    law: Law,
    *,
    names: Names | None = None,
) -> Iterator[tuple[int, Answer]]:
    """Ask the register about each line of a notice whose substance is known.

    Args:
        book: The register.
        country: Whose it is; one that is neither the sender's nor the recipient's has no say.
        notice: The exporter is asked about where the goods leave the country, else the importer.
        day: The day.
        law: Who knows the substances of its lines.
        names: Who finds operators of like names; None: nobody looks.

    Yields:
        The number of a line, and the answer. What the notice itself was promised is its own.
    """
    for direction in _directions(notice, country):
        parties = notice.parties
        for line in notice.lines:
            told, _ = law_of(notice, line, day, law)
            slug = slug_of(told)
            if not slug:
                continue
            number, issuer = permit_of(notice, line.number, direction, "")
            question = Question(
                direction=direction,
                day=day,
                country=country,
                party=parties.exporter if direction == "export" else parties.importer,
                substance=slug,
                net=line.net,
                content=told.content,
                permit=number,
                issuer=issuer,
                notice=notice.reference,
            )
            yield line.number, answer_from(book, question, names)


def _directions(notice: Notice, country: str) -> Iterator[Direction]:
    if country_of(notice, "export") == country:
        yield "export"
    elif country_of(notice, "import") == country:
        yield "import"
