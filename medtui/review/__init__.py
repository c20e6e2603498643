"""Transcript and assessment, side by side, and the files they come from."""
