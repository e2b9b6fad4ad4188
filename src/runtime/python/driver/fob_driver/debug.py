"""Lets a debugger in, by debugpy, which the function brings among its dependencies."""

import os


class DebuggerMissing(Exception):
    """The function is to be debugged and has no debugger."""


def listen(port):
    # It would warn, at each start, of what stepping into the standard library needs.
    os.environ.setdefault('PYDEVD_DISABLE_FILE_VALIDATION', '1')
    try:
        import debugpy
    except ImportError:
        raise DebuggerMissing(
            'a debugger was asked for, and the function has no debugpy: add a line "debugpy" to its requirements.txt'
        ) from None
    # Within this process: an adapter of its own would need an interpreter that knows where debugpy is.
    debugpy.listen(('127.0.0.1', port), in_process_debug_adapter=True)
    debugpy.debug_this_thread()
