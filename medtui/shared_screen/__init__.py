"""The shared screen: `medtui board`, in a terminal, in a browser, or printed once."""
