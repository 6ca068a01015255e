"""Values of options: probabilities, rates of alerts, and thresholds by kind of entry."""

import math
from collections.abc import Sequence
from typing import Any, get_args

import click

from tidewaiter.parties.thresholds import KindThreshold, Threshold
from tidewaiter.parties.types import PartyKind

_HUNDRED = 100


class Within(click.FloatRange):
    """A number within bounds; "nan" is none."""

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> float:
        """Read a number."""
        number: float = super().convert(value, param, ctx)
        if math.isnan(number):
            self.fail(f'"{value}" is no number', param, ctx)
        return number


class Rate(click.ParamType[float]):
    """Alerts per party."""

    name = "rate"

    def convert(
        self, value: str | float, param: click.Parameter | None, ctx: click.Context | None
    ) -> float:
        """Read "0.1%" or "0.001"."""
        if isinstance(value, float):
            return value
        text = value.strip()
        try:
            rate = float(text.removesuffix("%")) / (_HUNDRED if text.endswith("%") else 1)
        except ValueError:
            rate = 0.0
        if not 0 < rate <= 1:
            self.fail(f'"{value}" is not a rate of alerts: write "0.1%" or 0.001', param, ctx)
        return rate


class LeastOf(click.ParamType[tuple[str, float]]):
    """A threshold, of all entries or of one kind."""

    name = "[kind=]threshold"

    def convert(
        self,
        value: str | tuple[str, float],
        param: click.Parameter | None,
        ctx: click.Context | None,
    ) -> tuple[str, float]:
        """Read "0.62" or "person=0.8"."""
        if isinstance(value, tuple):
            return value
        kind, _, text = value.rpartition("=")
        try:
            least = float(text)
        except ValueError:
            least = 0.0
        if not 0 < least <= 1:
            self.fail(f'"{value}" is no threshold: write 0.62 or person=0.8', param, ctx)
        if kind and kind not in get_args(PartyKind):
            known = ", ".join(get_args(PartyKind))
            self.fail(f'"{kind}" is no kind of entry; known: {known}', param, ctx)
        return kind, least


def set_threshold(values: Sequence[tuple[str, float]]) -> Threshold:
    """Return the threshold that a user sets.

    Raises:
        UsageError: One is given twice, or the one for all kinds is missing.
    """
    given = dict(values)
    if len(given) < len(values) or "" not in given:
        raise click.UsageError("--set one threshold for all, like 0.62, and one for a kind at most")
    known: tuple[PartyKind, ...] = get_args(PartyKind)
    kinds = tuple(KindThreshold(kind=kind, least=given[kind]) for kind in known if kind in given)
    return Threshold(least=given[""], kinds=kinds, origin="set by you")
