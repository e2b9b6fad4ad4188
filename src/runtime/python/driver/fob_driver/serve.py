"""The driver's life: HELLO, LOAD, then calls until the engine closes the socket."""

import os
import sys

from . import capture, logs, values, wire

_PROTOCOL = 2
_COROUTINE, _ASYNC_GENERATOR = 0x80, 0x200


def main():
    version = '%d.%d.%d' % sys.version_info[:3]
    wire.send_json(wire.HELLO, 0, {'protocol': _PROTOCOL, 'runtime': 'python', 'runtimeVersion': version})
    capture.capture()
    # What every load needs, fetched while a prewarmed process waits for its function.
    from . import callme, handler, load, run, serve_serial  # noqa: F401

    frames = []
    while not frames or frames[0][0] != wire.LOAD:
        frames = wire.receive()
    _, _, body = frames.pop(0)
    _serve(values.from_json(body), frames)


def _serve(load, frames):
    logs.set_limit(load['maxLogBytes'], load['maxResultBytes'])
    os.environ.update(load['environment'])
    concurrency = load['sandboxConcurrency']
    from .load import load_entry, prepare_path

    try:
        if 'services' in load:
            from . import services

            services.connect(load['services'])
        os.chdir(load['codeFolder'])
        prepare_path(load['codeFolder'])
        if 'debugPort' in load:
            from . import debug

            debug.listen(load['debugPort'])
        name, function = load_entry(load)
        names, convention = _convention(name).create(name, function, load)
    except BaseException as error:
        _load_failed(error, load)
        return
    is_async = _is_async(function)
    if concurrency > 1 or is_async:
        logs.use_context()
    logs.end_outside()
    wire.send_json(wire.LOADED, 0, {} if names is None else {'parameters': names})
    from .run import Runner

    runner = Runner(convention, load)
    if is_async:
        from . import serve_loop

        serve_loop.serve(runner, frames, concurrency)
    elif concurrency > 1:
        from . import serve_threads

        serve_threads.serve(runner, frames, concurrency)
    else:
        from . import serve_serial

        serve_serial.serve(runner, frames)


def _convention(name):
    if name == 'callme':
        from . import callme

        return callme
    from . import handler

    return handler


def _is_async(function):
    for candidate in (function, getattr(function, '__func__', None), getattr(function, '__call__', None)):
        code = getattr(candidate, '__code__', None)
        if code is not None and code.co_flags & (_COROUTINE | _ASYNC_GENERATOR):
            return True
    return False


def _load_failed(error, load):
    from .errors import describe
    from .load import EntryError

    described = describe('load_failed', error, load['codeFolder'])
    if isinstance(error, EntryError):
        described['stack'] = ''
    described['durationUs'] = 0
    logs.end_outside()
    wire.send_json(wire.ERROR, 0, described)
    # Nothing more can be done; the engine closes the socket, which ends this process.
    while True:
        wire.receive()
