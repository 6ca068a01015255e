"""A decision as a form sends it: verdict and code of the reason, like "dismiss/other-goods"."""

from collections.abc import Iterator
from typing import get_args

import msgspec

from tidewaiter.base.errors import InputError
from tidewaiter.casework.decisions import Verdict, load_decision_rules
from tidewaiter.report.languages import words


def decision_choices() -> Iterator[tuple[str, tuple[tuple[str, str], ...]]]:
    """Yield each verdict in words, with its reasons: what the form sends, and its words."""
    rules = load_decision_rules()
    for verdict in get_args(Verdict):
        told = (
            (f"{verdict}/{code}", words(rule.says) + (" …" if rule.note else ""))
            for code, rule in rules.reasons_for(verdict).items()
        )
        yield words(rules.verdict[verdict].says), tuple(told)


def read_decision(decision: str, note: str) -> tuple[Verdict, str]:
    """Return the verdict, and the code of its reason.

    Raises:
        InputError: It is no decision, or words are missing.
    """
    verdict, _, reason = decision.partition("/")
    try:
        read = msgspec.convert(verdict, Verdict)
    except msgspec.ValidationError as error:
        hint = "choose a verdict and a reason, like dismiss/other-goods"
        raise InputError(f'"{decision[:80]}" is no decision', hint=hint) from error
    load_decision_rules().check(read, reason, note)
    return read, reason


def status_in_words(status: str) -> str:
    """Say where an alert stands."""
    said = {
        "open": words("open"),
        "held": words("held"),
        "released": words("released"),
        "confirmed": words("confirmed"),
        "dismissed": words("dismissed"),
        "waiting": words("waiting"),
        "referred": words("referred"),
        "suppressed": words("resting"),
    }
    return said.get(status, status)
