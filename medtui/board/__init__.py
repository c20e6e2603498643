"""The live board: what is on it, and what one does to sessions there."""
