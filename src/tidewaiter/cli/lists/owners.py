"""The command `tidewaiter lists owners`: owners that may be listed under another spelling."""

from datetime import date
from pathlib import Path

import click

from tidewaiter.base.phrases import english_json
from tidewaiter.base.safe_text import visible
from tidewaiter.bulk.owner_check import OwnerLead, owner_leads
from tidewaiter.cli.core.counts import how_many
from tidewaiter.cli.core.options import Day
from tidewaiter.cli.core.party_options import Within, kept_in
from tidewaiter.lists.decisions import threshold_for


@click.command()
@click.option("--day", type=Day(), help="Use the lists in force on this date (default: today).")
@click.option("--threshold", type=Within(0, 1), help="Minimum probability of a match.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object for each match.")
@kept_in
def owners(day: date | None, threshold: float | None, folder: Path, *, as_json: bool) -> None:
    """Show owners in your ownership data that may be listed parties under another spelling.

    Owners are recognised by number or exact name only. To confirm a match, write the entry into
    the column owner_id, as printed, and add the data again.

    Example: tidewaiter lists owners --threshold 0.6
    """
    day = day or date.today()  # noqa: DTZ011 - the user's own calendar
    found = 0
    for lead in owner_leads(folder, day, threshold_for(folder, threshold)):
        found += 1
        click.echo(english_json(lead) if as_json else visible(_line(lead)))
    click.echo(f"{how_many(found, 'possible listed owner')}", err=True)


def _line(lead: OwnerLead) -> str:
    where = f" ({lead.list} {lead.id})" if lead.list else ""
    return (
        f"{lead.probability:.3f}  {lead.owner}{where}, owner of "
        f"{how_many(lead.owns, 'party')}, may be {lead.name}, {lead.action}: "
        f'owner_id "{lead.entry_list} {lead.entry}"'
    )
