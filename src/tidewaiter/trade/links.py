"""Links: what a list says of owners and of those in control, put into an alert."""

from collections.abc import Iterable, Iterator, Sequence

from tidewaiter.consignments.citing import cite_list
from tidewaiter.consignments.rules import AlertRules
from tidewaiter.consignments.types import PartyMatch, Reason
from tidewaiter.parties.ownership import Chain, Ownership, cautions, is_minor, percent_in_words
from tidewaiter.parties.types import ListedLink, ListedParty, ListVersion

_SHOWN = 5  # links of a match


class Links:
    """The ties of one list, as matches tell them."""

    def __init__(self, version: ListVersion, parties: Sequence[ListedParty], steps: int) -> None:
        """Take a version, all its entries, and how many ties are followed."""
        self._name = version.name
        self._steps = steps
        self._open = Ownership(parties, restricted=False)
        secret = any(party.confidential for party in parties)
        self._all = Ownership(parties) if secret else self._open

    def of(self, party: ListedParty) -> tuple[ListedLink, ...]:
        """Return the links of an entry, the nearest first; those to restricted entries last."""
        if party.confidential:
            return tuple(map(_link, self._all.chains(party, self._steps)[:_SHOWN]))
        open_ = self._open.chains(party, self._steps)[:_SHOWN]
        others = self._all.chains(party, self._steps) if self._all is not self._open else ()
        secret = [chain for chain in others if chain.confidential][:_SHOWN]
        return tuple(map(_link, (*open_, *secret)))

    def blocked_share(self, party: ListedParty) -> str:
        """Say what the shares of its blocked owners add up to; "": the list tells none."""
        ties = self._all if party.confidential else self._open
        return percent_in_words(ties.blocked_share(party))


def _link(chain: Chain) -> ListedLink:
    end = chain.end
    return ListedLink(
        entry=end.id if end else "",
        name=end.names[0].text if end else chain.steps[-1].named,
        action=end.action if end else "",
        outcome=end.outcome if end else "",
        listed=end.listed if end else None,
        owned=chain.up,
        steps=tuple(step.words for step in chain.steps),
        control=chain.control,
        former=chain.former,
        confidential=chain.confidential,
    )


def link_points(match: PartyMatch, link: ListedLink, rules: AlertRules) -> int:
    """Return what a link weighs: something only where a blocked one owns it now, or it owns one.

    Half of it counts below the probability that is sure, and half where all that the list tells
    of blocked owners are shares that add up to less than the law asks for.
    """
    rule = rules.party.linked
    if match.judged or match.action == "blocked" or link.action != "blocked" or link.former:
        return 0
    points = rule.points if link.owned else rule.owner
    if link.owned and not link.control and is_minor(match.blocked_share):
        points //= 2
    return points if match.probability >= rules.party.sure else points // 2


def link_reasons(matches: Iterable[PartyMatch], rules: AlertRules) -> Iterator[Reason]:
    """Yield a reason for each link that weighs something: the weightiest counts, others are told.

    What the law makes of it stands once, with the one that counts.
    """
    told = [
        (points, match, link)
        for match in matches
        for link in match.links
        if (points := link_points(match, link, rules))
    ]
    best = max(told, key=lambda each: each[0], default=None)
    for each in told:
        points, match, link = each
        text = _sentence(match, link, rules)
        yield Reason(
            rule="linked",
            text=" ".join((text, *cautions())) if each is best else text,
            points=points if each is best else 0,
            source=cite_list(match.list, match.version),
        )


def _sentence(match: PartyMatch, link: ListedLink, rules: AlertRules) -> str:
    since = f" since {link.listed}" if link.listed else ""
    share = "" if link.confidential or not link.owned else match.blocked_share
    told = rules.party.linked.text.format(
        role=match.role or "party",
        name=match.name,
        listed=match.listed_name,
        way=way_in_words(link),
        list=match.list_name,
        action=f"{link.action}{since}",
    )
    added = f" Shares of blocked owners that the list tells add up to {share}." if share else ""
    return f"{told}.{added}"


def way_in_words(link: ListedLink) -> str:
    """Say the way of a link: "owned by X (60 %), which is controlled by Y"."""
    return ", which is ".join(link.steps)


def link_in_words(link: ListedLink) -> str:
    """Say a link in a sentence, with what the list does to the other entry."""
    if not link.action:
        return f"{way_in_words(link)}, which is no entry of the list"
    since = f" since {link.listed}" if link.listed else " since a day not given"
    outcome = f", charge: {link.outcome}" if link.outcome else ""
    return f"{way_in_words(link)}: {link.action}{since}{outcome}"
