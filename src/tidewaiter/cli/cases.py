"""The commands `tidewaiter cases` and `tidewaiter joint`: own cases, and joint cases."""

import getpass
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import Any, Literal, get_args

import click
from msgspec import structs

from tidewaiter.base.errors import MissingError
from tidewaiter.base.files import check_file, replacing, writing
from tidewaiter.base.phrases import english_json
from tidewaiter.base.safe_text import as_line, visible
from tidewaiter.casework.cases.state import Case, CaseStatus, Viewer
from tidewaiter.casework.cases.timeline import Event, timeline
from tidewaiter.casework.decisions import Verdict
from tidewaiter.cli.core.node_context import desk_at
from tidewaiter.cli.core.options import found_or_hint, needs_db
from tidewaiter.cli.core.page_language import language_of
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
from tidewaiter.explain.cases import case_status_in_words
from tidewaiter.explain.lines import capitalised
from tidewaiter.explain.words import Library
from tidewaiter.law.registry import load_registry
from tidewaiter.node.identity import key_file, own_key, own_stamp
from tidewaiter.report.case_bundle import Making, record_export, write_case
from tidewaiter.store.accounts.users import account_key, accounts
from tidewaiter.store.alerts.decisions import trail
from tidewaiter.store.cases.casefile import CaseFilter, CaseRow, case_steps, count_cases, find_case
from tidewaiter.store.cases.casefile import cases as stored_cases
from tidewaiter.store.cases.joint import (
    KINDS,
    bring,
    find_joint,
    joint_cases,
    open_joint,
    say_in_joint,
)
from tidewaiter.store.core.database import Work, open_database
from tidewaiter.store.peers.statements import destroyed_of

_json = click.option("--json", "as_json", is_flag=True, help="Print complete JSON.")
_OUT = click.Path(dir_okay=False, path_type=Path)


@click.group()
def cases() -> None:
    """List, show and export the cases in a database.

    Anyone who can read the database can read its cases, so these commands show all of them. Access
    by case applies in the web pages.

    Example: tidewaiter cases list --db cases.db
    """


@cases.command(name="list")
@needs_db
@click.option("--status", type=click.Choice(get_args(CaseStatus)), help="Only this status.")
@click.option(
    "--over",
    is_flag=True,
    help="Only cases whose retention period has ended, so that they can be erased.",
)
@click.option(
    "--rows",
    type=click.IntRange(1, 100_000),
    default=20,
    show_default=True,
    help="Maximum number to list.",
)
@click.option(
    "--before",
    type=click.IntRange(1),
    help="Continue after the case whose last step has this number.",
)
@_json
def list_(
    db: str, status: CaseStatus | None, rows: int, before: int | None, *, over: bool, as_json: bool
) -> None:
    """List cases, most recently changed first.

    Example: tidewaiter cases list --db cases.db --status open
    """
    today = own_stamp().at.date()
    wanted = CaseFilter(status=status, over=today if over else None)
    with open_database(db) as database, database.work() as work:
        found = stored_cases(work, _everyone(), wanted, before=before, rows=rows)
        count, people = count_cases(work, _everyone(), wanted), _people(work)
    for row in found_or_hint(found, "open a case on the page of an alert: tidewaiter serve"):
        click.echo(english_json(row) if as_json else visible(_line(row, today, people)))
    if not as_json:
        click.echo(_count(count, "case"), err=True)


@cases.command()
@click.argument("number", type=click.IntRange(1))
@needs_db
@_json
def show(number: int, db: str, *, as_json: bool) -> None:
    """Show case NUMBER: its contents and its history.

    Example: tidewaiter cases show 7 --db cases.db
    """
    with open_database(db) as database, database.work() as work:
        case = find_case(work, _everyone(), number)
        if case is None:
            raise _absent(number)
        ids = [kept.what.alert for kept in case.alerts if kept.what]
        trails = {each: trail(work, each) for each in ids}
        events = timeline(case_steps(work, _everyone(), number), trails)
        people = _people(work)
    if as_json:
        click.echo(english_json({"case": case, "timeline": events}))
        return
    for line in _case_lines(case, events, people):
        click.echo(visible(line))


