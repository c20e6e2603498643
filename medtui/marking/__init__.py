"""The assessor's mark sheet."""
