"""medtui: arrange exam practice with each other, from a terminal."""

__version__ = "0.1.0"
