"""Permissions on cases: who may do what and when, by data/rules/cases.toml."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from functools import cache
from typing import Literal

from msgspec.structs import fields

from tidewaiter.base.errors import InputError, RegistryError
from tidewaiter.base.phrases import english
from tidewaiter.base.records import Record
from tidewaiter.base.resources import data, read_toml
from tidewaiter.casework.cases.state import Case, Viewer, may_be_erased
from tidewaiter.casework.cases.steps import KINDS, AnyContent, FileAdded, Step, kind_of

_TEXTS = 65_536  # maximum characters of a step
_PLAIN = "text/plain"
_UNKNOWN = "application/octet-stream"


class Limits(Record, frozen=True, kw_only=True):
    """The row [limits]."""

    file_bytes: int
    files: int
    text: int  # characters
    title: int
    members: int
    steps: int


class StepRule(Record, frozen=True, kw_only=True):
    """A row of [step]."""

    says: str
    says_again: str = ""  # if it refers to a step of its own kind
    needs: Literal["case", "approve"]
    when: Literal["open", "closed", "any"]
    decides: bool = False
    erasable: bool = False
    takes: tuple[str, ...] = ("",)


class TypeRule(Record, frozen=True, kw_only=True):
    """A row of [[type]]."""

    name: str
    begins: str  # in hexadecimal digits


class CaseRules(Record, frozen=True, kw_only=True):
    """data/rules/cases.toml, read."""

    version: str
    limits: Limits
    step: Mapping[str, StepRule]
    type: tuple[TypeRule, ...]

    def type_of(self, head: bytes) -> str:
        """Return the type of a file by its first bytes, whatever its name."""
        for rule in self.type:
            if head.startswith(bytes.fromhex(rule.begins)):
                return rule.name
        return _PLAIN if _is_text(head) else _UNKNOWN


@cache
def load_case_rules() -> CaseRules:
    """Load the rules.

    Raises:
        RegistryError: The file is malformed, or a kind of step has no row.
    """
    rules = read_toml(data("rules", "cases.toml"), CaseRules)
    odd = set(KINDS) ^ set(rules.step)
    if odd:
        raise RegistryError("casework/step-without-row-or-record", odd=min(odd), at="cases.toml")
    return rules


class Asked(Record, frozen=True, kw_only=True):
    """A requested step."""

    content: AnyContent
    about: int | None = None
    restricted: bool = False
    seen: int | None = None  # last step seen; a decision requires having seen all


def refusal(
    case: Case, steps: Sequence[Step], viewer: Viewer, asked: Asked, today: date
) -> InputError | None:
    """Return why a step is not allowed; None: it is. Concurrent changes are checked elsewhere.

    Args:
        case: The case as visible to the viewer.
        steps: Those visible to the viewer.
        viewer: The user.
        asked: The requested step.
        today: The day.
    """
    return next(_refusals(case, steps, viewer, asked, today), None)


def check_words(content: AnyContent) -> None:
    """Check that a step's texts are present and not too long.

    Raises:
        InputError: A text is missing or too long.
    """
    limits = load_case_rules().limits
    told = {field.name: getattr(content, field.name) for field in fields(content)}
    required = {field.name for field in fields(content) if field.required}
    texts = {name: text for name, text in told.items() if isinstance(text, str)}
    for name, text in texts.items():
        most = limits.title if name in {"title", "owner", "user", "who", "basis"} else limits.text
        if len(text) > most:
            raise InputError("casework/text-too-long", name=name, count=len(text), most=most)
        if name in required and not text.strip():
            raise InputError("casework/text-missing", name=name)
    if sum(map(len, told.get("fields", {}).values())) > _TEXTS:
        raise InputError("casework/report-too-long", texts=_TEXTS)


def _refusals(
    case: Case, steps: Sequence[Step], viewer: Viewer, asked: Asked, today: date
) -> Iterator[InputError]:
    kind = kind_of(asked.content)
    rule = load_case_rules().step[kind]
    if rule.needs not in viewer.rights:
        yield InputError("casework/role-without-right", needs=rule.needs)
    if rule.when == "open" and case.status != "open":
        yield InputError("casework/case-closed")
    if rule.when == "closed" and case.status == "open":
        yield InputError("casework/case-open")
    if kind == "opened":
        yield InputError("casework/case-opened-twice")
    if asked.restricted and not viewer.cleared:
        yield InputError("casework/not-cleared")
    yield from _about(steps, rule, asked)
    yield from _particular(case, viewer, kind, today)
    yield from _counts(case, asked)


def _about(steps: Sequence[Step], rule: StepRule, asked: Asked) -> Iterator[InputError]:
    """Yield the problem of the step that another refers to."""
    if asked.about is None:
        if "" not in rule.takes:
            yield InputError("casework/step-not-said")
        return
    found = next((step for step in steps if step.id == asked.about), None)
    if found is None or found.kind not in rule.takes:
        yield InputError("casework/no-such-step", about=asked.about)
    elif any(step.about == asked.about and step.kind in {"withdrawn", "done"} for step in steps):
        yield InputError("casework/step-over-already")


def _particular(case: Case, viewer: Viewer, kind: str, today: date) -> Iterator[InputError]:
    """Yield the problem that follows from the state of the case."""
    proposal = case.proposal
    if kind in {"agreed", "refused", "recalled"} and proposal is None:
        yield InputError("casework/no-proposal-to-close")
    if kind in {"proposed", "confirmed", "referred"} and proposal is not None:
        yield InputError("casework/proposal-waits")
    if proposal is not None and kind in {"agreed", "refused"} and proposal.by == viewer.name:
        yield InputError("casework/own-proposal")
    if proposal is not None and kind == "recalled" and proposal.by != viewer.name:
        yield InputError("casework/proposal-of-another")
    if kind == "held" and case.hold is not None:
        yield InputError("casework/legal-hold-already")
    if kind == "unheld" and case.hold is None:
        yield InputError("casework/no-legal-hold")
    if kind in {"shared", "unshared"} and not viewer.sees_all() and viewer.name != case.owner:
        yield InputError("casework/not-theirs-to-share")
    if kind == "erased" and (why := may_be_erased(case, today)):
        yield InputError("casework/not-to-be-erased", why=english(why))


def _counts(case: Case, asked: Asked) -> Iterator[InputError]:
    limits = load_case_rules().limits
    if isinstance(asked.content, FileAdded) and len(case.files) >= limits.files:
        yield InputError("casework/too-many-files", files=limits.files)
    if kind_of(asked.content) == "shared" and len(case.members) >= limits.members:
        yield InputError("casework/too-many-members", members=limits.members)


def _is_text(head: bytes) -> bool:
    """Return whether bytes may be the start of UTF-8 text."""
    try:
        text = head.decode()
    except UnicodeDecodeError as error:
        if error.end < len(head) or error.reason != "unexpected end of data":
            return False
        text = head[: error.start].decode()
    return bool(head) and not any(sign < " " and sign not in "\t\r\n\f" for sign in text)
