"""Signing in, accounts, profiles, and the choice of a server."""
