"""API examples: request bodies and responses.

Request bodies are defined here, each as the record of its handler. Responses are files in
``data/api``, taken from an installation with the sample manifest;
``python -m tools.api_examples`` regenerates them.
"""

from collections.abc import Mapping
from datetime import date
from functools import cache
from typing import Any

import msgspec
from msgspec import structs

from tidewaiter.base.phrases import english_json, read_phrase
from tidewaiter.base.records import Record
from tidewaiter.base.resources import data
from tidewaiter.exchange.incidents.drafts import DraftGoods, DraftLine, DraftParty
from tidewaiter.exchange.incidents.types import Place
from tidewaiter.exchange.notices.drafts import WrittenLine, WrittenNotice, WrittenTransport
from tidewaiter.exchange.notices.types import Authority, Parties, Party
from tidewaiter.exchange.protocol.markings import Marking
from tidewaiter.web.accounts.handlers import Change, Clearance, Code, NewName
from tidewaiter.web.accounts.own_account import BothRoles, Language, NewPassword, NewToken
from tidewaiter.web.alerts.bulk_actions import Bulk
from tidewaiter.web.alerts.bulk_decisions import Second, UndoBatch
from tidewaiter.web.alerts.handlers import Assign, Decide, IntoCase, Report, Undo, Withdraw
from tidewaiter.web.alerts.queue import Save
from tidewaiter.web.cases.documents import ExportWish, Finished
from tidewaiter.web.cases.handlers import Answer, Closing, NewCase, Reason, Retention
from tidewaiter.web.cases.joint_views import Deciding, OpenJoint, Partaking
from tidewaiter.web.cases.steps import (
    AlertGiven,
    ConsignmentGiven,
    NewOwner,
    NoteGiven,
    PartyGiven,
    Person,
    Remark,
    Removal,
    TaskGiven,
    Title,
)
from tidewaiter.web.feeds.handlers import MakeFeed
from tidewaiter.web.groups.handlers import Member, NewGroup
from tidewaiter.web.incidents.schemas import Proposing, Sighted, Telling
from tidewaiter.web.jobs.handlers import Again
from tidewaiter.web.jobs.rescreen import RescreenWish
from tidewaiter.web.lists.archive import FromAddress, ThresholdWish, UpdateWish
from tidewaiter.web.matching.schemas import MatchBody
from tidewaiter.web.notices.drafts import DraftForm, Version
from tidewaiter.web.notices.handlers import (
    Agreement,
    Elsewhere,
    GoodsTold,
    LineText,
    Longer,
    Objection,
    Query,
    QueryAnswer,
    TakenBack,
)
from tidewaiter.web.notices.handlers import Seen as SeenOfNotice
from tidewaiter.web.parties.handlers import Judge
from tidewaiter.web.peers.handlers import Discarded, Invitation, Narrow, Written
from tidewaiter.web.peers.handlers import Turn as TurnRelation
from tidewaiter.web.private.handlers import AskedParty, Asking, Ending, Letting, PartyNumber
from tidewaiter.web.recalls.views import HoldIt, LiftIt, PassedOn, RecallIt
from tidewaiter.web.register.schemas import Cancelling, Loading, WriteOff
from tidewaiter.web.requests.schemas import (
    AboutWritten,
    Answering,
    Delaying,
    Refusing,
    Requesting,
    Withdrawing,
)
from tidewaiter.web.rules.handlers import Turn
from tidewaiter.web.settings.webhooks import MakeWebhook, Switch
from tidewaiter.web.suppression.handlers import Propose, Seen, Why
from tidewaiter.web.uploads.schemas import Reading, Wanted

