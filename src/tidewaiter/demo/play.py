"""Playing a story: day by day, real nodes do what it says, and all that can arrive does."""

from collections.abc import Iterator
from datetime import date

from tidewaiter.base.records import Record
from tidewaiter.scenario.acts import perform
from tidewaiter.scenario.stage import Stage
from tidewaiter.scenario.story import Act, days_of


class Told(Record, frozen=True, kw_only=True):
    """What an onlooker would say of a deed."""

    day: date
    text: str
    trade: bool  # it is everyday business: a notice, or an answer to one


def play(stage: Stage, ending: str) -> Iterator[Told]:
    """Play a story to its end.

    Args:
        stage: Its nodes, at work.
        ending: One of those that it has.

    Raises:
        InputError: The story has no such ending, or asks for what cannot be done.
        OutputError: The nodes do not settle.
        StoreError: The database of a node cannot be used.
    """
    for day, deeds in days_of(stage.story, ending):
        stage.set_day(day)
        for deed in deeds:
            text = perform(stage, deed)
            if text:
                yield Told(day=day, text=text, trade=not isinstance(deed, Act))
        stage.settle()
    stage.set_day(stage.story.ends)
    stage.settle()
