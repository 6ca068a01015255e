"""Profile of a party: written forms, trading partners, shared identifiers, and links."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from tidewaiter.base.records import Record
from tidewaiter.node.network.graph import Seen, profiles_in
from tidewaiter.parties.resolution import Link, Sign
from tidewaiter.store.alerts.context import (
    AlertsAbout,
    Resemblance,
    alerts_about,
    resemblances,
)
from tidewaiter.store.network.edges import Ownership, Trade, givers_of, owned_of, trade_of
from tidewaiter.store.network.entities import (
    Given,
    Month,
    Profile,
    WrittenParty,
    count_parties,
    links_of,
    months_of,
    signs_of,
    things_of_entity,
    written_parties,
)
from tidewaiter.store.network.resolutions import Changed, Judged, changes_of, judgements_about

_WAYS: Final = 200  # written forms read
_PARTNERS: Final = 15
_THINGS: Final = 60
_OTHERS: Final = 6  # sharing parties named per identifier


class Counted(Record, frozen=True, kw_only=True):
    """A text, and its number of lines."""

    text: str
    lines: int


class Partner(Record, frozen=True, kw_only=True):
    """A trading partner."""

    profile: Profile
    trade: Trade


class SharedThing(Record, frozen=True, kw_only=True):
    """An identifier, and other parties with it."""

    given: Given
    others: tuple[Profile, ...]
    more: int  # further ones not named


class OwnedTie(Record, frozen=True, kw_only=True):
    """A listed relation to another party, if they are the listed ones."""

    told: Ownership
    other: Profile
    is_owner: bool  # this party is the owner


class Pair(Record, frozen=True, kw_only=True):
    """A compared pair of written forms, with judgements."""

    link: Link
    own: WrittenParty | None  # of this party; None: not among those read
    other: Profile | None  # the other entity; None: both are of this one
    judged: Judged | None  # latest judgement of the pair


class PartyView(Record, frozen=True, kw_only=True):
    """Profile of a party."""

    profile: Profile
    names: tuple[Counted, ...]
    addresses: tuple[Counted, ...]
    numbers: tuple[Counted, ...]  # as written, with their scheme
    written: tuple[WrittenParty, ...]
    ways: int  # number of written forms; not all may be read
    things: tuple[SharedThing, ...]
    listings: tuple[Resemblance, ...]
    alerts: AlertsAbout
    months: tuple[Month, ...]
    receivers: tuple[Partner, ...]
    senders: tuple[Partner, ...]
    owned: tuple[OwnedTie, ...]
    near: tuple[Pair, ...]  # possible duplicates
    joined: tuple[Pair, ...]  # merge evidence
    judgements: tuple[Judged, ...]
    signs: tuple[Sign, ...]
    changes: tuple[Changed, ...]


def view_party(seen: Seen, entity: int) -> PartyView | None:
    """Read the profile of a party; None: not in the run."""
    profile = profiles_in(seen, [entity]).get(entity)
    if profile is None:
        return None
    work, run = seen.work, seen.run
    written = written_parties(work, run, entity, rows=_WAYS)
    judged = judgements_about(work, [each.member for each in written])
    return PartyView(
        profile=profile,
        names=_counted((each.name, each.lines) for each in written),
        addresses=_counted((each.address, each.lines) for each in written),
        numbers=_counted((f"{w.id_scheme} {w.id}".strip(), w.lines) for w in written if w.id),
        written=tuple(written),
        ways=len(written) if len(written) < _WAYS else count_parties(work, run, entity),
        things=tuple(_shared(seen, entity)),
        listings=tuple(resemblances(work, run, entity, cleared=seen.cleared)),
        alerts=alerts_about(work, run, entity, cleared=seen.cleared),
        months=tuple(months_of(work, run, entity)),
        receivers=_partners(seen, entity, sends=True),
        senders=_partners(seen, entity, sends=False),
        owned=_owned(seen, entity),
        near=_pairs(seen, entity, (written, judged), inside=False),
        joined=_pairs(seen, entity, (written, judged), inside=True),
        judgements=tuple(each for each in judged.values() if each.verdict != "undecided"),
        signs=signs_of(work, run, entity),
        changes=tuple(changes_of(work, entity)),
    )


def _counted(texts: Iterable[tuple[str, int]]) -> tuple[Counted, ...]:
    counts: Counter[str] = Counter()
    for text, lines in texts:
        if text.strip():
            counts[" ".join(text.split())] += lines
    return tuple(Counted(text=text, lines=lines) for text, lines in counts.most_common())


def _shared(seen: Seen, entity: int) -> list[SharedThing]:
    things = things_of_entity(seen.work, seen.run, entity, rows=_THINGS)
    several = [(each.kind, each.value) for each in things if each.entities > 1]
    givers = givers_of(seen.work, seen.run, several, rows=_OTHERS + 1)
    profiles = profiles_in(seen, {each for some in givers.values() for each in some})
    found = []
    for thing in things:
        here = [each for each in givers.get((thing.kind, thing.value), ()) if each != entity]
        others = tuple(profiles[each] for each in here[:_OTHERS] if each in profiles)
        found.append(SharedThing(given=thing, others=others, more=thing.entities - 1 - len(others)))
    return found


def _partners(seen: Seen, entity: int, *, sends: bool) -> tuple[Partner, ...]:
    trade = trade_of(seen.work, seen.run, entity, sends=sends, rows=_PARTNERS)
    profiles = profiles_in(seen, {t.receiver if sends else t.sender for t in trade})
    pairs = ((profiles.get(t.receiver if sends else t.sender), t) for t in trade)
    return tuple(Partner(profile=profile, trade=t) for profile, t in pairs if profile)


def _owned(seen: Seen, entity: int) -> tuple[OwnedTie, ...]:
    told = owned_of(seen.work, seen.run, [entity], cleared=seen.cleared)
    profiles = profiles_in(seen, {each for tie in told for each in (tie.entity, tie.owner)})
    return tuple(
        OwnedTie(told=tie, other=profiles[other], is_owner=tie.owner == entity)
        for tie in told
        if (other := tie.entity if tie.owner == entity else tie.owner) in profiles
    )


def _pairs(
    seen: Seen,
    entity: int,
    known: tuple[Sequence[WrittenParty], Mapping[tuple[str, str], Judged]],
    *,
    inside: bool,
) -> tuple[Pair, ...]:
    written, judged = known
    links = links_of(seen.work, seen.run, entity, inside=inside)
    members = {each.member: each for each in written}
    profiles = profiles_in(seen, {each for link in links for each in (link.one, link.other)})
    return tuple(
        Pair(
            link=each.link,
            own=members.get(each.link.a if each.one == entity else each.link.b),
            other=None if inside else profiles.get(each.other if each.one == entity else each.one),
            judged=judged.get((each.link.a, each.link.b)),
        )
        for each in links
    )
