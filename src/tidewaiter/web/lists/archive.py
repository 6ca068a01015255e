"""Party lists: what is stored, its age and source, what changed, and the jobs that change it."""

from collections.abc import Iterator, Mapping
from contextlib import suppress
from datetime import date, datetime
from functools import lru_cache
from itertools import chain
from pathlib import Path
from typing import Annotated, Any

import msgspec
from anyio.to_thread import run_sync
from litestar import Response, get, post
from litestar.params import FromPath, JSONBody
from msgspec import structs

from tidewaiter.accounts.secrets import form_token
from tidewaiter.base.errors import InputError, MissingError
from tidewaiter.base.phrases import Phrase
from tidewaiter.base.records import Record
from tidewaiter.explain.languages import counted, number, words
from tidewaiter.explain.phrases import say
from tidewaiter.lists.archive import Archive, KeptVersion
from tidewaiter.lists.changes import Changes, FieldChange, changes_between
from tidewaiter.lists.decisions import (
    KeptThreshold,
    add_threshold,
    changes_since,
    read_threshold,
    states_of,
)
from tidewaiter.lists.definitions import ListDefinition, load_definitions
from tidewaiter.parties.thresholds import model_digest
from tidewaiter.store.accounts.sessions import User
from tidewaiter.store.audit import record_change
from tidewaiter.store.jobs import Job, NewJob, jobs
from tidewaiter.store.uploads import Arrived
from tidewaiter.transport.list_updates import last_check
from tidewaiter.web.core.node import Node, TheNode, TheUser
from tidewaiter.web.core.request_parsing import Asked, read_query
from tidewaiter.web.core.responses import done, reply
from tidewaiter.web.core.security import may
from tidewaiter.web.jobs.handlers import ShownJob, reader_of, shown_job, started
from tidewaiter.web.jobs.kinds import ListAdd, ListsUpdate
from tidewaiter.web.jobs.views import JobView, job_view
from tidewaiter.web.uploads.handlers import take_form

_LOOK = 200  # newest jobs among which those at work are looked for
_MOST = 200  # entries shown of each kind of change
_OLD = 30  # days after which a list that can be updated is called old
Slug = Annotated[str, msgspec.Meta(max_length=60)]


class ListRow(Record, frozen=True, kw_only=True):
    """A stored list."""

    slug: str
    name: str
    authority: str
    licence: str
    source: str  # origin of the files
    entries: int
    refused: int  # entries and fields that could not be read
    since: date  # first day in force
    loaded: date
    age: int  # days since the first day in force
    versions: int
    confidential: bool
    has_address: bool  # it can be updated from its publisher
    checked: datetime | None  # last check at its publisher; None: none known
    is_old: bool


class KnownList(Record, frozen=True, kw_only=True):
    """A list that is not stored, and can be downloaded from its publisher."""

    slug: str
    name: str
    authority: str
    licence: str


class ListsPage(Record, frozen=True, kw_only=True):
    """The stored lists, and those that could be."""

    lists: tuple[ListRow, ...]
    known: tuple[KnownList, ...]
    threshold: KeptThreshold | None
    threshold_changes: tuple[str, ...]  # since the threshold was saved
    jobs: tuple[ShownJob, ...]  # of lists, queued or running
    has_folder: bool


class ListsView(Record, frozen=True, kw_only=True):
    """The page, as displayed."""

    jobs: tuple[JobView, ...]
    ages: tuple[str, ...]
    may_change: bool
    can_update: bool  # some list has an address
    token: str  # for the address, as the body of a form with files is not searched for it


@get("/lists", guards=[may("see")], sync_to_thread=True)
def lists_page(request: Asked, node: TheNode, user: TheUser) -> Response[ListsPage]:
    """Show the stored party lists."""
    page = _lists(node, user)
    return reply(
        request,
        "lists.html",
        page,
        view=lambda: ListsView(
            jobs=tuple(job_view(each, None) for each in page.jobs),
            ages=tuple(in_days(each.age) for each in page.lists),
            may_change="administer" in user.rights,
            can_update=any(each.has_address for each in page.lists),
            token=form_token(user.session) if user.session else "",
        ),
    )


def in_days(days: int) -> str:
    """Format an age in days."""
    return counted("{count} day", "{count} days", days).format(count=number(days))


