"""Report exceptions of background workers instead of exiting or ignoring them."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from textual.worker import Worker, WorkerState
from textual.worker_manager import WorkerManager

from medtui.ui.removal import is_of_removed

if TYPE_CHECKING:
    from textual.app import App

logger = logging.getLogger(__name__)


class Workers(WorkerManager):
    """Reports every worker that fails, whatever its `exit_on_error` says.

    Textual alone would end the app or ignore the error.
    """

    def __init__(self, app: App[Any], report: Callable[[BaseException], None]) -> None:
        super().__init__(app)
        self._report = report

    def add_worker(self, worker: Worker[Any], start: bool = True, exclusive: bool = True) -> None:
        worker.exit_on_error = False
        super().add_worker(worker, start, exclusive)

    def _remove_worker(self, worker: Worker[Any]) -> None:
        """Report a worker's error. Textual calls this when the worker is done."""
        super()._remove_worker(worker)
        error = worker.error if worker.state is WorkerState.ERROR else None
        if error is None:
            return
        if is_of_removed(error, worker.node):
            logger.info("an error in what is being removed", exc_info=error)
        else:
            self._report(error)
