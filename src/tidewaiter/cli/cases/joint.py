"""The command `tidewaiter joint`: cases worked on with other authorities."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal, get_args

import click
from msgspec import structs

from tidewaiter.base.files import check_file, replacing, writing
from tidewaiter.base.phrases import english_json
from tidewaiter.base.safe_text import as_line
from tidewaiter.casework.decisions import Verdict
from tidewaiter.cli.core.counts import how_many
from tidewaiter.cli.core.node_context import desk_at
from tidewaiter.cli.core.options import FILE, OUT_FILE, found_or_hint, json_option, needs_db
from tidewaiter.exchange.cases import (
    Bundle,
    Decision,
    JointCase,
    Redacted,
    RedactedFile,
    Side,
    Taking,
    Together,
    hash_of,
    redact_member,
    refer,
)
from tidewaiter.exchange.protocol.markings import Marking, Purpose, Tlp
from tidewaiter.exchange.requests.state import new_id
from tidewaiter.node.identity import own_stamp
from tidewaiter.store.cases.joint import (
    KINDS,
    bring,
    find_joint,
    joint_cases,
    open_joint,
    say_in_joint,
)
from tidewaiter.store.peers.statements import destroyed_of

_opener = click.argument("opener")
_case = click.argument("case")


@click.group()
def joint() -> None:
    """Work on a case with other authorities: shared evidence hashes and decisions of each side.

    Each node decides only for its own side.

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
    help="Node ID of a peer to invite.",
)
@click.option("--purpose", required=True, type=click.Choice(get_args(Purpose)), help="Purpose.")
@click.option("--basis", default="", help="Legal basis.")
@click.option(
    "--tlp",
    type=click.Choice(get_args(Tlp)),
    default="amber",
    show_default=True,
    help="TLP label of everything shared in the case.",
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
def list_joint_cases(db: str) -> None:
    """List joint cases, most recently active first.

    Example: tidewaiter joint list --db node.db
    """
    with desk_at(db) as desk, desk.database.work() as work:
        found = joint_cases(work, desk.ring.lock)
    hint = "open a joint case with tidewaiter joint open TITLE --with NODE"
    for each, known in found_or_hint(found, hint):
        click.echo(as_line(f"{each.owner}\t{each.id}\t{_title(known)}"))


@joint.command(name="show")
@_opener
@_case
@needs_db
@json_option
def show_joint_case(opener: str, case: str, db: str, *, as_json: bool) -> None:
    """Show CASE of the node OPENER: each side's participation, bundles and decisions.

    Example: tidewaiter joint show tidewaiter/a1 3f2a --db node.db
    """
    with desk_at(db) as desk, desk.database.work() as work:
        known = find_joint(work, desk.ring.lock, opener, case)
        gone = destroyed_of(work, KINDS, opener, case)
    if as_json:
        click.echo(english_json(known))
        return
    for line in _joint_case_lines(known):
        click.echo(as_line(line))
    if gone:
        click.echo(f"note: recalled by its source and destroyed here: {gone}")


@joint.command()
@_opener
@_case
@click.argument("part", type=click.Choice(["joined", "declined", "left"]))
@click.option("--note", default="", help="Details.")
@needs_db
def reply(
    opener: str, case: str, part: Literal["joined", "declined", "left"], note: str, db: str
) -> None:
    """Join, decline or leave CASE of the node OPENER: PART says which.

    Example: tidewaiter joint reply tidewaiter/a1 3f2a joined --db node.db
    """
    _say(db, Taking(case=case, opener=opener, number=0, part=part, note=note))


@joint.command()
@_opener
@_case
@click.argument("bundle", type=FILE)
@needs_db
def add(opener: str, case: str, bundle: Path, db: str) -> None:
    """Add BUNDLE, an exported case, by its hashes; the file itself is not sent.

    Example: tidewaiter joint add tidewaiter/a1 3f2a case-7.zip --db node.db
    """
    with bundle.open("rb") as file:
        told = refer(file)
    _offer(db, opener, case, told, ())
    click.echo(told.sha256)


@joint.command()
@_opener
@_case
@click.argument("bundle", type=FILE)
@click.argument("member")
@click.option(
    "--field",
    "fields",
    multiple=True,
    required=True,
    metavar="POINTER",
    help='Field to redact, for example "/parties/0/name" (RFC 6901); can be repeated.',
)
@click.option("--why", required=True, help="Reason for the redaction.")
@click.option("--out", required=True, type=OUT_FILE, help="Output file for the redacted copy.")
@needs_db
def redact(opener: str, case: str, bundle: Path, member: str, db: str, **told: Any) -> None:
    """Write the file MEMBER of BUNDLE with fields redacted, and report the redaction to the case.

    Give the file to the other side yourself; anyone with the original can verify the rest of it.

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
@click.option("--reason", required=True, help="Code of the reason, as for decisions on alerts.")
@click.option("--note", default="", help="Details.")
@needs_db
def decide(opener: str, case: str, subject: str, verdict: Verdict, db: str, **told: str) -> None:
    """Share this side's decision on SUBJECT, written in the form that all sides use.

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
@click.argument("path", type=FILE)
@needs_db
def check(opener: str, case: str, path: Path, db: str) -> None:
    """Identify the file PATH in CASE of the node OPENER: a bundle, or a redacted file of one.

    Example: tidewaiter joint check tidewaiter/a1 3f2a given.json --db node.db
    """
    with path.open("rb") as file:
        found, _ = hash_of(file)
    with desk_at(db) as desk, desk.database.work() as work:
        known = find_joint(work, desk.ring.lock, opener, case)
    lines = [line for side in known.sides.values() for line in _those(side, found)]
    for line in lines or ["no side has reported this file"]:
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
        click.echo(as_line(f"not sent to {each}, which is not a peer of this node"), err=True)


def _title(known: Together) -> str:
    if known.case is None:
        return "not available: not received yet, or recalled"
    body = known.case.body
    return f"{body.title}\tTLP:{body.marking.tlp.upper()}\tfor {body.purpose}"


def _joint_case_lines(known: Together) -> Iterator[str]:
    yield _title(known)
    for side in known.sides.values():
        yield f"{side.node}: {side.part}"
        for bundle in side.bundles:
            yield f"  {bundle.of}, {how_many(bundle.size, 'byte')}, SHA-256 {bundle.sha256}"
            for file in bundle.redacted:
                yield (
                    f"    {file.name}: {len(file.fields)} field(s) redacted, SHA-256 {file.given}"
                )
                yield from (f"      {each.pointer}: {each.why}" for each in file.fields)
    for subject, decided in known.side_by_side().items():
        yield subject
        for node, each in decided.items():
            told = f"{each.verdict} ({each.reason}) {each.day} {each.note}" if each else "nothing"
            yield f"  {node}: {told}"
    for other in known.unheeded:
        yield f"note: a message from {other.said.sender} was ignored: {other.why}"


def _those(side: Side, sha256: str) -> Iterator[str]:
    for bundle in side.bundles:
        if bundle.sha256 == sha256:
            yield f"the bundle of {bundle.of}, added by {side.node}"
        for file in bundle.redacted:
            if file.given == sha256:
                yield f"{file.name} of {bundle.of}, redacted by {side.node}"
            if file.original == sha256:
                yield f"{file.name} of {bundle.of} of {side.node}, complete"