def _lists(node: Node, user: User) -> ListsPage:
    place, day = node.serving.lists, node.today()
    if place is None:
        return ListsPage(
            lists=(), known=(), threshold=None, threshold_changes=(), jobs=(), has_folder=False
        )
    archive = Archive(Path(place))
    known = load_definitions(archive.definitions)
    with node.read() as work:
        found = [each for each in jobs(work, reader=reader_of(user), rows=_LOOK) if _is_lists(each)]
    rows = [_row(archive, slug, day, known) for slug in archive.slugs()]
    kept = read_threshold(archive.folder)
    return ListsPage(
        lists=tuple(each for each in rows if user.account.cleared or not each.confidential),
        known=tuple(_known(known, {each.slug for each in rows})),
        threshold=kept,
        threshold_changes=changes_since(kept, archive, day, model_digest()) if kept else (),
        jobs=tuple(shown_job(node, each) for each in found if each.state in {"queued", "running"}),
        has_folder=True,
    )


def _is_lists(job: Job) -> bool:
    return job.kind in {"list-add", "list-update"}


def _row(
    archive: Archive,
    slug: str,
    day: date,
    known: Mapping[str, ListDefinition],
) -> ListRow:
    versions = archive.versions(slug)
    kept = next((each for each in reversed(versions) if each.since <= day), versions[-1])
    version, has_address = kept.version, slug in known and bool(known[slug].addresses)
    age = (day - kept.since).days
    checked = last_check(archive, slug)
    seen = max(checked, kept.loaded) if checked else kept.loaded
    return ListRow(
        slug=slug,
        name=version.name,
        authority=version.authority,
        licence=version.licence,
        source=version.source,
        entries=version.entries,
        refused=kept.refused,
        since=kept.since,
        loaded=kept.loaded.date(),
        age=age,
        versions=len(versions),
        confidential=any(each.version.confidential for each in versions),
        has_address=has_address,
        checked=checked,
        is_old=has_address and (day - seen.date()).days > _OLD,
    )


def _known(known: Mapping[str, ListDefinition], stored: set[str]) -> Iterator[KnownList]:
    for slug, each in sorted(known.items(), key=lambda item: item[1].name.casefold()):
        if slug not in stored and each.addresses and not each.confidential:
            yield KnownList(
                slug=slug, name=each.name, authority=each.authority, licence=each.licence
            )


class ListQuestion(Record, frozen=True, kw_only=True):
    """Which two versions of a list are compared: the last two, unless stated."""

    old: Annotated[str, msgspec.Meta(max_length=64)] = ""  # SHA-256
    new: Annotated[str, msgspec.Meta(max_length=64)] = ""


class VersionRow(Record, frozen=True, kw_only=True):
    """A version of a list."""

    sha256: str
    since: date
    loaded: date
    entries: int
    refused: int
    source: str


class EntryName(Record, frozen=True, kw_only=True):
    """An entry that was added or removed."""

    id: str
    name: str


class ChangedEntry(Record, frozen=True, kw_only=True):
    """An entry that was changed."""

    id: str
    name: str
    fields: tuple[FieldChange, ...]


class ListChanges(Record, frozen=True, kw_only=True):
    """What changed between two versions; of each kind the first entries, and how many there are."""

    old: VersionRow
    new: VersionRow
    added: tuple[EntryName, ...]
    removed: tuple[EntryName, ...]
    changed: tuple[ChangedEntry, ...]
    added_count: int
    removed_count: int
    changed_count: int


class ListPage(Record, frozen=True, kw_only=True):
    """A list: its versions, and what changed."""

    list: ListRow
    notice: str
    versions: tuple[VersionRow, ...]  # newest first
    changes: ListChanges | None  # None: there is one version


class ChangedView(Record, frozen=True, kw_only=True):
    """A changed entry, as displayed."""

    fields: tuple[tuple[str, str, str], ...]  # label, removed, added


class ListView(Record, frozen=True, kw_only=True):
    """A list, as displayed."""

    age: str
    changed: tuple[ChangedView, ...]
    may_change: bool


@get("/lists/{slug:str}/versions", guards=[may("see")], sync_to_thread=True, query=ListQuestion)
def list_page(
    request: Asked, node: TheNode, user: TheUser, slug: FromPath[str]
) -> Response[ListPage]:
    """Show a list: its versions, and what changed between two of them."""
    page = _list(node, user, slug, read_query(request, ListQuestion))
    changed = page.changes.changed if page.changes else ()
    return reply(
        request,
        "list.html",
        page,
        view=lambda: ListView(
            age=in_days(page.list.age),
            changed=tuple(ChangedView(fields=tuple(map(_field, e.fields))) for e in changed),
            may_change="administer" in user.rights,
        ),
    )


