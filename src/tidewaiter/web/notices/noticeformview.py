"""The form of a notice in words: its choices, what must be filled, and what keeps it back."""

from collections.abc import Mapping

from tidewaiter.accounts.secrets import form_token
from tidewaiter.base.countries import country_codes
from tidewaiter.base.errors import InputError
from tidewaiter.base.records import Record
from tidewaiter.exchange.notices.forms import of_basis
from tidewaiter.exchange.notices.types import Party
from tidewaiter.report.languages import country, words
from tidewaiter.store.sessions import User
from tidewaiter.substances.types import Regime
from tidewaiter.web.asking import CSRF_FIELD
from tidewaiter.web.noticecheckview import CheckView, check_view
from tidewaiter.web.noticefacts import ROLES
from tidewaiter.web.noticepages import DraftPage
from tidewaiter.web.noticewords import Choices, choices

_ROLES = (
    "exporter",
    "importer",
    "ultimate_consignee",
    "broker",
    "manufacturer",
    "carrier",
    "forwarder",
    "customs_broker",
)


class PartyView(Record, frozen=True, kw_only=True):
    """A party of the form."""

    name: str  # of its fields: "parties.broker"
    role: str
    party: Party
    removes: str  # the row that a button takes out; "": it is always there


class FormView(Record, frozen=True, kw_only=True):
    """The form in words."""

    action: str
    upload: str  # address of the form of files, with its token
    must: frozenset[str]  # paths of fields that the basis asks for
    peers: Choices
    choices: Mapping[str, Choices]
    countries: Choices
    first: tuple[PartyView, ...]  # the two that must be there
    others: tuple[PartyView, ...]
    others_open: bool
    checked: CheckView
    trouble: str  # why it was not sent; "": nobody tried
    hint: str


def form_view(
    page: DraftPage, user: User, regimes: Mapping[str, Regime], trouble: InputError | None
) -> FormView:
    """Put the form of a notice into words.

    Args:
        page: The draft.
        user: Who writes.
        regimes: By their slugs.
        trouble: What kept it back; None: nobody tried to send it.
    """
    number, written = page.draft.number, page.draft.draft.written
    token = form_token(user.session) if user.session else ""
    needs = [need for form in of_basis(written.basis) for need in form.needs]
    parties = _parties(page)
    return FormView(
        action=f"/notices/drafts/{number}" if number else "/notices/drafts",
        upload=f"/notices/drafts/file?{CSRF_FIELD}={token}",
        must=frozenset(each.field for each in needs if each.must and each.when == "always"),
        peers=tuple(
            (each.node, f"{each.name or each.node} ({each.country or '?'})") for each in page.peers
        ),
        choices={
            kind: choices(kind)
            for kind in ("basis", "shipments", "consent", "goods", "mode", "permit")
        },
        countries=tuple((code, country(code)) for code in sorted(country_codes())),
        first=parties[:2],
        others=parties[2:],
        others_open=any(each.party != Party() for each in parties[2:]),
        checked=check_view(page.checked, regimes),
        trouble=": ".join(filter(None, (trouble.at, trouble.message))) if trouble else "",
        hint=trouble.hint if trouble else "",
    )


def _parties(page: DraftPage) -> tuple[PartyView, ...]:
    held = page.draft.draft.written.parties
    found = [
        PartyView(
            name=f"parties.{name}",
            role=words(ROLES[name.replace("_", " ")]),
            party=getattr(held, name) or Party(),
            removes="",
        )
        for name in _ROLES
    ]
    for name, role in (("intermediate_consignees", "intermediate consignee"), ("others", "other")):
        found += [
            PartyView(
                name=f"parties.{name}.{place}",
                role=words(ROLES[role]),
                party=party,
                removes=f"{name}.{place}",
            )
            for place, party in enumerate(getattr(held, name))
        ]
    return tuple(found)
