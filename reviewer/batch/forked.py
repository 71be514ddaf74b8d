"""Loaded first by the process that forks the others.

A process whose task breaks off was left by one that was killed: that is no fault, and no traceback helps anybody.
"""

import pickle
import sys
from types import TracebackType


def _told(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    if not issubclass(kind, EOFError | pickle.UnpicklingError):
        sys.__excepthook__(kind, error, trace)


sys.excepthook = _told
