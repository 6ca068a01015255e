"""The command `tidewaiter`, and groups whose commands are loaded only when they are called."""

import click

from tidewaiter import __version__
from tidewaiter.cli.core.options import Commands, LazyCommand, Sections

COMMANDS: Sections = {
    "Screen": {
        "screen": LazyCommand(
            "screening.screen:screen",
            "Screen consignments for controlled chemicals and listed parties",
        ),
        "inspect": LazyCommand(
            "screening.inspect:inspect", "Show how a file would be read, without screening it"
        ),
        "identify": LazyCommand(
            "identify:identify", "Find controlled and watched substances named in a text"
        ),
        "rules": LazyCommand("rules:rules", "Reduce the weight of alert rules, or switch them off"),
        "suppressions": LazyCommand(
            "suppression:suppressions", "Suppress known false positives for a limited time"
        ),
        "plugins": LazyCommand("plugins:plugins", "List installed plug-ins"),
    },
    "Parties": {
        "lists": LazyCommand(
            "lists.versions:lists", "Manage party lists: add, update, see what changed"
        ),
        "match": LazyCommand(
            "parties.match:match", "Screen a name, or the parties in a file, against party lists"
        ),
        "parties": LazyCommand(
            "core.main:parties", "Entity resolution: find names that are the same party"
        ),
    },
    "Law": {
        "law": LazyCommand(
            "law.questions:law", "Check the legal status of a substance by country and date"
        ),
        "law changes": LazyCommand(
            "law.questions:changes", "List past and upcoming changes in the loaded law"
        ),
        "law compare": LazyCommand(
            "law.questions:compare", "Compare legal instruments for a substance"
        ),
        "law status": LazyCommand(
            "law.status:status", "Show which law is used: complete, verified, how old"
        ),
        "law update": LazyCommand("law.packs:update", "Get a newer law pack, and switch to it"),
        "law diff": LazyCommand("law.packs:diff", "Show the differences between two law packs"),
        "law publish": LazyCommand("law.publishing:publish", "Publish signed law packs"),
        "substances": LazyCommand("identify:substances", "Show the registry of substances"),
    },
    "Casework": {
        "serve": LazyCommand("serve:serve", "Serve the web pages, with the queue of alerts"),
        "accounts": LazyCommand("accounts:accounts", "List accounts, and restore access to them"),
        "alerts": LazyCommand("alerts.queue:alerts", "Work through the alerts in a database"),
        "cases": LazyCommand("cases.casefile:cases", "List, show and export cases"),
        "select": LazyCommand("selection:select", "Select lines for inspection, some at random"),
        "select check": LazyCommand(
            "selection:check", "Verify that a random draw was made with its seed"
        ),
        "select report": LazyCommand("selection:report", "Report the hit rates of inspections"),
        "select seed": LazyCommand(
            "selection:seed", "Create a seed for a random draw, or read one"
        ),
        "ranker": LazyCommand("ranking:ranker", "Train a ranking model on past decisions"),
        "audit": LazyCommand("audit:audit", "Show and verify the audit log"),
        "verify": LazyCommand(
            "audit:verify_evidence", "Verify an evidence file without a database"
        ),
    },
    "Exchange with other authorities": {
        "node": LazyCommand("node:node", "Run this node: keys, sending and receiving"),
        "peers": LazyCommand("peers:peers", "Manage peers and what is exchanged with them"),
        "groups": LazyCommand(
            "groups:groups", "Manage groups of peers that receive the same messages"
        ),
        "notices": LazyCommand(
            "notices:notices", "Send and reply to pre-export notifications (PENs)"
        ),
        "requests": LazyCommand(
            "requests:requests", "Request information or legal assistance from peers"
        ),
        "incidents": LazyCommand(
            "incidents:incidents", "Report seizures, diversions and thefts to peers"
        ),
        "feeds": LazyCommand("feeds:feeds", "Publish incidents to other programs over TAXII 2.1"),
        "joint": LazyCommand("cases.joint:joint", "Work on a case with other authorities"),
        "private": LazyCommand("private:private", "Ask a peer about a party without naming it"),
        "recall": LazyCommand("recalls:recall", "Recall a message from every recipient"),
        "recalls": LazyCommand("recalls:recalls", "Track recalls, and place legal holds"),
        "register": LazyCommand(
            "register:register", "Manage operators, licences, permits and requirements"
        ),
    },
    "Coalition and overdose deaths": {
        "coalition": LazyCommand(
            "coalition.members:coalition", "Show members, commitments and reply times"
        ),
        "burden": LazyCommand(
            "core.main:burden", "Official counts of overdose deaths, with nowcasts"
        ),
        "mirror": LazyCommand("core.main:mirror", "Compare the trade statistics of two countries"),
        "scenario": LazyCommand("demo:scenario", "Run a demonstration, or generate trade data"),
    },
}


