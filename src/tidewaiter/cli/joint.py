"""The command `tidewaiter joint`: cases that several nodes work on, each for its own side."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal, get_args

import click
import msgspec
from msgspec import structs

from tidewaiter.base.files import check_file, replacing, writing
from tidewaiter.casework.decisions import Verdict
from tidewaiter.cli.desks import desk_at
from tidewaiter.cli.options import needs_db
from tidewaiter.cli.table import as_line
from tidewaiter.exchange.markings import Marking, Purpose, Tlp
from tidewaiter.exchange.requests.joint import (
    Bundle,
    Decision,
    JointCase,
    Side,
    Taking,
    Together,
)
from tidewaiter.exchange.requests.redaction import Redacted, RedactedFile
from tidewaiter.exchange.requests.referring import hash_of, redact_member, refer
from tidewaiter.exchange.requests.writing import new_id
from tidewaiter.identity import own_stamp
from tidewaiter.store.jointcases import (
    KINDS,
    bring,
    find_joint,
    joint_cases,
    open_joint,
    say_in_joint,
)
from tidewaiter.store.saying import destroyed_of

_json = click.option("--json", "as_json", is_flag=True, help="As JSON, nothing left out.")
_opener = click.argument("opener")
_case = click.argument("case")
_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
_OUT = click.Path(dir_okay=False, path_type=Path)


@click.group()
def joint() -> None:
    """Work on a case with other authorities: bundles by reference, decisions side by side.

    Each node speaks for its own side, and nobody decides for another.

    Example: tidewaiter joint show tidewaiter/a1 3f2a --db node.db
    """


@joint.command(name="open")
@click.argument("title")
@click.option(
    "--with",
    "partners",
    multiple=True,
    required=True,
    metavar="NODE",
    help="A peer that is invited.",
)
@click.option("--purpose", required=True, type=click.Choice(get_args(Purpose)), help="What for.")
@click.option("--basis", default="", help="The law on which it rests.")
@click.option(
    "--tlp",
    type=click.Choice(get_args(Tlp)),
    default="amber",
    show_default=True,
    help="The label of all that is said in it.",
)
@needs_db
def open_(title: str, partners: tuple[str, ...], tlp: Tlp, db: str, **told: Any) -> None:
    """Open a joint case called TITLE, and invite peers to it.

    Example: tidewaiter joint open "Drums" --with tidewaiter/b1 --purpose investigation --db node.db
    """
    stamp = own_stamp()
    with desk_at(db) as desk, desk.database.work(stamp) as work:
        case = JointCase(
            id=new_id(),
            opener=desk.node,
            partners=partners,
            title=title,
            day=stamp.at.date(),
            marking=Marking(tlp=tlp, purposes=(told["purpose"],)),
            **told,
        )
        open_joint(work, desk.ring.lock, desk.node, case)
    click.echo(as_line(f"{case.opener}\t{case.id}"))


@joint.command(name="list")
@needs_db
def list_(db: str) -> None:
    """List joint cases, the one that something was said of last first.

    Example: tidewaiter joint list --db node.db
    """
    with desk_at(db) as desk, desk.database.work() as work:
        found = joint_cases(work, desk.ring.lock)
    for each, known in found:
        click.echo(as_line(f"{each.owner}\t{each.id}\t{_title(known)}"))


@joint.command()
@_opener
@_case
@needs_db
@_json
def show(opener: str, case: str, db: str, *, as_json: bool) -> None:
    """Show CASE of the node OPENER: each side's part, its bundles, and all decisions side by side.

    Example: tidewaiter joint show tidewaiter/a1 3f2a --db node.db
    """
    with desk_at(db) as desk, desk.database.work() as work:
        known = find_joint(work, desk.ring.lock, opener, case)
        gone = destroyed_of(work, KINDS, opener, case)
    if as_json:
        click.echo(msgspec.json.encode(known))
        return
    for line in _shown(known):
        click.echo(as_line(line))
    if gone:
        click.echo(f"note: recalled by its source and destroyed here: {gone}")


@joint.command()
@_opener
@_case
@click.argument("part", type=click.Choice(["joined", "declined", "left"]))
@click.option("--note", default="", help="In words.")
@needs_db
def reply(
    opener: str, case: str, part: Literal["joined", "declined", "left"], note: str, db: str
) -> None:
    """Join CASE of the node OPENER, decline it, or leave it: PART says which.

    Example: tidewaiter joint reply tidewaiter/a1 3f2a joined --db node.db
    """
    _say(db, Taking(case=case, opener=opener, number=0, part=part, note=note))


@joint.command()
@_opener
@_case
@click.argument("bundle", type=_FILE)
@needs_db
def add(opener: str, case: str, bundle: Path, db: str) -> None:
    """Bring BUNDLE, an exported case, by its hashes: the file itself stays here.

    Example: tidewaiter joint add tidewaiter/a1 3f2a case-7.zip --db node.db
    """
    with bundle.open("rb") as file:
        told = refer(file)
    _offer(db, opener, case, told, ())
    click.echo(told.sha256)


@joint.command()
@_opener
@_case
@click.argument("bundle", type=_FILE)
@click.argument("member")
@click.option(
    "--field",
    "fields",
    multiple=True,
    required=True,
    metavar="POINTER",
    help='A place in the file, like "/parties/0/name" (RFC 6901).',
)
@click.option("--why", required=True, help="Why these fields are taken out.")
@click.option("--out", required=True, type=_OUT, help="Where the file goes without them.")
@needs_db
def redact(opener: str, case: str, bundle: Path, member: str, db: str, **told: Any) -> None:
    """Write the file MEMBER of BUNDLE without some fields, and tell the case what was taken out.

    Give the file to the other side yourself; whoever holds the original can check the rest of it.

    Example: tidewaiter joint redact t/a1 3f 7.zip case.json --field /title --why x --out g.json
    """
    out: Path = told["out"]
    check_file(out)
    taken = [Redacted(pointer=each, why=told["why"]) for each in told["fields"]]
    with bundle.open("rb") as file:
        reference = refer(file)
        given, redacted = redact_member(file, member, taken)
    with replacing(out, "redacted", mode=0o600) as part, writing(str(out)):
        part.write_bytes(given)
    _offer(db, opener, case, reference, (redacted,))
    click.echo(redacted.given)


@joint.command()
@_opener
@_case
@click.argument("subject")
@click.argument("verdict", type=click.Choice(get_args(Verdict)))
@click.option("--reason", required=True, help="Its code, as decisions of alerts have them.")
@click.option("--note", default="", help="In words.")
@needs_db
def decide(opener: str, case: str, subject: str, verdict: Verdict, db: str, **told: str) -> None:
    """Tell what this side has decided on SUBJECT, in a spelling that all sides share.

    Example: tidewaiter joint decide t/a1 3f "incident a1/S-17" hold --reason inspect --db node.db
    """
    day = own_stamp().at.date()
    said = Decision(
        case=case, opener=opener, number=0, subject=subject, verdict=verdict, day=day, **told
    )
    _say(db, said)


@joint.command()
@_opener
@_case
@click.argument("path", type=_FILE)
@needs_db
def check(opener: str, case: str, path: Path, db: str) -> None:
    """Say what the file PATH is in CASE of the node OPENER: a bundle, or a redacted file of one.

    Example: tidewaiter joint check tidewaiter/a1 3f2a given.json --db node.db
    """
    with path.open("rb") as file:
        found, _ = hash_of(file)
    with desk_at(db) as desk, desk.database.work() as work:
        known = find_joint(work, desk.ring.lock, opener, case)
    lines = [line for side in known.sides.values() for line in _those(side, found)]
    for line in lines or ["no side has told of this file"]:
        click.echo(as_line(line))
    if not lines:
        raise SystemExit(1)


def _offer(
    db: str, opener: str, case: str, bundle: Bundle, redacted: tuple[RedactedFile, ...]
) -> None:
    with desk_at(db) as desk, desk.database.work(own_stamp()) as work:
        whole = structs.replace(bundle, redacted=redacted)
        untold = bring(work, desk.ring.lock, desk.node, (opener, case), whole)
    _warn(untold)


def _say(db: str, said: Taking | Decision) -> None:
    with desk_at(db) as desk, desk.database.work(own_stamp()) as work:
        untold = say_in_joint(work, desk.ring.lock, desk.node, said)
    _warn(untold)


def _warn(untold: tuple[str, ...]) -> None:
    for each in untold:
        click.echo(as_line(f"not told, as it is no peer of this node: {each}"), err=True)


def _title(known: Together) -> str:
    if known.case is None:
        return "it is not here: it has not come, or was recalled"
    body = known.case.body
    return f"{body.title}\tTLP:{body.marking.tlp.upper()}\tfor {body.purpose}"


def _shown(known: Together) -> Iterator[str]:
    yield _title(known)
    for side in known.sides.values():
        yield f"{side.node}: {side.part}"
        for bundle in side.bundles:
            yield f"  {bundle.of}, {bundle.size:,} bytes, SHA-256 {bundle.sha256}"
            for file in bundle.redacted:
                yield f"    {file.name} without {len(file.fields)} field(s), SHA-256 {file.given}"
                yield from (f"      {each.pointer}: {each.why}" for each in file.fields)
    for subject, decided in known.side_by_side().items():
        yield subject
        for node, each in decided.items():
            told = f"{each.verdict} ({each.reason}) {each.day} {each.note}" if each else "nothing"
            yield f"  {node}: {told}"
    for other in known.unheeded:
        yield f"note: a message of {other.said.sender} changes nothing: {other.why}"


def _those(side: Side, sha256: str) -> Iterator[str]:
    for bundle in side.bundles:
        if bundle.sha256 == sha256:
            yield f"the bundle of {bundle.of} that {side.node} brought"
        for file in bundle.redacted:
            if file.given == sha256:
                yield f"{file.name} of {bundle.of}, as {side.node} redacted it"
            if file.original == sha256:
                yield f"{file.name} of {bundle.of} of {side.node}, whole"
