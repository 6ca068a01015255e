"""Settings of rules: weight reduced, switched off or on again, with who, why and since when."""

from datetime import date
from typing import Any, NoReturn

from sqlalchemy import RowMapping, Select, insert, select

from tidewaiter.base.errors import ConflictError, InputError
from tidewaiter.store.audit import Details, moment, record_change, stamp_of
from tidewaiter.store.core import tables
from tidewaiter.store.core.columns import plain
from tidewaiter.store.core.database import Work
from tidewaiter.trade.rules.switches import (
    RuleSetting,
    Second,
    WantedSetting,
    check_switch,
    load_switch_rules,
)


def set_rule(work: Work, wanted: WantedSetting, seen: int | None) -> RuleSetting:
    """Turn a rule down, off, or on again.

    Args:
        work: Begun with a stamp, which says by whom and when.
        wanted: What is to become of it.
        seen: The id of the last setting of the rule that the supervisor saw; None: none.

    Returns:
        The setting; where the rule is strong and its points fall below the floor, it counts only
        once a second person agrees.

    Raises:
        ConflictError: Someone else has set the rule since.
        InputError: There is no such rule, or no reason is given.
    """
    stamp = stamp_of(work)
    check_switch(wanted.rule, wanted.points, wanted.why)
    mine = [each for each in rule_settings(work) if each.rule == wanted.rule]
    if (mine[-1].id if mine else None) != seen:
        who = mine[-1].by if mine else "nobody"
        raise ConflictError("store/rule-set-since-you-looked", rule=wanted.rule, who=who)
    strong = load_switch_rules().needs_second(wanted.rule, wanted.points)
    row = {
        "rule": wanted.rule,
        "points": wanted.points,
        "since": wanted.since.isoformat(),
        "why": plain(wanted.why).strip(),
        "by": plain(stamp.who),
        "at": moment(stamp.at),
        "strong": int(strong),
    }
    made = work.connection.execute(insert(tables.rule_setting).values(**row)).inserted_primary_key
    number = int(made[0])  # type: ignore[index]
    points = "file" if wanted.points is None else wanted.points
    said: Details = {
        "setting": number,
        "rule": wanted.rule,
        "points": points,
        "since": wanted.since.isoformat(),
        "strong": int(strong),
    }
    record_change(work, "rule set", said)
    return _setting_of(work, number)


def second_rule(work: Work, number: int) -> RuleSetting:
    """Agree, as a second person, that a strong rule is turned down.

    Args:
        work: Begun with a stamp, of another person than the one who set it.
        number: Id of the setting.

    Raises:
        ConflictError: Someone has set the rule since, or has agreed already.
        InputError: There is no such setting, it needs nobody, or it is one's own.
    """
    stamp = stamp_of(work)
    found = _setting_of(work, number)
    if not found.strong:
        raise InputError("store/setting-agreed-already", number=number)
    last = max(each.id for each in rule_settings(work) if each.rule == found.rule)
    if found.second is not None or last != number:
        raise ConflictError("store/setting-overtaken", number=number)
    if found.by == plain(stamp.who):
        raise InputError("store/second-person-is-the-first")
    row = {"setting": number, "by": plain(stamp.who), "at": moment(stamp.at)}
    work.connection.execute(insert(tables.rule_second).values(**row))
    record_change(work, "rule seconded", {"setting": number, "rule": found.rule})
    return _setting_of(work, number)


def rule_settings(work: Work) -> list[RuleSetting]:
    """Read all settings of all rules, in the order in which they were made."""
    rows = work.connection.execute(_settings().order_by(tables.rule_setting.c.id))
    return [_setting(row) for row in rows.mappings()]


def _setting_of(work: Work, number: int) -> RuleSetting:
    query = _settings().where(tables.rule_setting.c.id == number)
    row = work.connection.execute(query).mappings().one_or_none()
    if row is None:
        _no_setting(number)
    return _setting(row)


def _no_setting(number: int) -> NoReturn:
    raise InputError("store/no-setting", number=number)


def _settings() -> Select[Any]:
    s, t = tables.rule_setting, tables.rule_second.c
    more = (t.by.label("second_by"), t.at.label("second_at"))
    return select(s, *more).select_from(s.outerjoin(tables.rule_second))


def _setting(row: RowMapping) -> RuleSetting:
    second = row["second_by"] and Second(by=row["second_by"], at=row["second_at"])
    return RuleSetting(
        id=row["id"],
        rule=row["rule"],
        points=row["points"],
        since=date.fromisoformat(row["since"]),
        why=row["why"],
        by=row["by"],
        at=row["at"],
        strong=bool(row["strong"]),
        second=second or None,
    )
