"""The command `tidewaiter verify`."""

import sys
from pathlib import Path

import click
import msgspec

from tidewaiter.cli.options import printable
from tidewaiter.evidence.messages import verify_message
from tidewaiter.evidence.verify import Verdict, verify_bundle
from tidewaiter.exchange.evidence import MOST
from tidewaiter.exchange.fingerprints import read_words
from tidewaiter.identity import key_file, own_key
from tidewaiter.ledger.notes import PublicKey
from tidewaiter.report.characters import visible

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command()
@click.argument("path", metavar="FILE", type=_FILE)
@click.option(
    "--key", "keys", multiple=True, help="The key of who signed, as `audit key` prints it; again."
)
@click.option(
    "--words", "told", multiple=True, help="The words of a node that you know, of a message; again."
)
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
def verify(path: Path, keys: tuple[str, ...], told: tuple[str, ...], *, as_json: bool) -> None:
    """Check evidence FILE, without a database and without a network.

    It is the bundle of a case, or what the page of a peer gives out of one message. Of a message,
    --words are those of its sender and, where it has a receipt, of its recipient: whoever trusts
    them has compared them by telephone.

    Each part is checked and named: the signature, every file, every byte beside them, the proofs
    of the audit, and the record against these. Without --key, only the key of this installation
    is known. Exit status 0: all holds, and a key that you know signed it; 1: something does not
    hold, or it was signed by a key that you did not name; 2: it is no bundle.

    Example: tidewaiter verify case-7.zip --key tidewaiter/1f0a+...
    """
    with path.open("rb") as file:
        if file.read(1) == b"{":
            file.seek(0)
            found = verify_message(file.read(MOST), [read_words(each) for each in told])
        else:
            file.seek(0)
            found = verify_bundle(file, _known(keys))
    if as_json:
        click.echo(msgspec.json.encode(found))
    else:
        _tell(found)
    sys.exit(0 if found.holds() else 1)


def _known(keys: tuple[str, ...]) -> tuple[PublicKey, ...]:
    """Return the keys that were given, or the one of this installation where there is one."""
    if keys:
        return tuple(PublicKey.parse(printable(line)) for line in keys)
    return (own_key(key_file()).public(),) if key_file().exists() else ()


def _tell(found: Verdict) -> None:
    click.echo(visible(f"{found.of}, made {found.made}"))
    for part in found.parts:
        click.echo(visible(f"{'holds' if part.holds else 'BROKEN':<8}{part.name:<11}{part.says}"))
    if found.holds():
        click.echo("all of it holds")
    elif all(part.holds for part in found.parts):
        click.echo("it agrees with itself; that says nothing of who made it", err=True)
    else:
        click.echo("it does not hold", err=True)
