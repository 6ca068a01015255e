"""Identifiers, telephones, e-mails, sites and wallets: normalisation and validation.

`read` handles any kind; nothing is imported here, as list readers need the schemes only.
"""
