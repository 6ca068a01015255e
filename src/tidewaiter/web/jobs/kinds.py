"""Kinds of jobs: what each does, in a process beside the web server."""

import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from datetime import UTC, date, datetime, timedelta
from types import MappingProxyType

import msgspec
from msgspec import structs

from tidewaiter.base.archives import ListFile, unpack
from tidewaiter.base.errors import InputError, OutputError, TidewaiterError
from tidewaiter.base.files import alone
from tidewaiter.base.records import Record
from tidewaiter.bulk.screening import Settings
from tidewaiter.lists.archive import Archive, KeptVersion
from tidewaiter.lists.decisions import threshold_for
from tidewaiter.lists.definitions import ListDefinition, load_definitions
from tidewaiter.lists.generation import generation_of
from tidewaiter.lists.reading import doubts_in, read_list
from tidewaiter.node.jobs.task import Kind, Task
from tidewaiter.node.rescreen.again import Again, screen_again
from tidewaiter.node.rescreen.cross_line import Kept, mark_again, spool
from tidewaiter.node.rescreen.database_inputs import switched
from tidewaiter.node.rescreen.job import AT_WORK, LOCK
from tidewaiter.parties.readers.entries import EntryRefusal
from tidewaiter.store.jobs import JobKind, jobs, name_job
from tidewaiter.store.screening.lines import count_lines
from tidewaiter.store.uploads import Arrived, unheld
from tidewaiter.transport.download import Limits
from tidewaiter.transport.list_updates import ListUpdate, update_list

_PAUSE = 0.5  # seconds between looks whether another re-screening has ended
_SHOWN = 50  # unreadable entries and doubtful names in a log
_SIZE = 256 << 20  # bytes of a file from an address that someone typed
_STORED = timedelta(days=1)  # for which files of a failed job are stored


class ListAdd(Record, frozen=True, kw_only=True):
    """A version of a list to add: files that were sent, or an address."""

    files: tuple[Arrived, ...] = ()
    address: str = ""
    slug: str = ""  # "": recognised
    dated: date | None = None  # publication date, if the list does not state it
    ownership: bool = False  # its parties are not listed themselves
    force: bool = False  # accept it even if entries are missing or unreadable


class ListsUpdate(Record, frozen=True, kw_only=True):
    """Lists to update from their publishers: that of the subject, or all."""

    force: bool = False


class Rescreen(Record, frozen=True, kw_only=True):
    """Lines to screen again."""

    whole: bool = False  # all lines, whatever changed
    preview: bool = False  # only count them


def add_list(task: Task) -> str:
    """Add a version of a list from its files, or from an address."""
    asked, archive = task.options(ListAdd), _archive(task)
    _remove_old_files(task)
    known: Mapping[str, ListDefinition] = load_definitions(archive.definitions)
    if asked.ownership:
        known = {
            **known,
            asked.slug: structs.replace(_definition(asked.slug, known), action="unlisted"),
        }
    if asked.address:
        plain = structs.replace(_definition(asked.slug, known), addresses=(asked.address,))
        task.say("job/downloading", address=asked.address)
        task.go_on()
        limits = Limits(size=_SIZE, public=True)
        done = update_list(archive, plain, datetime.now(UTC), limits=limits, force=asked.force)
        if done.kept is not None:
            _name(task, done.kept)
        return _say_updated(task, archive, plain.slug, done)
    files = list(_files(task, asked.files))
    task.say("job/reading", figure=len(files))
    task.go_on()
    read = read_list(files, known, asked.slug)
    task.go_on()
    kept, new = archive.add(
        read,
        files,
        datetime.now(UTC),
        source=", ".join(each.name for each in asked.files),
        dated=asked.dated,
        force=asked.force,
    )
    generation_of(archive)
    _name(task, kept)
    _say_version(task, kept, new=new)
    _say_refused(task, read.refusals)
    _say_doubts(task, archive, kept)
    _remove(task, asked)
    return _page_of(kept.version.slug)


def _name(task: Task, kept: KeptVersion) -> None:
    """Record which list it is, and whether it is restricted."""
    version = kept.version
    with task.database.work(task.stamp()) as work:
        name_job(work, task.job.id, version.slug, restricted=version.confidential)


def _definition(slug: str, known: Mapping[str, ListDefinition]) -> ListDefinition:
    plain = ListDefinition(slug=slug, name=slug, authority="", licence="", source="")
    return known.get(slug, plain)


def _files(task: Task, arrived: tuple[Arrived, ...]) -> Iterator[ListFile]:
    for each in arrived:
        place = task.desk.spool.place(each.sha256)
        if not place.is_file():
            raise InputError("node/file-no-longer-kept", at=each.name)
        yield from unpack(ListFile(name=each.name, content=place.read_bytes()))


def _remove_old_files(task: Task) -> None:
    """Delete the files of earlier jobs that failed: until then they can be tried again."""
    limit = (task.stamp().at - _STORED).isoformat()
    with task.database.work() as work:
        found = jobs(work, rows=500)
    for job in found:
        if job.kind == "list-add" and job.finished and job.finished < limit:
            _remove(task, msgspec.json.decode(job.options, type=ListAdd))


def _remove(task: Task, asked: ListAdd) -> None:
    """Delete the files of a job, unless they are also uploads."""
    digests = [each.sha256 for each in asked.files]
    with task.database.work() as work:
        free = unheld(work, digests)
    task.desk.spool.remove(free, [])


