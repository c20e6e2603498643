"""The reference for start-up: the least Textual app that has a field and takes a key."""

from textual.app import App, ComposeResult
from textual.widgets import Input


class EmptyApp(App[None]):
    def compose(self) -> ComposeResult:
        yield Input(placeholder="ready")


if __name__ == "__main__":
    EmptyApp().run()