def _field(each: FieldChange) -> tuple[str, str, str]:
    label = say(Phrase("change/plain", changed=each.field.replace("_", " ")))
    if not each.removed and not each.added:
        return label, "", words("in another order")
    return label, "; ".join(each.removed), "; ".join(each.added)


def _list(node: Node, user: User, slug: str, asked: ListQuestion) -> ListPage:
    """Build the page.

    Raises:
        MissingError: No such list, or it is restricted.
    """
    folder = node.lists
    archive = Archive(folder) if folder else None
    versions = []
    with suppress(InputError):  # no name of a list
        versions = archive.versions(slug) if archive else []
    cleared = user.account.cleared
    hidden = any(each.version.confidential for each in versions) and not cleared
    if archive is None or not versions or hidden:
        raise MissingError("web/no-such-list", list=slug[:80])
    known = load_definitions(archive.definitions)
    two = _two(archive, slug, versions, asked)
    return ListPage(
        list=_row(archive, slug, node.today(), known),
        notice=versions[-1].version.notice,
        versions=tuple(map(_version, reversed(versions))),
        changes=_changes(archive, *two, cleared=cleared) if two else None,
    )


def _two(
    archive: Archive, slug: str, versions: list[KeptVersion], asked: ListQuestion
) -> tuple[KeptVersion, KeptVersion] | None:
    """Return the versions to compare: those asked for, or else the last two."""
    if asked.old and asked.new:
        return archive.find(slug, asked.old), archive.find(slug, asked.new)
    return (versions[-2], versions[-1]) if versions[1:] else None


def _version(kept: KeptVersion) -> VersionRow:
    version = kept.version
    return VersionRow(
        sha256=version.sha256,
        since=kept.since,
        loaded=kept.loaded.date(),
        entries=version.entries,
        refused=kept.refused,
        source=version.source,
    )


@lru_cache(4)
def _compared(folder: Path, slug: str, old: str, new: str) -> tuple[Changes, frozenset[str]]:
    """Compare two versions; a second for large lists, so the last are kept.

    Returns:
        The changes, and the ids of restricted entries.
    """
    archive = Archive(folder)
    one, other = (archive.load(archive.find(slug, each)).parties for each in (old, new))
    secret = frozenset(party.id for party in chain(one, other) if party.confidential)
    return changes_between(one, other), secret


def _changes(archive: Archive, old: KeptVersion, new: KeptVersion, *, cleared: bool) -> ListChanges:
    slug = new.version.slug
    told, secret = _compared(archive.folder, slug, old.version.sha256, new.version.sha256)
    hidden = frozenset[str]() if cleared else secret
    added, removed = (
        [EntryName(id=each.id, name=each.names[0].text) for each in some if each.id not in hidden]
        for some in (told.added, told.removed)
    )
    changed = [
        ChangedEntry(id=each.id, name=each.name, fields=each.fields)
        for each in told.changed
        if each.id not in hidden
    ]
    return ListChanges(
        old=_version(old),
        new=_version(new),
        added=tuple(added[:_MOST]),
        removed=tuple(removed[:_MOST]),
        changed=tuple(changed[:_MOST]),
        added_count=len(added),
        removed_count=len(removed),
        changed_count=len(changed),
    )


class FromAddress(Record, frozen=True, kw_only=True):
    """A list to download from an address."""

    address: Annotated[str, msgspec.Meta(min_length=1, max_length=500)]
    slug: Annotated[str, msgspec.Meta(min_length=1, max_length=60)]
    ownership: bool = False
    force: bool = False


class UpdateWish(Record, frozen=True, kw_only=True):
    """A list to update from its publisher."""

    slug: Slug = ""  # "": all that have an address
    force: bool = False


class ThresholdWish(Record, frozen=True, kw_only=True):
    """A threshold to save."""

    least: Annotated[float, msgspec.Meta(gt=0, le=1)] | None = None  # None: the default applies
    why: Annotated[str, msgspec.Meta(max_length=500)] = ""


@post(
    "/list-changes/files",
    guards=[may("administer")],
    request_max_body_size=None,
    makes=True,
    files="files",
)
async def add_list_files(request: Asked, node: TheNode, user: TheUser) -> Response[ShownJob]:
    """Add a version of a list from its files."""
    arrived, fields = await take_form(request, node.desk.spool)
    arrived = [each for each in arrived if each.size]
    if not arrived:
        raise InputError("web/no-file-sent")
    return await run_sync(_add_files, request, node, user, arrived, fields)