_ALERT = "12b0f39eab51ce7c99d1eb65"
_REPORT = (  # of a controlled chemical, in the United States: its fields in order
    "Example Chemicals Inc., registration 001234",
    "Example Labs LLC, 1 Example Street",
    "2026-11-24",
    "Pseudoephedrine hydrochloride",
    "25 kg, 5 drums",
    "Truck, from Example City",
    "Driver's licence, seen by the carrier",
    "The buyer paid in cash and would not name the use",
)
_INCIDENT = Telling(
    kind="seizure",
    day=date(2026, 11, 3),
    place=Place(country="NL", name="Rotterdam"),
    title="Drums with another label",
    marking=Marking(tlp="amber"),
    stage="import",
    lines=(
        DraftLine(
            declared=DraftGoods(text="Epoxy resin", mass="100 kg"),
            found=DraftGoods(text="Clear liquid", substance="acetic-anhydride", mass="100 kg"),
        ),
    ),
    parties=(DraftParty(role="consignee", name="Example Chemicals Ltd", basis="air waybill"),),
    to=("tidewaiter/bergen",),
)
NOTICE = WrittenNotice(
    reference="NL-2026-0041",
    sender=Authority(name="Example Authority", country="NL"),
    recipient=Authority(name="Another Authority", country="MX"),
    parties=Parties(
        exporter=Party(name="Example Chemicals BV", address="Rotterdam", country="NL"),
        importer=Party(name="Ejemplo SA", address="Veracruz", country="MX"),
    ),
    lines=(WrittenLine(name="Acetic anhydride", cas="108-24-7", net="800 kg"),),
    transport=WrittenTransport(mode="sea", entry_point="Veracruz", dispatch=date(2027, 1, 20)),
)
BODIES: Mapping[str, Record] = {
    "change_language": Language(language="fr"),
    "change_password": NewPassword(
        present="seven grey gulls at dawn",
        password="nine wet ropes on deck",  # noqa: S106 - of nobody
        again="nine wet ropes on deck",
    ),
    "make_token": NewToken(name="nightly statistics", rights=("see",), days=30),
    "make_account": NewName(name="reyes", shown="A. Reyes", role="analyst"),
    "change_account": Change(role="supervisor", active=True),
    "change_clearance": Clearance(cleared=True),
    "confirm_owner": Code(code="7KQF-2M9X-WB4T"),
    "assign_alert": Assign(to="reyes"),
    "decide_alert": Decide(verdict="hold", reason="inspect", note="Seal broken", seen=0),
    "undo_decision": Undo(seen=12),
    "into_case": IntoCase(case=7),
    "record_result": Report(
        kind="laboratory",
        outcome="identified",
        day=date(2026, 11, 24),
        person="State laboratory",
        methods=("gc-ms",),
        strength="confirmatory",
        found=("ephedrine = 98.5",),
        quantity="25 kg",
    ),
    "withdraw_one": Withdraw(number=3, reason="mixed-up", note="Vials 3 and 4"),
    "change_many": Bulk(
        do="decide",
        everything=True,
        expected=12,
        stored=430,
        decision="dismiss/other-goods",
        note="Table salt of one sender",
        seen=41,
        queue="severity=low",
        confirmed=True,
    ),
    "preview_many": Bulk(
        do="decide",
        everything=True,
        expected=12,
        decision="dismiss/other-goods",
        seen=41,
        queue="severity=low",
    ),
    "undo_bulk": UndoBatch(queue="severity=low"),
    "settle_bulk": Second(says="reject", alert=(_ALERT,), note="The route is another one"),
    "work_as_analyst": BothRoles(analyst=True),
    "save_queue": Save(name="late and high", queue="severity=high&due_within=-1", shared=True),
    "open_new": NewCase(title="Drums at the north gate", alert=_ALERT),
    "add_note": NoteGiven(text="Seal 17 is broken; the driver says it was so before"),
    "add_alert": AlertGiven(alert=_ALERT),
    "add_consignment": ConsignmentGiven(source=1, consignment="EX26-0137"),
    "add_party": PartyGiven(name="Example Chemicals Ltd", role="consignee", country="NL"),
    "add_task": TaskGiven(who="account 2", what="Call the importer", due=date(2026, 12, 1)),
    "do_task": Remark(note="Nobody answers there"),
    "take_out": Removal(step=4, why="Of another consignment"),
    "rename": Title(title="Drums at the south gate", seen=9),
    "share": Person(user="account 2"),
    "unshare": Person(user="account 2"),
    "change_owner": NewOwner(owner="account 2", seen=9),
    "close": Closing(how="referred", to="The police of the port", why="25 kg, proved", seen=9),
    "answer": Answer(agree="no", why="The laboratory has not answered", seen=9),
    "recall": Reason(why="A second sample was taken", seen=9),
    "reopen": Reason(why="The goods came back", seen=9),
    "retain": Retention(until=date(2031, 12, 31), basis="Customs code, article 51", seen=9),
    "hold": Reason(why="Asked for by the court", seen=9),
    "unhold": Reason(why="The court has ended it", seen=9),
    "erase": Reason(why="Its time is over", seen=9),
    "export_case": ExportWish(restricted=True),
    "finish_report": Finished(field=_REPORT),
    "turn_rule": Turn(
        to="down", points=10, since=date(2026, 12, 1), why="3 of 120 were right", seen=0
    ),
    "judge_party": Judge(other=17, verdict="same", why="one licence, seen on paper"),
    "match_entities": MatchBody(
        queries={
            "q1": {
                "schema": "Company",
                "properties": {"name": ["Example Chemicals Ltd"], "country": ["cn"]},
            }
        }
    ),
    "propose_suppression": Propose(
        substances=("safrole",),
        phrase="sassafras tea",
        heading="1211",
        most="low",
        reason="other-goods",
        words="Tea bags",
        owner="reyes",
        expires=date(2027, 1, 31),
    ),
    "approve_suppression": Seen(seen=7, words="Two samples were looked at"),
    "refuse_suppression": Why(seen=7, words="Too broad: the phrase stands on oils too"),
    "end_suppression": Why(seen=7, words="The maker sells oil now"),
    "start_again": Again(force=False),
    "begin_rescreen": RescreenWish(preview=True),
    "update_list": UpdateWish(slug="ofac-sdn"),
    "add_list_address": FromAddress(address="https://example.org/list.csv", slug="our-list"),
    "save_threshold": ThresholdWish(least=0.62, why="As many alerts as can be reviewed"),
    "make_webhook": MakeWebhook(
        name="duty officer", url="https://duty.example/alerts", severities=("critical",)
    ),
    "switch": Switch(active=True),
    "invite_peer": Invitation(
        documents='[{"payload": "eyJ2Ijox...", "signatures": [["e30", "x"]]}]'
    ),
    "turn_relation": TurnRelation(to="frozen", reason="Order of 3 May"),
    "narrow_scope": Narrow(kinds=("notice",), tlp="amber", reason="Order of 4 May"),
    "discard_item": Discarded(message="019ac0de-0000-7000-8000-000000000000"),
    "tell_new": _INCIDENT,
    "tell_version": structs.replace(
        _INCIDENT, after=1, changed="The laboratory has answered", to=()
    ),
    "propose_change": Proposing(text="The drums were of 200 l", at="line 1, found"),
    "tell_sighting": Sighted(
        day=date(2026, 11, 20), country="NL", place="Rotterdam", what="Drums with the same label"
    ),
    "make_working_group": NewGroup(name="Fentanyl precursors"),
    "add_member_to": Member(node="tidewaiter/1f0a9c0d11aa22bb"),
    "remove_member_of": Member(node="tidewaiter/1f0a9c0d11aa22bb"),
    "ask_peer": Requesting(
        to="tidewaiter/bergen",
        kind="information",
        purpose="investigation",
        facts="Four drums with another label were found on 3 November.",
        items=("Who sent them?", "What was paid, and by whom?"),
        about=(AboutWritten(kind="incident", ref="20261103-1f0a9c0d"),),
        instrument="un-1988-12",
        deadline=date(2099, 12, 10),
    ),
    "answer_request": Answering(text="Paint works Alfa sent them.", items=(1,), partly=(2,)),
    "refuse_request": Refusing(items=(2,), ground="law", why="Bank secrecy: ask a court"),
    "delay_request": Delaying(until=date(2099, 12, 20), why="The company has 14 days to answer"),
    "withdraw_request": Withdrawing(why="It was found."),
    "open_joint_case": OpenJoint(
        title="Drums with another label",
        partners=("tidewaiter/bergen",),
        purpose="investigation",
        basis="Agreement of 2019, article 4",
    ),
    "reply_joint": Partaking(part="joined"),
    "decide_joint": Deciding(subject="incident a1/S-17", decision="hold/inspect"),
    "recall_message": RecallIt(
        item="019ac0de-0000-7000-8000-000000000000",
        reason="wrong-recipient",
        only=("tidewaiter/bergen",),
    ),
    "hold_message": HoldIt(
        item="019ac0de-0000-7000-8000-000000000000", basis="Order 12/26", until=date(2099, 6, 30)
    ),
    "lift_hold": LiftIt(item="019ac0de-0000-7000-8000-000000000000"),
    "pass_on_message": PassedOn(item="019ac0de-0000-7000-8000-000000000000", others=3, asked=2),
    "write_to_peer": Written(text="Please call about notice 17."),
    "set_reading": Reading(
        version=1, then="screen", map=("goods=Item text",), day=date(2026, 11, 25)
    ),
    "cancel": Wanted(version=2),
    "drop": Wanted(version=4),
    "view_notice": SeenOfNotice(seen=1),
    "acknowledge_notice": SeenOfNotice(seen=1),
    "agree_to_notice": Agreement(
        seen=1,
        decided_by="Licensing",
        conditions="one shipment",
        allowed=(LineText(line=1, amount="500 kg"),),
        importer_licence="holds",
    ),
    "object_to_notice": Objection(
        seen=1,
        code="importer unknown",
        text="No firm of that name is registered",
        decided_by="Licensing",
    ),
    "ask_about_notice": Query(seen=1, text="Who is the end user?"),
    "answer_query": QueryAnswer(seen=1, query="5f0c3c9a", text="Paint works Alfa"),
    "ask_more_time": Longer(seen=1, until=date(2027, 1, 15), reason="The importer is asked"),
    "notice_not_for_us": Elsewhere(seen=1, whose="The medicines agency"),
    "withdraw_notice": TakenBack(seen=0, reason="The order was cancelled"),
    "tell_of_goods": GoodsTold(
        seen=1,
        outcome="shipped",
        on=date(2027, 1, 20),
        lines=(LineText(line=1, amount="750 kg"),),
        permit="P-7",
    ),
    "amend_notice": SeenOfNotice(seen=0),
    "check_notice": DraftForm(notice=NOTICE),
    "keep_draft": DraftForm(notice=NOTICE, peer="tidewaiter/b1"),
    "save_draft": DraftForm(notice=NOTICE, peer="tidewaiter/b1", version=1, send=True),
    "end_draft": Version(version=1),
    "ask_privately": Asking(
        peer="tidewaiter/b1",
        purpose="investigation",
        parties=(
            AskedParty(
                name="Northern Solvents Ltd",
                address="4 Quay Road, 10115 Berlin",
                country="DE",
                phone="+49 30 123456",
                numbers=(PartyNumber(scheme="vat", value="DE123475223"),),
            ),
        ),
    ),
    "let_ask": Letting(peer="tidewaiter/b1", budget=64, purposes=("investigation",), days=7),
    "let_ask_no_more": Ending(peer="tidewaiter/b1"),
    "make_a_feed": MakeFeed(title="For our own monitoring", purpose="warning"),
    "load_entries": Loading(
        name="requirements.csv",
        country="MX",
        text="id,decided,country,substance,year,amount,source\n"
        "alr-1,2026-01-01,MX,ephedrine,2026,150 kg,annual requirements 2026\n",
    ),
    "write_off_shipment": WriteOff(
        substance="ephedrine",
        amount="5 kg",
        direction="import",
        on=date(2026, 5, 2),
        operator="op-1",
        permit="IA 26/01",
        issuer="MX",
        source="declaration 77",
        reason="found at audit",
    ),
    "cancel_movement": Cancelling(on=date(2026, 5, 3), source="letter 9", reason="not shipped"),
}
"""Request body of each JSON operation, by name."""


def body(operation: str) -> Any:
    """Return an example request body as JSON, without defaults."""
    record = BODIES[operation]
    told = msgspec.to_builtins(record)
    plain = {each.name: each.default for each in msgspec.structs.fields(record)}
    return {name: told[name] for name in told if getattr(record, name) != plain[name]}


@cache
def answer(operation: str, kind: Any) -> Any:
    """Return an example response as JSON; None: none stored.

    Args:
        operation: Operation name.
        kind: Its record: fields missing in the stored example get their defaults.
    """
    kept = data("api", f"{operation}.json")
    if not kept.is_file():
        return None
    record = msgspec.json.decode(kept.read_bytes(), type=kind, dec_hook=read_phrase)
    return msgspec.json.decode(english_json(record))
