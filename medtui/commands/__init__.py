"""The commands that draw no screen, a module for each."""
