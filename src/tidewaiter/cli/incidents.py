"""The command `tidewaiter incidents`: incidents reported to peers and by them."""

from pathlib import Path

import click
import msgspec
from msgspec import structs

from tidewaiter.base.errors import InputError
from tidewaiter.base.phrases import english_json
from tidewaiter.base.safe_text import as_line
from tidewaiter.cli.core.node_context import desk_at
from tidewaiter.cli.core.options import FILE, Renamed, found_or_hint, held, json_option, needs_db
from tidewaiter.cli.core.reader_options import readers_of
from tidewaiter.cli.notices import in_a_line
from tidewaiter.exchange.feeds.release import Edge
from tidewaiter.exchange.incidents.checks import check
from tidewaiter.exchange.incidents.state import Known
from tidewaiter.exchange.incidents.types import Incident
from tidewaiter.exchange.protocol.markings import Purpose, Reach, Recipient
from tidewaiter.law.registry import load_registry
from tidewaiter.node.identity import own_stamp
from tidewaiter.store.incidents import Change, find_known, send_incident
from tidewaiter.store.incidents import incidents as kept_incidents
from tidewaiter.store.incidents import propose as propose_to
from tidewaiter.transport.feeds import Form, export_incident


@click.group(cls=Renamed, former={"tell": "report"})
def incidents() -> None:
    """Report seizures, stopped shipments, diversions and thefts to peers, and read their reports.

    Parties named in an incident are alleged to be involved; a report does not establish guilt.

    Example: tidewaiter incidents report seizure.json --to tidewaiter/b1 --db node.db
    """


@incidents.command(name="report")
@click.argument("path", type=FILE)
@click.option("--to", "peers", multiple=True, metavar="NODE", help="Node ID of a recipient.")
@needs_db
def tell(path: Path, peers: tuple[str, ...], db: str) -> None:
    """Report the incident in PATH, or a new version of it, to peers.

    Peers that its marking excludes do not receive it. If it names a group, only the members of the
    group receive it.

    Example: tidewaiter incidents report seizure.json --to tidewaiter/b1 --db node.db
    """
    stamp = own_stamp()
    with desk_at(db) as desk:
        incident = structs.replace(_read(path), owner=desk.node)
        wrong = check(incident, load_registry(), stamp.at.date())
        for each in wrong:
            click.echo(as_line(in_a_line(each)), err=True)
        if wrong:
            raise InputError("cli/incident-not-told", at=str(path))
        with desk.database.work(stamp) as work:
            send_incident(work, desk.ring.lock, desk.node, incident, peers)
    click.echo(as_line(f"{incident.id}\tversion {incident.version}\t{incident.title}"))


@incidents.command(name="list")
@needs_db
def list_(db: str) -> None:
    """List incidents, most recently active first.

    Example: tidewaiter incidents list --db node.db
    """
    with desk_at(db) as desk, desk.database.work() as work:
        lines = kept_incidents(work)
        found = [find_known(work, desk.ring.lock, each.owner, each.id) for each in lines]
    hint = "report an incident with tidewaiter incidents report FILE --to NODE"
    for each in found_or_hint(found, hint):
        click.echo(as_line(_line(each)))


@incidents.command()
@click.argument("owner")
@click.argument("incident")
@needs_db
@json_option
def show(owner: str, incident: str, db: str, *, as_json: bool) -> None:
    """Show INCIDENT of the node OWNER: its versions, proposals and sightings.

    Example: tidewaiter incidents show tidewaiter/a1 S-17 --db node.db
    """
    with desk_at(db) as desk, desk.database.work() as work:
        known = find_known(work, desk.ring.lock, owner, incident)
    if as_json:
        click.echo(english_json(known))
    else:
        _show(known)


@incidents.command()
@click.argument("owner")
@click.argument("incident")
@needs_db
@click.option(
    "--as",
    "form",
    type=click.Choice(["stix", "misp"]),
    default="stix",
    show_default=True,
    help="Format: a STIX 2.1 bundle, or a MISP event.",
)
@readers_of("export")
def export(
    owner: str, incident: str, db: str, *, form: Form, reach: Reach, purpose: Purpose
) -> None:
    """Export INCIDENT of the node OWNER for other programs, without what its marking withholds.

    Example: tidewaiter incidents export tidewaiter/a1 S-17 --db node.db --as misp > event.json
    """
    edge = Edge(to=Recipient(name="export", reach=reach, needs=True), purpose=purpose)
    with desk_at(db) as desk, desk.database.work() as work:
        written = export_incident(
            desk, work, (owner, incident), form=form, edge=edge, registry=load_registry()
        )
    click.echo(written, nl=False)


@incidents.command()
@click.argument("owner")
@click.argument("incident")
@click.argument("text")
@needs_db
def propose(owner: str, incident: str, text: str, db: str) -> None:
    """Propose a change (TEXT) to the INCIDENT of the node OWNER.

    Example: tidewaiter incidents propose tidewaiter/a1 S-17 "The drums were 200 l" --db node.db
    """
    with desk_at(db) as desk, desk.database.work(own_stamp()) as work:
        name = propose_to(work, desk.ring.lock, desk.node, (owner, incident), Change(text=text))
    click.echo(name)


def _show(known: Known) -> None:
    click.echo(as_line(_line(known)))
    for version in known.versions:
        told = version.body.changed or "reported"
        click.echo(as_line(f"{version.at[:16]} version {version.body.version}: {told}"))
    for each in known.proposals:
        became = "not answered yet"
        if each.settled:
            became = "accepted" if each.settled.taken else "rejected"
        click.echo(as_line(f"{each.said.at[:16]} {each.said.sender}: {each.said.body.text}"))
        click.echo(as_line(f"  {became}"))
    for sighting in known.sightings:
        click.echo(as_line(f"{sighting.at[:16]} {sighting.sender} saw: {sighting.body.what}"))
    for other in known.unheeded:
        click.echo(as_line(f"note: a message from {other.said.sender} was ignored: {other.why}"))
    if known.destroyed:
        click.echo(f"note: recalled by its source and destroyed here: {known.destroyed}")


def _line(known: Known) -> str:
    now = known.now()
    if now is None:
        why = "recalled" if known.destroyed else "no version received yet"
        return f"{known.owner}\t{known.id}\t{why}"
    tlp = now.marking.tlp.upper()
    return f"{known.owner}\t{known.id}\t{now.kind}\t{now.day}\t{now.status}\tTLP:{tlp}\t{now.title}"


def _read(path: Path) -> Incident:
    """Read an incident from a file.

    Raises:
        InputError: The file is not a valid incident.
    """
    try:
        return msgspec.json.decode(held(path), type=Incident)
    except msgspec.MsgspecError as error:
        raise InputError("cli/not-an-incident", error=error, at=str(path)) from error
