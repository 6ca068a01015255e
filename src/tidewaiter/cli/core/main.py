"""The command `tidewaiter`, and its groups whose commands are loaded only when they are called."""

import click

from tidewaiter import __version__
from tidewaiter.cli.core.options import Commands, LazyCommand, Sections

COMMANDS: Sections = {
    "Screen": {
        "screen": LazyCommand(
            "screening.screen:screen",
            "Find controlled chemicals and listed parties in consignments",
        ),
        "inspect": LazyCommand(
            "screening.inspect:inspect", "Say what a file is, and what of it is understood"
        ),
        "identify": LazyCommand(
            "identify:identify", "Find the watched substances that a text names"
        ),
        "rules": LazyCommand("rules:rules", "Turn rules of alerts down or off, openly"),
        "suppressions": LazyCommand(
            "suppression:suppressions", "Let benign patterns rest for a time"
        ),
        "plugins": LazyCommand("plugins:plugins", "List what other installed packages add"),
    },
    "Parties": {
        "lists": LazyCommand(
            "lists.versions:lists", "Keep lists of parties: add, update, see what changed"
        ),
        "match": LazyCommand(
            "parties.match:match", "Match a name, or the parties of a file, against the lists"
        ),
        "parties": LazyCommand(
            "core.main:parties", "See who is who among the parties of consignments"
        ),
    },
    "Law": {
        "law": LazyCommand(
            "law.questions:law", "Ask what the law says of a substance, where and when"
        ),
        "law changes": LazyCommand(
            "law.questions:changes", "Say on which days the law that is loaded changes"
        ),
        "law compare": LazyCommand(
            "law.questions:compare", "Put the laws of countries side by side"
        ),
        "substances": LazyCommand("identify:substances", "Show the registry of substances"),
    },
    "Casework": {
        "serve": LazyCommand("serve:serve", "Serve the pages where alerts become decisions"),
        "accounts": LazyCommand(
            "accounts:accounts", "Open an account on the server, where the pages cannot"
        ),
        "alerts": LazyCommand("alerts.queue:alerts", "Work through the alerts of a database"),
        "cases": LazyCommand("cases:cases", "List and show cases, and give one out as a file"),
        "select": LazyCommand(
            "selection:select", "Select lines for inspection, some of them by lot"
        ),
        "select check": LazyCommand("selection:check", "Check that a lot was drawn by its seed"),
        "select report": LazyCommand(
            "selection:report", "Count what inspections found, by lot and by rule"
        ),
        "select seed": LazyCommand("selection:seed", "Make the seed of a lot, or read it"),
        "ranker": LazyCommand(
            "ranking:ranker", "Learn from decisions which alerts are worth looking at"
        ),
        "audit": LazyCommand("audit:audit", "Show, prove and check who did what"),
        "verify": LazyCommand(
            "audit:verify_evidence", "Check a file of evidence without a database"
        ),
    },
    "Exchange with other authorities": {
        "node": LazyCommand("node:node", "Run this node: make its key, send and receive"),
        "peers": LazyCommand("peers:peers", "Say with whom this node exchanges, and what"),
        "groups": LazyCommand("peers:groups", "Keep lists of peers that are written to as one"),
        "notices": LazyCommand(
            "notices:notices", "Notify of an export before it leaves, and answer"
        ),
        "requests": LazyCommand(
            "requests:requests", "Ask peers for information or legal assistance"
        ),
        "incidents": LazyCommand(
            "incidents:incidents", "Tell what was seized, stopped, diverted or stolen"
        ),
        "feeds": LazyCommand("incidents:feeds", "Let programs read incidents over TAXII 2.1"),
        "joint": LazyCommand("cases:joint", "Work on a case with other authorities"),
        "private": LazyCommand(
            "private:private", "Ask whether a peer has seen a party, without naming it"
        ),
        "recall": LazyCommand("requests:recall", "Recall a message from all who have it"),
        "recalls": LazyCommand("requests:recalls", "See what was recalled, and what came of it"),
        "register": LazyCommand(
            "register:register", "Keep operators, licences, permits and requirements"
        ),
    },
    "Coalition and burden": {
        "coalition": LazyCommand(
            "coalition.members:coalition", "Tell who takes part, what was promised, what was done"
        ),
        "burden": LazyCommand(
            "core.main:burden", "Keep official counts of overdose deaths; nowcast them"
        ),
        "mirror": LazyCommand("core.main:mirror", "Compare trade statistics of both sides"),
        "scenario": LazyCommand(
            "demo:scenario", "Play a story with nodes on this machine; make trade"
        ),
    },
}


