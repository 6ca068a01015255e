"""The private question: "have you seen this party?", asked without saying which.

`intersection` alone knows the library; `parties` writes a party as keys, `types` holds what
travels, `checks` bounds it, `budgets` says what a peer may still ask.
"""
