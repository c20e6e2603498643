"""Rules and plain data: no I/O, no Textual."""
