"""Questions and short lists over a screen."""