def _add_files(
    request: Asked, node: Node, user: User, arrived: list[Arrived], fields: dict[str, str]
) -> Response[ShownJob]:
    told = {
        name: fields[name].strip() for name in ("slug", "dated") if fields.get(name, "").strip()
    }
    flags = {name: fields.get(name) == "true" for name in ("ownership", "force")}
    try:
        asked = msgspec.convert({**told, **flags}, ListAdd, strict=False)
    except msgspec.ValidationError as error:
        raise InputError("web/date-wrong", value=told.get("dated", "")[:40]) from error
    return _start(request, node, user, structs.replace(asked, files=tuple(arrived)))


@post("/list-changes/address", guards=[may("administer")], sync_to_thread=True, makes=True)
def add_list_address(
    request: Asked, node: TheNode, user: TheUser, data: JSONBody[FromAddress]
) -> Response[ShownJob]:
    """Add a version of a list from an https address."""
    asked = ListAdd(
        address=data.address, slug=data.slug, ownership=data.ownership, force=data.force
    )
    if not data.address.startswith("https://"):
        raise InputError("transport/not-an-https-address", address=data.address[:200])
    return _start(request, node, user, asked)


def _start(request: Asked, node: Node, user: User, asked: ListAdd) -> Response[ShownJob]:
    if asked.ownership and not asked.slug:
        raise InputError("web/ownership-without-name")
    new = NewJob(
        kind="list-add",
        subject=asked.slug or (asked.files[0].name if asked.files else ""),
        options=_json(asked),
        # Until it is read, nobody knows whether a new list is restricted.
        restricted=not asked.slug or _may_be_confidential(_archive(node), asked.slug),
    )
    return started(request, node, user, new)


@post("/list-changes/update", guards=[may("administer")], sync_to_thread=True, makes=True)
def update_list(
    request: Asked, node: TheNode, user: TheUser, data: JSONBody[UpdateWish]
) -> Response[ShownJob]:
    """Update a list, or all, from their publishers."""
    archive = _archive(node)
    known = load_definitions(archive.definitions)
    if data.slug and (data.slug not in known or not known[data.slug].addresses):
        raise InputError("web/list-without-address", list=data.slug)
    new = NewJob(
        kind="list-update",
        subject=data.slug,
        options=_json(ListsUpdate(force=data.force)),
        restricted=any(
            _may_be_confidential(archive, slug)
            for slug in ([data.slug] if data.slug else archive.slugs())
        ),
    )
    return started(request, node, user, new)


@post("/list-changes/threshold", guards=[may("administer")], sync_to_thread=True)
def save_threshold(
    request: Asked, node: TheNode, user: TheUser, data: JSONBody[ThresholdWish]
) -> Response[ListsPage]:
    """Save the least probability of a party match, or return to the default."""
    archive, why = _archive(node), data.why.strip()
    if not why:
        raise InputError("web/threshold-without-reason")
    if not archive.slugs():
        raise InputError("web/threshold-without-list")
    before = read_threshold(archive.folder)
    in_force = (archive.at(slug, node.today()) for slug in archive.slugs())
    made = KeptThreshold(
        threshold=data.least,
        kinds=before.kinds if before and data.least is not None else (),
        why=why,
        by=user.account.shown,
        day=node.today(),
        lists=states_of(kept.version for kept in in_force if kept),
        model=model_digest(),
    )
    with node.change(user) as work:
        record_change(work, "threshold saved", {"threshold": str(data.least or "default")})
        add_threshold(archive.folder, made)
    return done(request, _lists(node, user), "/lists")


def _archive(node: Node) -> Archive:
    """Return the archive; its folder may not exist yet.

    Raises:
        InputError: The server was started without one.
    """
    if node.serving.lists is None:
        raise InputError("web/no-folder-of-lists")
    return Archive(Path(node.serving.lists))


def _may_be_confidential(archive: Archive, slug: str) -> bool:
    """Return whether a list is restricted, or not known at all."""
    versions = archive.versions(slug)
    found = load_definitions(archive.definitions).get(slug)
    secret = any(each.version.confidential for each in versions)
    return secret or (found.confidential if found else not versions)


def _json(record: Any) -> str:
    return msgspec.json.encode(record).decode()


HANDLERS = [
    lists_page,
    list_page,
    add_list_files,
    add_list_address,
    update_list,
    save_threshold,
]
