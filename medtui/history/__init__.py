"""Past sessions and progress."""