@click.group(
    cls=Commands,
    sections=COMMANDS,
    context_settings={"help_option_names": ["-h", "--help"]},
)
@click.version_option(__version__, package_name="tidewaiter")
def main() -> None:
    """Screen consignments for controlled and watched chemicals, and say why.

    Example: tidewaiter screen manifest.csv --report report.html
    """


BURDEN_COMMANDS: Sections = {
    "Releases": {
        "fetch": LazyCommand(
            "burden.releases:fetch", "Download the newest releases from their authorities"
        ),
        "add": LazyCommand("burden.releases:add", "Add releases: files, folders, or archives"),
        "list": LazyCommand("burden.releases:list_releases", "List the releases that are kept"),
        "changes": LazyCommand(
            "burden.views:changes", "Show what a release changed of the one before"
        ),
    },
    "Counts": {
        "trends": LazyCommand("burden.views:trends", "Show one count in one place over time"),
        "map": LazyCommand("burden.views:show_map", "Show the states of a country side by side"),
        "mix": LazyCommand("burden.views:mix", "Show deaths by class of drug over time"),
        "ages": LazyCommand("burden.views:ages", "Show deaths by age"),
        "rates": LazyCommand("burden.deaths:rates", "Compute death rates from deaths by age"),
        "months": LazyCommand("burden.events:months", "Recover months from windows of twelve"),
        "supply": LazyCommand("burden.figures:supply", "Show seizures and laboratory reports"),
        "figures": LazyCommand(
            "burden.figures:figures", "Export figures, each with its source and basis"
        ),
    },
    "Estimates and claims": {
        "nowcast": LazyCommand(
            "burden.figures:nowcast", "Estimate what provisional counts will be once closed"
        ),
        "backtest": LazyCommand(
            "burden.figures:backtest", "Judge the estimates by what came later"
        ),
        "claim": LazyCommand(
            "burden.events:claim", "Set claims of a text beside the official figures"
        ),
        "declare": LazyCommand(
            "burden.events:declare", "Keep what is asked of an event before looking at data"
        ),
        "event": LazyCommand("burden.events:event", "Set an event beside its series"),
        "brief": LazyCommand("burden.views:brief", "Write one page for a decision"),
    },
    "Death records": {
        "code": LazyCommand(
            "burden.deaths:code", "Code death records as CDC does, and count them by drug"
        ),
        "leading": LazyCommand(
            "burden.deaths:leading", "Rank the causes of death in a year of records"
        ),
    },
}


@click.group(cls=Commands, sections=BURDEN_COMMANDS)
def burden() -> None:
    """Keep official counts of overdose deaths, and say what they show.

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
    """Compares, where no command is named: `tidewaiter mirror FILES`."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Read the words of the command."""
        if args and args[0] not in {*self.list_commands(ctx), "--help", "-h"}:
            args = ["compare", *args]
        return super().parse_args(ctx, args)


@click.group(cls=_Mirror, sections=MIRROR_COMMANDS)
def mirror() -> None:
    """Compare trade statistics of both sides for the codes of watched chemicals.

    `tidewaiter mirror FILES` is short for `tidewaiter mirror compare FILES`. A difference is a
    question, never a finding: the result raises no alert.

    Example: tidewaiter mirror comtrade.csv --codes 2915.24
    """


PARTIES_COMMANDS: Sections = {
    "Commands": {
        "judge": LazyCommand("parties.resolve:judge", "Say that two members are one party, or two"),
        "resolve": LazyCommand(
            "parties.resolve:resolve", "Find which parties are one, and say why"
        ),
    },
}


@click.group(cls=Commands, sections=PARTIES_COMMANDS)
def parties() -> None:
    """See who is who among the parties of consignments.

    Example: tidewaiter parties resolve january.csv february.csv --out entities.jsonl
    """
