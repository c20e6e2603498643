"""Work beside the event loop whose faults end neither the app nor in silence."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from textual.worker import Worker, WorkerState
from textual.worker_manager import WorkerManager

if TYPE_CHECKING:
    from textual.app import App


class Workers(WorkerManager):
    """Tells of every worker that fails, whatever its `exit_on_error` says.

    Textual would end the app, or forget the error: there is nothing in between.
    """

    def __init__(self, app: App[Any], tell: Callable[[BaseException], None]) -> None:
        super().__init__(app)
        self._tell = tell

    def add_worker(self, worker: Worker[Any], start: bool = True, exclusive: bool = True) -> None:
        worker.exit_on_error = False
        super().add_worker(worker, start, exclusive)

    def _remove_worker(self, worker: Worker[Any]) -> None:
        """Called when it is done."""
        super()._remove_worker(worker)
        if worker.state is WorkerState.ERROR and worker.error is not None:
            self._tell(worker.error)
