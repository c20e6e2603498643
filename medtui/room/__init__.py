"""The room of one session: roles, case, clock and brief."""
