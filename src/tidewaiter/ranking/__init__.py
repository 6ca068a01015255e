"""Ranking: what an authority's own decisions and inspections say of alerts that are like others.

It stands beside the rules, never in their place: it adds a few points, as one reason that says
what it rests on. Importing it loads no library of machine learning; `boosting` alone does.
"""
