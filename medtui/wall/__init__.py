"""What `medtui board` runs: the shared screen in a terminal, as text, and in a browser."""
