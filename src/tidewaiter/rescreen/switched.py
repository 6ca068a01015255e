"""Switched: the settings of a screening with the rules that its database turned down."""

from msgspec import structs

from tidewaiter.bulk.run import Settings
from tidewaiter.store.database import Database
from tidewaiter.store.rule_settings import rule_settings, switches_on


def switched(settings: Settings, database: Database) -> Settings:
    """Return settings with the rules that are turned down on their day.

    Args:
        settings: Of a screening into the database, or of what it holds.
        database: Where rules are turned down.
    """
    with database.work() as work:
        return structs.replace(settings, switches=switches_on(rule_settings(work), settings.day))
