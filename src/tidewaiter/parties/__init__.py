"""Parties: who is listed, and which listed party a name on the papers resembles."""
