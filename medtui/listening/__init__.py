"""Turns recordings into transcripts on this machine, and records in the room.

The model runs in a process of its own (`process.py`), which `listener.py` starts. Nothing here
talks to a server, except that a model is downloaded when the user has agreed.
"""
