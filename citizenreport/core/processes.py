"""Child processes that never outlive us."""

import os
import signal
import sys
from collections.abc import Callable

PR_SET_PDEATHSIG = 1  # Source: linux/prctl.h


def dies_with_parent(with_signal: signal.Signals) -> Callable[[], None] | None:
    """Return a `preexec_fn` that has the kernel send `with_signal` when the parent ends.

    It fires when the starting *thread* ends, so start such a child from the main thread. None
    where the kernel has no such thing (everywhere but on Linux).
    """
    if sys.platform != "linux":
        return None
    import ctypes  # noqa: PLC0415 - only here, and it must be loaded before the fork

    libc = ctypes.CDLL(None, use_errno=True)
    parent = os.getpid()

    def request() -> None:
        libc.prctl(PR_SET_PDEATHSIG, int(with_signal), 0, 0, 0)
        if os.getppid() != parent:  # it ended between the fork and the request
            os._exit(1)

    return request
