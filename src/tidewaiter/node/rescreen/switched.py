"""Switched: the settings of a screening with the rules that its database turned down."""

from msgspec import structs

from tidewaiter.bulk.run import Settings
from tidewaiter.casework.switches import switches_on
from tidewaiter.store.accounts import account_key, accounts
from tidewaiter.store.database import Database
from tidewaiter.store.rule_settings import rule_settings


def switched(settings: Settings, database: Database | None) -> Settings:
    """Return settings with the rules that are turned down on their day.

    Args:
        settings: Of a screening into the database, or of what it holds.
        database: Where rules are turned down; None: none are.
    """
    if database is None:
        return settings
    with database.work() as work:
        people = {account_key(each.id): each.shown for each in accounts(work)}
        switches = switches_on(rule_settings(work), settings.day, people)
    return structs.replace(settings, switches=switches)
