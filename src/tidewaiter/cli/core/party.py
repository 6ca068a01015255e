"""Options that say what is known of one party beside its name."""

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar, cast

import click

from tidewaiter.base.records import Record
from tidewaiter.cli.options import Field, printable
from tidewaiter.parties.types import Identifier

F = TypeVar("F", bound=Callable[..., Any])


class Known(Record, frozen=True, kw_only=True):
    """What is known of a party beside its name."""

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
    @click.option("--phone", multiple=True, help="Telephone; say --country, or write +86 ...")
    @click.option("--email", multiple=True, help="E-mail.")
    @click.option("--web", multiple=True, help="Web site or domain.")
    @click.option("--address", multiple=True, help="Address, in one line.")
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
