"""Options for parties: the folder of lists, thresholds and rates, and details of one party."""

import math
from collections.abc import Callable, Sequence
from datetime import date
from functools import wraps
from typing import Any, TypeVar, cast, get_args

import click

from tidewaiter.base.records import Record
from tidewaiter.cli.core.counts import how_many
from tidewaiter.cli.core.options import Field, kept_under, printable
from tidewaiter.lists.archive import Archive, lists_folder
from tidewaiter.lists.decisions import KeptThreshold, changes_since, read_threshold
from tidewaiter.parties.thresholds import KindThreshold, Threshold, model_digest
from tidewaiter.parties.types import Identifier, PartyKind

_HUNDRED = 100


class Within(click.FloatRange):
    """A number within bounds; "nan" is rejected."""

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> float:
        """Parse a number."""
        number: float = super().convert(value, param, ctx)
        if math.isnan(number):
            self.fail(f'"{value}" is not a number', param, ctx)
        return number


class Rate(click.ParamType[float]):
    """Alerts per party."""

    name = "rate"

    def convert(
        self, value: str | float, param: click.Parameter | None, ctx: click.Context | None
    ) -> float:
        """Parse "0.1%" or "0.001"."""
        if isinstance(value, float):
            return value
        text = value.strip()
        try:
            rate = float(text.removesuffix("%")) / (_HUNDRED if text.endswith("%") else 1)
        except ValueError:
            rate = 0.0
        if not 0 < rate <= 1:
            self.fail(f'"{value}" is not a rate of alerts. Write it like 0.1% or 0.001', param, ctx)
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
        """Parse "0.62" or "person=0.8"."""
        if isinstance(value, tuple):
            return value
        kind, _, text = value.rpartition("=")
        try:
            least = float(text)
        except ValueError:
            least = 0.0
        if not 0 < least <= 1:
            self.fail(f'"{value}" is not a threshold. Write it like 0.62 or person=0.8', param, ctx)
        if kind and kind not in get_args(PartyKind):
            known = ", ".join(get_args(PartyKind))
            self.fail(f'"{kind}" is not a type of entry. Types: {known}', param, ctx)
        return kind, least


def set_threshold(values: Sequence[tuple[str, float]]) -> Threshold:
    """Return the threshold set by the user.

    Raises:
        UsageError: One is given twice, or the one for all types is missing.
    """
    given = dict(values)
    if len(given) < len(values) or "" not in given:
        raise click.UsageError(
            "Give --set once for all types, for example 0.62, and at most once for each type."
        )
    known: tuple[PartyKind, ...] = get_args(PartyKind)
    kinds = tuple(KindThreshold(kind=kind, least=given[kind]) for kind in known if kind in given)
    return Threshold(least=given[""], kinds=kinds, origin="set by you")


F = TypeVar("F", bound=Callable[..., Any])


class Known(Record, frozen=True, kw_only=True):
    """Known details of a party besides its name."""

    identifiers: tuple[Identifier, ...] = ()
    addresses: tuple[str, ...] = ()


def party_options(command: F) -> F:
    """Add --id, --phone, --email, --web and --address; the command gets them as `known`."""

    @click.option(
        "--id",
        "numbers",
        type=Field(),
        multiple=True,
        metavar="SCHEME=VALUE",
        help="A number: lei=..., imo=..., passport=... (several).",
    )
    @click.option(
        "--phone", multiple=True, help="Telephone number; give --country too, or write +86 ..."
    )
    @click.option("--email", multiple=True, help="E-mail.")
    @click.option("--web", multiple=True, help="Web site or domain.")
    @click.option("--address", multiple=True, help="Address, on one line.")
    @wraps(command)
    def wrapped(
        *args: Any,
        numbers: tuple[tuple[str, str], ...],
        phone: tuple[str, ...],
        email: tuple[str, ...],
        web: tuple[str, ...],
        address: tuple[str, ...],
        **rest: Any,
    ) -> Any:
        said = [
            *numbers,
            *(("phone", each) for each in phone),
            *(("email", each) for each in email),
            *(("website", each) for each in web),
        ]
        known = Known(
            identifiers=tuple(
                Identifier(scheme=scheme, value=printable(value)) for scheme, value in said
            ),
            addresses=tuple(map(printable, address)),
        )
        return command(*args, known=known, **rest)

    return cast("F", wrapped)


kept_in = kept_under("--lists", "TIDEWAITER_LISTS", lists_folder, "the lists")
"""Add the option; the command takes the folder as `folder`."""


def kept_now(archive: Archive, day: date) -> tuple[KeptThreshold | None, Sequence[str]]:
    """Return the saved threshold, and what has changed since it was saved.

    Args:
        archive: The lists.
        day: Date of the lists in force.
    """
    kept = read_threshold(archive.folder)
    return kept, changes_since(kept, archive, day, model_digest()) if kept else ()


def kept_in_words(kept: KeptThreshold | None, changes: Sequence[str]) -> list[str]:
    """Describe the saved threshold: who decided it and why, and what has changed since."""
    if kept is None or kept.threshold is None:
        return ["threshold: default; choose one with tidewaiter lists calibrate"]
    value = Threshold(least=kept.threshold, kinds=kept.kinds).value
    lines = [f"threshold: {value}, saved by {kept.by} on {kept.day}: {kept.why}"]
    if kept.file:
        lines.append(
            f"  from {kept.file} (SHA-256 {kept.sha256[:16]}): "
            f"{how_many(kept.alerts, 'alert')} among {how_many(kept.parties, 'party')}"
        )
    if changes:
        lines.append(f"  changed since: {'; '.join(changes)}; run tidewaiter lists calibrate again")
    return lines
