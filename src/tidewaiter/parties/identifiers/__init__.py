"""Numbers, telephones, e-mails, sites and wallets: one spelling of each, and whether it can be.

`read` reads one of any kind; nothing is imported here, as readers of lists need the schemes alone.
"""
