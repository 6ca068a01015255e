"""The commands `tidewaiter audit` and `tidewaiter verify`: audit log and evidence files."""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from tidewaiter.base.errors import InputError
from tidewaiter.base.files import check_file, replacing, writing
from tidewaiter.base.phrases import english_json
from tidewaiter.base.safe_text import visible
from tidewaiter.casework.evidence import Verdict, verify_bundle
from tidewaiter.cli.core.options import needs_db, printable
from tidewaiter.exchange.evidence import MOST, verify_message
from tidewaiter.exchange.protocol.documents import read_words
from tidewaiter.ledger.proofs import Checkpoint, Proof, check_proof, read_checkpoint, read_proof
from tidewaiter.ledger.signed_notes import PublicKey, SecretKey, signed_text
from tidewaiter.node.identity import key_file, own_key, signed_state
from tidewaiter.store.audit import (
    Entry,
    State,
    audit_entries,
    audit_size,
    audit_state,
    prove_entry,
    verify_audit,
)
from tidewaiter.store.core.database import open_database

F = TypeVar("F", bound=Callable[..., Any])
_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
_OUT = click.Path(dir_okay=False, path_type=Path)
_MOST = 16 * 1024 * 1024  # bytes of a file that is a checkpoint or a proof
_PAGE = 1000

_keys = click.option(
    "--key", "keys", multiple=True, help="The key of who signed, as `audit key` prints it; again."
)


@click.group()
def audit() -> None:
    """Show, prove and check who did what in a database.

    Every change of a database is an entry. The entries make a tree, so that one signed line
    stands for all of them, and one of them can be proved without showing the rest.

    Example: tidewaiter audit verify --db cases.db
    """


@audit.command()
@needs_db
@click.option("--after", type=click.IntRange(0), default=0, help="Number of the last one seen.")
@click.option("--action", default="", help="Entries of this action alone.")
def show(db: str, after: int, action: str) -> None:
    """Print the entries: number, moment, who, what, details.

    Example: tidewaiter audit show --db cases.db --action "batch added"
    """
    with open_database(db) as database, database.work() as work:
        while page := audit_entries(work, after=after, rows=_PAGE):
            after = page[-1].number
            for entry in page:
                if not action or entry.action == action:
                    click.echo(visible(_line(entry)))


def _line(entry: Entry) -> str:
    return f"{entry.number}\t{entry.at}\t{entry.who}\t{entry.action}\t{entry.details}"


@audit.command()
@needs_db
@click.option("--checkpoint", type=_FILE, help="One that was noted earlier, outside the database.")
@_keys
def verify(db: str, checkpoint: Path | None, keys: tuple[str, ...]) -> None:
    """Recompute all entries: was one changed, removed or moved?

    That the last entries were cut off, or all were made anew, shows only against a
    --checkpoint. Exit status 1: the audit does not hold.

    Example: tidewaiter audit verify --db cases.db --checkpoint march.note
    """
    noted = _noted(checkpoint, keys) if checkpoint else None
    with open_database(db) as database, database.work() as work:
        state = State(entries=noted.size, root=noted.root) if noted else None
        found = verify_audit(work, noted=state)
    said = f"{found.state.entries:,} entries hold, root {found.state.root.hex()}"
    if found.broken is None:
        click.echo(f"{said}; and the checkpoint of {noted.size:,}" if noted else said)
        return
    click.echo(f"the audit does not hold: {found.problem}; {said} before it", err=True)
    sys.exit(1)


@audit.command()
@needs_db
@click.option("--out", type=_OUT, help="Where it goes, in place of standard output.")
def checkpoint(db: str, out: Path | None) -> None:
    """Sign how long the audit is and what it holds, in five lines to be kept elsewhere.

    The key of this installation signs; where there is none, one is made.

    Example: tidewaiter audit checkpoint --db cases.db --out march.note
    """
    with open_database(db) as database, database.work() as work:
        state = audit_state(work)
    _write(signed_state(_own_key(), state), out)


@audit.command()
@click.argument("number", type=click.IntRange(1))
@needs_db
@click.option("--out", type=_OUT, help="Where it goes, in place of standard output.")
def prove(number: int, db: str, out: Path | None) -> None:
    """Prove entry NUMBER to someone who sees nothing else of the audit.

    The proof holds the entry, the way from it to a checkpoint, and the signature.

    Example: tidewaiter audit prove 17 --db cases.db --out entry-17.tlog-proof
    """
    with open_database(db) as database, database.work() as work:
        size = audit_size(work)
        if number > size:
            raise InputError("cli/no-audit-entry", number=number, size=size)
        entry = audit_entries(work, after=number - 1, rows=1)[0]
        path = tuple(prove_entry(work, number, size))
        note = signed_state(_own_key(), audit_state(work, size))
    _write(str(Proof(entry=entry.written(), place=number - 1, path=path, note=note)), out)


@audit.command()
@click.argument("path", type=_FILE)
@_keys
def check(path: Path, keys: tuple[str, ...]) -> None:
    """Check a proof of an entry, without the database and without a network.

    Without --key, only a proof of this installation can be checked.

    Example: tidewaiter audit check entry-17.tlog-proof --key tidewaiter/1f0a+...
    """
    proof = read_proof(_text(path))
    state, names = check_proof(proof, _public(keys))
    click.echo(visible(proof.entry.decode("utf-8", "replace")))
    signers = ", ".join(names)
    said = f"stands at {proof.place + 1:,} of {state.size:,} entries of {state.origin}"
    click.echo(visible(f"{said}, signed by {signers}"), err=True)


@audit.command()
def key() -> None:
    """Print the public key of this installation, with which others check what it signed.

    Give it to them by another way than the signed files. Where there is no key, one is made.

    Example: tidewaiter audit key
    """
    click.echo(str(_own_key().public()))


def _own_key() -> SecretKey:
    """Return the key of this installation; say where it is, where it was made for this."""
    path = key_file()
    there = path.exists()
    secret = own_key(path)
    if not there:
        text = f"a key was made: {path}; keep a copy where nobody else can read it"
        click.echo(visible(text), err=True)
    return secret


def _noted(path: Path, keys: tuple[str, ...]) -> Checkpoint:
    text, _ = signed_text(_text(path), _public(keys))
    return read_checkpoint(text)


def _public(keys: tuple[str, ...]) -> tuple[PublicKey, ...]:
    """Return the keys that are trusted: those given, else this installation's own."""
    if keys:
        return tuple(PublicKey.parse(printable(line)) for line in keys)
    return (_own_key().public(),)


def _text(path: Path) -> str:
    if path.stat().st_size > _MOST:
        raise InputError("cli/too-large-for-a-note", at=str(path))
    try:
        return path.read_bytes().decode()
    except UnicodeDecodeError as error:
        raise InputError("cli/not-text", at=str(path)) from error


def _write(text: str, out: Path | None) -> None:
    if out is None:
        click.echo(text, nl=False)
        return
    check_file(out)
    with replacing(out, "audit") as part, writing(str(out)):
        part.write_text(text, encoding="utf-8", newline="\n")


@click.command(name="verify")
@click.argument("path", metavar="FILE", type=_FILE)
@click.option(
    "--key", "keys", multiple=True, help="The key of who signed, as `audit key` prints it; again."
)
@click.option(
    "--words", "told", multiple=True, help="The words of a node that you know, of a message; again."
)
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
def verify_evidence(
    path: Path, keys: tuple[str, ...], told: tuple[str, ...], *, as_json: bool
) -> None:
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
        click.echo(english_json(found))
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
