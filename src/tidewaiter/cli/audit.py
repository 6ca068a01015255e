"""The commands `tidewaiter audit` and `tidewaiter verify`: audit log and evidence files."""

import sys
from pathlib import Path

import click

from tidewaiter.base.errors import InputError
from tidewaiter.base.files import check_file, replacing, writing
from tidewaiter.base.phrases import english_json
from tidewaiter.base.safe_text import visible
from tidewaiter.casework.evidence import Verdict, verify_bundle
from tidewaiter.cli.core.counts import how_many
from tidewaiter.cli.core.options import FILE, OUT_FILE, needs_db, printable
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

_MOST = 16 * 1024 * 1024  # bytes of a file that is a checkpoint or a proof
_PAGE = 1000

_keys = click.option(
    "--key",
    "keys",
    multiple=True,
    help="Public key of the signer, as printed by `audit key`; can be repeated.",
)


@click.group()
def audit() -> None:
    """Show and verify the audit log of a database.

    Every change is an entry. The entries form a Merkle tree: one signed line covers all of them,
    and one entry can be proved without showing the others.

    Example: tidewaiter audit verify --db cases.db
    """


@audit.command()
@needs_db
@click.option(
    "--after", type=click.IntRange(0), default=0, help="Number of the last entry already seen."
)
@click.option("--action", default="", help="Only entries with this action.")
def show(db: str, after: int, action: str) -> None:
    """Print the entries: number, time, user, action, details.

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
@click.option("--checkpoint", type=FILE, help="A checkpoint saved earlier, outside the database.")
@_keys
def verify(db: str, checkpoint: Path | None, keys: tuple[str, ...]) -> None:
    """Recompute all entries, to detect entries that were changed, removed or moved.

    Use --checkpoint to detect that the last entries were cut off or the whole log was rebuilt.
    Exit status 1: the log has been altered.

    Example: tidewaiter audit verify --db cases.db --checkpoint march.note
    """
    noted = _noted(checkpoint, keys) if checkpoint else None
    with open_database(db) as database, database.work() as work:
        state = State(entries=noted.size, root=noted.root) if noted else None
        found = verify_audit(work, noted=state)
    said = f"{how_many(found.state.entries, 'entry')} verified, root {found.state.root.hex()}"
    if found.broken is None:
        click.echo(f"{said}; and the checkpoint of {noted.size:,}" if noted else said)
        return
    click.echo(f"the audit log has been altered: {found.problem}; {said} before it", err=True)
    sys.exit(1)


@audit.command()
@needs_db
@click.option("--out", type=OUT_FILE, help="Output file (default: standard output).")
def checkpoint(db: str, out: Path | None) -> None:
    """Sign the current length and root of the audit log, as a checkpoint to store elsewhere.

    It is signed with the key of this installation, which is created if there is none.

    Example: tidewaiter audit checkpoint --db cases.db --out march.note
    """
    with open_database(db) as database, database.work() as work:
        state = audit_state(work)
    _write(signed_state(_own_key(), state), out)


@audit.command()
@click.argument("number", type=click.IntRange(1))
@needs_db
@click.option("--out", type=OUT_FILE, help="Output file (default: standard output).")
def prove(number: int, db: str, out: Path | None) -> None:
    """Export a proof of entry NUMBER for someone who sees nothing else of the audit log.

    The proof has the entry, its path to a checkpoint, and the signature.

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
@click.argument("path", type=FILE)
@_keys
def check(path: Path, keys: tuple[str, ...]) -> None:
    """Verify a proof of an entry, without a database or network.

    Without --key, only proofs signed by this installation can be verified.

    Example: tidewaiter audit check entry-17.tlog-proof --key tidewaiter/1f0a+...
    """
    proof = read_proof(_text(path))
    state, names = check_proof(proof, _public(keys))
    click.echo(visible(proof.entry.decode("utf-8", "replace")))
    signers = ", ".join(names)
    said = f"entry {proof.place + 1:,} of {state.size:,} in the log of {state.origin}"
    click.echo(visible(f"{said}, signed by {signers}"), err=True)


@audit.command()
def key() -> None:
    """Print the public key of this installation, with which others verify its signatures.

    Send it separately from the signed files. The key is created if there is none.

    Example: tidewaiter audit key
    """
    click.echo(str(_own_key().public()))


def _own_key() -> SecretKey:
    """Return the key of this installation; print its path if it was just created."""
    path = key_file()
    there = path.exists()
    secret = own_key(path)
    if not there:
        text = f"a key was created: {path}; keep a copy where no one else can read it"
        click.echo(visible(text), err=True)
    return secret


def _noted(path: Path, keys: tuple[str, ...]) -> Checkpoint:
    text, _ = signed_text(_text(path), _public(keys))
    return read_checkpoint(text)


def _public(keys: tuple[str, ...]) -> tuple[PublicKey, ...]:
    """Return the trusted keys: those given, otherwise this installation's own."""
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
@click.argument("path", metavar="FILE", type=FILE)
@click.option(
    "--key",
    "keys",
    multiple=True,
    help="Public key of the signer, as printed by `audit key`; can be repeated.",
)
@click.option(
    "--words",
    "told",
    multiple=True,
    help="Verification words of the sender or recipient of a message; can be repeated.",
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def verify_evidence(
    path: Path, keys: tuple[str, ...], told: tuple[str, ...], *, as_json: bool
) -> None:
    """Verify evidence FILE, without a database or network.

    FILE is the evidence bundle of a case, or a message exported from a peer's page. For a message,
    --words are the verification words of its sender and, if it has a receipt, of its recipient,
    which you have compared by telephone.

    Each part is verified: the signature, every file, any bytes beside them, the proofs of the audit
    log, and the record. Without --key, only the key of this installation is trusted.
    Exit status 0: everything is verified, and signed by a trusted key; 1: something is not
    verified, or the key is not trusted; 2: the file is not evidence.

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
    """Return the keys that were given, or the one of this installation if there is one."""
    if keys:
        return tuple(PublicKey.parse(printable(line)) for line in keys)
    return (own_key(key_file()).public(),) if key_file().exists() else ()


def _tell(found: Verdict) -> None:
    click.echo(visible(f"{found.of}, made {found.made}"))
    for part in found.parts:
        click.echo(visible(f"{'holds' if part.holds else 'BROKEN':<8}{part.name:<11}{part.says}"))
    if found.holds():
        click.echo("verified")
    elif all(part.holds for part in found.parts):
        click.echo(
            "consistent, but the signer is not verified: name a trusted key with --key", err=True
        )
    else:
        click.echo("NOT verified", err=True)