@click.group(
    cls=Commands,
    sections=COMMANDS,
    context_settings={"help_option_names": ["-h", "--help"]},
)
@click.version_option(__version__, package_name="tidewaiter")
def main() -> None:
    """Screen consignments for controlled chemicals and listed parties, and explain every alert.

    Example: tidewaiter screen manifest.csv --report report.html
    """


BURDEN_COMMANDS: Sections = {
    "Releases": {
        "fetch": LazyCommand(
            "burden.releases:fetch", "Download the newest releases from their publishers"
        ),
        "add": LazyCommand("burden.releases:add", "Add releases: files, folders, or archives"),
        "list": LazyCommand("burden.releases:list_releases", "List the stored releases"),
        "changes": LazyCommand(
            "burden.views:changes", "Show what a release changed since the previous one"
        ),
    },
    "Counts": {
        "trends": LazyCommand("burden.views:trends", "Show one count in one place over time"),
        "map": LazyCommand("burden.views:show_map", "Compare the states of a country"),
        "mix": LazyCommand("burden.views:mix", "Show deaths by class of drug over time"),
        "ages": LazyCommand("burden.views:ages", "Show deaths by age"),
        "rates": LazyCommand("burden.deaths:rates", "Compute death rates from deaths by age"),
        "months": LazyCommand(
            "burden.events:months", "Recover monthly counts from twelve-month totals"
        ),
        "supply": LazyCommand("burden.figures:supply", "Show seizures and laboratory reports"),
        "figures": LazyCommand(
            "burden.figures:figures", "Export figures with their source and basis"
        ),
    },
    "Estimates and claims": {
        "nowcast": LazyCommand(
            "burden.figures:nowcast", "Estimate the final values of provisional counts"
        ),
        "backtest": LazyCommand(
            "burden.figures:backtest", "Compare past estimates with later releases"
        ),
        "claim": LazyCommand("burden.events:claim", "Check a claim against the official figures"),
        "declare": LazyCommand(
            "burden.events:declare", "Register a question about an event before looking at data"
        ),
        "event": LazyCommand("burden.events:event", "Show a series before and after an event"),
        "brief": LazyCommand("burden.views:brief", "Write a one-page briefing"),
    },
    "Death records": {
        "code": LazyCommand(
            "burden.deaths:code", "Code death records as CDC does, and count them by drug"
        ),
        "leading": LazyCommand(
            "burden.deaths:leading", "Rank the causes of death in a year of death records"
        ),
    },
}


@click.group(cls=Commands, sections=BURDEN_COMMANDS)
def burden() -> None:
    """Official counts of overdose deaths: store, view, estimate and check claims.

    Example: tidewaiter burden nowcast release.csv --out nowcast.csv
    """


MIRROR_COMMANDS: Sections = {
    "Commands": {
        "compare": LazyCommand(
            "mirror:compare", "Compare exports with the imports that mirror them"
        ),
        "fetch": LazyCommand("mirror:fetch", "Download rows from the preview of UN Comtrade"),
    },
}


class _Mirror(Commands):
    """Adds the command `compare` if none is named: `tidewaiter mirror FILES`."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Parse the arguments of the command."""
        if args and args[0] not in {*self.list_commands(ctx), "--help", "-h"}:
            args = ["compare", *args]
        return super().parse_args(ctx, args)


@click.group(cls=_Mirror, sections=MIRROR_COMMANDS)
def mirror() -> None:
    """Compare the trade statistics of two countries for the HS codes of watched chemicals.

    `tidewaiter mirror FILES` is short for `tidewaiter mirror compare FILES`. A difference is a
    reason to ask, not evidence of diversion, and raises no alert.

    Example: tidewaiter mirror comtrade.csv --codes 2915.24
    """


PARTIES_COMMANDS: Sections = {
    "Commands": {
        "judge": LazyCommand(
            "parties.resolve:judge", "Record whether two name variants are the same party"
        ),
        "resolve": LazyCommand(
            "parties.resolve:resolve", "Find which parties are the same, with the evidence"
        ),
    },
}


@click.group(cls=Commands, sections=PARTIES_COMMANDS)
def parties() -> None:
    """Entity resolution: find which names in consignments are the same party.

    Example: tidewaiter parties resolve january.csv february.csv --out entities.jsonl
    """
