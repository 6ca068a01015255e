"""What the register of a database says of a notice, at the command line."""

from collections.abc import Iterator
from datetime import date

from tidewaiter.cli.noticelaw import law_here
from tidewaiter.exchange.notices.types import Notice
from tidewaiter.exchange.register.book import Book
from tidewaiter.exchange.register.noticing import answers_on
from tidewaiter.exchange.register.operators import names_of
from tidewaiter.exchange.register.types import Operator
from tidewaiter.store.database import Work
from tidewaiter.store.register import keeper, load_register


def register_says(work: Work, notice: Notice, day: date) -> Iterator[str]:
    """Yield what the register says of each line of a notice; nothing where there is none.

    Nothing of it keeps a notice from being sent: a permit may wait for the answer.
    """
    country = keeper(work)
    if not country:
        return
    book = Book(load_register(work))
    names = names_of(book.all_on(Operator, day))
    for line, answer in answers_on(book, country, notice, day, law_here(), names=names):
        words = "; ".join(f"{each.part}: {each.text}" for each in answer.parts)
        yield f"line {line}: register of {country}: {answer.verdict}: {words}"
