"""The fixed words that go with every result: what a difference is not."""

NOTICE = (
    "A difference between two countries' statistics is a question to both, not a finding about "
    "either, and no alert. Nothing here is of a person, a firm or a consignment, and that goods "
    "come from or go to a country is no reason for anything."
)
REASONS = (
    "Time lag: goods that leave in one period arrive in the next.",
    (
        "Transit and re-export: the exporter names the next stop, the importer the origin, or the "
        "other way round; a port on the way counts or does not."
    ),
    "Confidentiality: a country may report a product without its partner, or not at all.",
    (
        "Classification: the two sides may put the same goods under different codes, and a code "
        "may change with a revision of the HS."
    ),
    "Valuation: freight and insurance, exchange rates, and prices between parts of one firm.",
    (
        "Trade systems: free zones, customs warehouses and processing count in one country and not "
        "in the other."
    ),
    "Errors: units, decimal points, late corrections, small shipments below a threshold.",
)
"""As the United Nations Statistics Division lists them: https://uncomtrade.org/docs/
bilateral-asymmetries and https://unstats.un.org/wiki/display/comtrade/
Exports+of+a+country+not+coincide+with+imports+of+its+partner"""

SHARED = "This code holds other chemicals beside the watched ones, so that m says little of these."
UNCHECKED = (
    "Not all is reported under HS 2022 (H6). Codes of chapters 28 and 29 whose scope did not "
    "change since HS 2012 are compared as one. A code that was split or merged is compared within "
    "one revision alone; where the other side uses another code of its goods this is said, with no "
    "amount parted. Codes of other chapters and of older revisions are compared within one "
    "revision too, and there the same six digits may hold more."
)
RECONCILED = (
    "BACI holds one reconciled figure for each flow and no second side: its years are compared "
    "with one another, and are no mirror."
)
