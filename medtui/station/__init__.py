"""A station as plain data: its phases, its clock, and what two sides share of it.

No I/O and no Textual: rows, settings and moments go in, what to show comes out.
"""
