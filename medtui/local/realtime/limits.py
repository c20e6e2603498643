"""How much one client may do. The numbers are a hosted project's smallest plan's.

There they hold for a whole project; here for each client, so that no client can spend what is
another's.
"""

from __future__ import annotations

MAX_CHANNELS = 100
MAX_BINDINGS = 100  # Of `postgres_changes` in a channel.
MAX_FILTERS = 1_000  # Of all channels of an address: each is compared with every change.
MAX_SOCKETS = 256  # Of an address: a class may sit behind one.
MAX_PAYLOAD = 256 * 1000  # The most bytes of a broadcast, or of one presence.

# So many in so many seconds; one more is refused, or closes the channel or the socket.
JOINS = 100, 1.0
PRESENCE = 5, 30.0  # Tracks and untracks of a channel.
MESSAGES = 1_000, 10.0  # Broadcasts of a socket: 100 a second, but a burst is forgiven.
FRAMES = 2_000, 10.0  # Frames of any kind of a socket.

# A socket is closed that says nothing for so long (clients send heartbeats), or joins nothing.
SILENCE_SECONDS, LONELY_SECONDS = 60.0, 30.0
# What may wait for a client that reads slowly; more, and it is closed.
BACKLOG_FRAMES, BACKLOG_BYTES = 1_000, 2 * 1024 * 1024
# Frames of more characters take turns, and together no more than half of the time.
LARGE_FRAME = 16 * 1024