def update_lists(task: Task) -> str:
    """Update a list, or all with an address, from their publishers."""
    asked, archive = task.options(ListsUpdate), _archive(task)
    known = load_definitions(archive.definitions)
    stored = (slug for slug in archive.slugs() if slug in known and known[slug].addresses)
    wanted = [task.job.subject] if task.job.subject else list(stored)
    failed: list[TidewaiterError] = []
    for number, slug in enumerate(wanted):
        task.go_on(number, len(wanted))
        if slug not in known or not known[slug].addresses:
            raise InputError("web/list-without-address", list=slug)
        task.say("job/updating", slug=slug)
        task.go_on()
        try:
            done = update_list(archive, known[slug], datetime.now(UTC), force=asked.force)
            _say_updated(task, archive, slug, done)
        except TidewaiterError as error:
            if len(wanted) == 1:
                raise
            failed.append(error)
            task.say("job/not-updated", slug=slug, english=error.message)
    task.go_on(len(wanted), len(wanted))
    if failed and len(failed) == len(wanted):
        raise failed[0]
    return _page_of(task.job.subject) if task.job.subject else "/lists"


def _say_updated(task: Task, archive: Archive, slug: str, done: ListUpdate) -> str:
    """Log the result of an update; return the page of the list."""
    if done.kept is None:
        task.say("job/unchanged", slug=slug)
        return _page_of(slug)
    _say_version(task, done.kept, new=done.new)
    if done.refused:
        task.say("job/refused", figure=done.refused)
    if done.new:
        _say_doubts(task, archive, done.kept)
    return _page_of(slug)


def _say_version(task: Task, kept: KeptVersion, *, new: bool) -> None:
    code = "job/version-new" if new else "job/version-known"
    version = kept.version
    task.say(code, slug=version.slug, figure=version.entries, day=kept.since)


def _say_refused(task: Task, refusals: tuple[EntryRefusal, ...]) -> None:
    for each in refusals[:_SHOWN]:
        where = ", ".join(part for part in (each.file, each.place) if part)
        task.say("job/entry-refused", place=where, value=each.value, english=each.problem)
    if refusals:
        task.say("job/refused", figure=len(refusals))


def _say_doubts(task: Task, archive: Archive, kept: KeptVersion) -> None:
    doubts = doubts_in(archive.load(kept).parties, kept.format, kept.definition)
    for each in doubts.several[:_SHOWN]:
        task.say("job/several-names", entry=each.entry, name=each.name)


def _page_of(slug: str) -> str:
    return f"/lists/{slug}/versions"


def _archive(task: Task) -> Archive:
    if task.desk.lists is None:
        raise InputError("web/no-folder-of-lists")
    return Archive(task.desk.lists)


def rescreen_lines(task: Task) -> str:
    """Screen stored lines again by the current law, lists and rules; or count them."""
    asked, settings = task.options(Rescreen), _settings(task)
    with _turn(task):
        task.say("job/comparing")
        task.go_on()
        if asked.preview:
            with spool() as found:
                _say_plan(task, Again(task.database, settings, found, whole=asked.whole))
            return "/rescreen"
        if asked.whole and settings.lists is not None:
            generation_of(Archive(settings.lists), anew=True)
        lines = alerts = 0
        with screen_again(task.database, settings, whole=asked.whole, who=task.job.who) as again:
            total = _say_plan(task, again)
            for stored, new in again.batches():
                lines, alerts = lines + len(stored.lines), alerts + len(new)
                task.go_on(lines, total)
            with task.database.work() as work:
                notes = len({each.alert for each in again.due(work)})
        task.say("job/rescreened", figure=lines, figure2=alerts, figure3=notes)
        task.say("job/comparing-lines")
        task.report()
        _say_marked(task, mark_again(task.database, settings, task.stamp, whole=asked.whole))
    return "/rescreen"


@contextmanager
def _turn(task: Task) -> Iterator[None]:
    """Wait until no other re-screening is at work, then keep others from starting."""
    place, waits = task.desk.spool.folder / LOCK, False
    with ExitStack() as stack:
        while True:
            try:
                stack.enter_context(alone(place, "re-screening"))
                break
            except OutputError as error:
                if error.code != AT_WORK:
                    raise
            if not waits:
                task.say("job/waiting")
                waits = True
            time.sleep(_PAUSE)
            task.go_on()
        yield


def _settings(task: Task) -> Settings:
    desk = task.desk
    lists = desk.lists if desk.lists and Archive(desk.lists).slugs() else None
    settings = Settings(
        day=date.today(),  # noqa: DTZ011 - the officers' own calendar
        file="",
        sha256="",
        own=desk.own,
        rules=desk.rules,
        lists=lists,
        threshold=threshold_for(lists, desk.threshold) if lists else None,
    )
    return switched(settings, task.database)


def _say_plan(task: Task, again: Again) -> int:
    """Log how many lines are screened again, and why; return their number."""
    with task.database.work() as work:
        whole = count_lines(work)
    if again.touched is None:
        task.say("job/lines-all", figure=whole, english=again.plan.why)
        return whole
    lines = len(again.touched.lines)
    told = again.plan.difference
    if told is not None and (told.new or told.changed or told.removed):
        new, changed, removed = len(told.new), len(told.changed), len(told.removed)
        task.say("job/entries", figure=new, figure2=changed, figure3=removed)
    if lines:
        task.say("job/lines-some", figure=lines, figure2=whole)
    else:
        task.say("job/lines-none", figure=whole)
    return lines


def _say_marked(task: Task, kept: Kept | None) -> None:
    if kept is None:
        task.say("job/marked-none")
        return
    task.say("job/marked", figure=kept.looked, figure2=kept.changed, figure3=kept.selected)


JOB_KINDS: Mapping[JobKind, Kind] = MappingProxyType(
    {
        "list-add": add_list,
        "list-update": update_lists,
        "rescreen": rescreen_lines,
        "rescreen-preview": rescreen_lines,
    }
)
