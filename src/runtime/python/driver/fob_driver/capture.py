"""Puts what records the printing in place of the standard streams and under the `logging` package."""

import sys
from io import TextIOBase

from . import logs, wire


class PrintingStream(TextIOBase):
    """`sys.stdout` and `sys.stderr` of the function."""

    encoding = 'utf-8'
    errors = 'replace'
    newlines = None
    line_buffering = True

    def __init__(self, stream, level):
        self._stream = stream
        self._level = level
        self.name = '<stdout>' if stream == logs.STDOUT else '<stderr>'
        self.mode = 'w'

    def write(self, text):
        if type(text) is not str:
            if not isinstance(text, str):
                raise TypeError('write() argument must be str, not ' + type(text).__name__)
            text = str(text)
        logs.emit(self._stream, self._level, text)
        return len(text)

    def writable(self):
        return True

    def fileno(self):
        return self._stream

    def close(self):
        pass

    @property
    def buffer(self):
        return _ByteStream(self)


class _ByteStream:
    def __init__(self, text_stream):
        self._text_stream = text_stream

    def write(self, data):
        self._text_stream.write(bytes(data).decode('utf-8', 'replace'))
        return len(data)

    def flush(self):
        pass


class _LoggingHook:
    """Gives the `logging` package a handler of ours when, and only when, the function's code imports it."""

    def find_spec(self, name, path=None, target=None):
        if name != 'logging':
            return None
        sys.meta_path.remove(self)
        for finder in sys.meta_path:
            spec = finder.find_spec(name, path, target)
            if spec is not None:
                break
        else:
            return None
        execute = spec.loader.exec_module

        def execute_and_attach(module):
            execute(module)
            from .logging_handler import attach

            attach(module)

        spec.loader.exec_module = execute_and_attach
        return spec


def capture():
    """Replaces the standard streams, and waits for the function's code to import `logging`."""
    sys.stdout = sys.__stdout__ = PrintingStream(logs.STDOUT, logs.INFO)
    sys.stderr = sys.__stderr__ = PrintingStream(logs.STDERR, logs.ERROR)
    sys.meta_path.insert(0, _LoggingHook())
    wire.os.register_at_fork(after_in_child=logs.in_child)