@cases.command()
@click.argument("number", type=click.IntRange(1))
@needs_db
@click.option("--out", type=_OUT, required=True, help="Output file of the bundle: a ZIP.")
@click.option("--restricted", is_flag=True, help="Include authority-only information.")
@language_of("the pages in it")
def export(number: int, db: str, out: Path, *, restricted: bool, language: str) -> None:
    """Export case NUMBER as an evidence bundle, signed with the key of this installation.

    The export is recorded in the case and in the bundle. Use `tidewaiter verify` to check it
    offline.

    Example: tidewaiter cases export 7 --db cases.db --out case-7.zip
    """
    check_file(out)
    registry = load_registry()
    library = Library(
        sources=registry.sources,
        regimes=registry.regimes,
        substances={each.slug: each.name for each in registry.substances},
    )
    making = Making(
        secret=own_key(key_file()), library=library, restricted=restricted, spoken=language
    )
    with open_database(db) as database:
        with database.work() as work:
            if find_case(work, _everyone(), number) is None:
                raise _absent(number)
        with database.work(own_stamp()) as work:
            step = record_export(work, _everyone(), number, restricted=restricted)
        with (
            database.work() as work,
            replacing(out, "case", mode=0o600) as part,
            writing(str(out)),
            part.open("r+b") as file,
        ):
            manifest = write_case(work, _everyone(), step, making, file)
    click.echo(f"{out}: {len(manifest.members):,} files, signed by {manifest.key}", err=True)


def _everyone() -> Viewer:
    """Access to everything: the user has the database file."""
    rights = frozenset({"see", "case", "approve"})
    return Viewer(name=getpass.getuser(), rights=rights, cleared=True)


def _absent(number: int) -> MissingError:
    return MissingError("cli/no-case", number=number)


def _people(work: Work) -> Callable[[str], str]:
    """Return how to print names in a history; names without an account are unchanged."""
    known = {account_key(each.id): each.shown for each in accounts(work)}
    return lambda who: as_line(known.get(who, who))


def _case_lines(case: Case, events: Sequence[Event], people: Callable[[str], str]) -> Iterator[str]:
    """Yield all lines of one case."""
    title = "(erased)" if case.title is None else as_line(case.title)
    yield f"case {case.number}: {title}"
    yield f"  {capitalised(case_status_in_words(case.status))}; owner {people(case.owner)}"
    yield f"  members {', '.join(map(people, case.members))}"
    if case.retained:
        yield f"  retain until {case.retained.until}: {as_line(case.retained.basis)}"
    if case.hold:
        yield f"  legal hold by {people(case.hold.by)} since {case.hold.at}"
    for event in events:
        yield _event(event, people)


def _line(row: CaseRow, today: date, people: Callable[[str], str]) -> str:
    title = "(erased)" if row.title is None else as_line(row.title)
    told = [_count(row.alerts, "alert")]
    if row.tasks:
        late = " overdue" if row.due and row.due < today.isoformat() else ""
        due = f", first due {row.due}{late}" if row.due else ""
        told.append(f"{_count(row.tasks, 'task')}{due}")
    if row.proposed:
        told.append(f"{people(row.proposed)} proposes to close it as dismissed")
    if row.held:
        told.append("legal hold")
    return f"{row.number}\t{row.status}\t{people(row.owner)}\t{title}\t{'; '.join(told)}"


def _count(count: int, what: str) -> str:
    return f"{count:,} {what}{'' if count == 1 else 's'}"


def _event(event: Event, people: Callable[[str], str]) -> str:
    whom = f" ({people(event.whom)})" if event.whom else ""
    what = f": {as_line(event.what)}" if event.what else ""
    said = f": {as_line(event.said)}" if event.said and event.said != event.what else ""
    erased = " (erased)" if event.erased else ""
    return f"  {event.at[:19]}  {people(event.by)} {event.did}{whom}{what}{said}{erased}"


_opener = click.argument("opener")
_case = click.argument("case")
_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


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
@_json
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
@click.argument("bundle", type=_FILE)
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
@click.argument("bundle", type=_FILE)
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
@click.option("--out", required=True, type=_OUT, help="Output file for the redacted copy.")
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
@click.argument("path", type=_FILE)
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
            yield f"  {bundle.of}, {bundle.size:,} bytes, SHA-256 {bundle.sha256}"
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
