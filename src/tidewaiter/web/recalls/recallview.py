"""Recalls in words: what was asked back, and what each recipient says became of it."""

from collections.abc import Mapping

from tidewaiter.base.records import Record
from tidewaiter.report.languages import day, words
from tidewaiter.store.fates import Fate
from tidewaiter.store.givingback import Custody
from tidewaiter.web.peerview import state_in_words
from tidewaiter.web.recallwords import STANDINGS


class SentView(Record, frozen=True, kw_only=True):
    """What this node said, at one recipient, in words."""

    peer: str
    became: str
    came: bool
    recalled: str  # "": it is not


class FateView(Record, frozen=True, kw_only=True):
    """What became of what was said once, in words."""

    sent: tuple[SentView, ...]
    recallable: bool
    came: bool
    custody: Custody
    keeps: tuple[str, ...]  # what keeps it here, and to how many it went on


def fates_view(fates: Mapping[str, Fate], names: Mapping[str, str]) -> dict[str, FateView]:
    """Put what became of messages into words.

    Args:
        fates: By message.
        names: Of nodes.
    """
    return {message: _fate(fate, names) for message, fate in fates.items()}


def custody_in_words(custody: Custody) -> tuple[str, ...]:
    """Say what keeps a message here, and to how many it was passed on."""
    told = list[str]()
    if custody.basis:
        told.append(words("under a legal hold: {basis}").format(basis=custody.basis))
    if custody.until:
        told.append(words("until {day}").format(day=day(custody.until)))
    if custody.case:
        told.append(words("as long as case {number} is held").format(number=custody.case))
    if custody.reshared:
        text = words("passed on to {number}, {asked} of them asked to destroy it")
        told.append(text.format(number=custody.reshared, asked=custody.told))
    return tuple(told)


def _fate(fate: Fate, names: Mapping[str, str]) -> FateView:
    custody = fate.custody or Custody()
    return FateView(
        sent=tuple(
            SentView(
                peer=names.get(each.peer, each.peer),
                became=state_in_words(each.state, each.code),
                came=each.state == "processed",
                recalled=words(STANDINGS[each.recalled]) if each.recalled else "",
            )
            for each in fate.sent
        ),
        recallable=any(
            each.recalled in {None, "not-asked"} and each.state != "discarded" for each in fate.sent
        ),
        came=fate.custody is not None,
        custody=custody,
        keeps=custody_in_words(custody),
    )
