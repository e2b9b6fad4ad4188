"""Frames to and from the engine on descriptor 3 (layout: docs/reference/driver-protocol.md).

Writing is synchronous: what was printed or returned is with the kernel before the function's next statement, or the next
call, runs. So nothing is lost when a function then blocks, exits or is killed, and the engine knows which call was running.
"""

import os
from _thread import allocate_lock
from struct import Struct

FD = 3
READ_BYTES = 65_536

HELLO, LOAD, LOADED, INVOKE, CANCEL, RESULT, ERROR, CHUNK, LOG, EMIT = range(1, 11)

_header = Struct('>IBI')
_result_header = Struct('>IBIIH')
_HEADER_BYTES = 9
_read = os.read
_write = os.write
_lock = allocate_lock()
_rest = b''


def write(data):
    """Writes a whole frame; blocks where the socket is full, and ends the process where nobody reads any more."""
    with _lock:
        try:
            written = _write(FD, data)
            while written < len(data):
                data = memoryview(data)[written:]
                written = _write(FD, data)
        except OSError:
            os._exit(0)


def send(kind, call, body):
    write(_header.pack(5 + len(body), kind, call) + body)


def send_json(kind, call, value):
    from . import values

    send(kind, call, values.to_json(value))


def send_result(call, duration_us, body):
    """A RESULT of JSON text: the hot path."""
    write(_result_header.pack(11 + len(body), RESULT, call, duration_us, 0) + body)


def send_payload(kind, call, duration_us, content_type, body):
    """A RESULT or CHUNK of any bytes."""
    name = content_type.encode()
    write(b''.join((_result_header.pack(11 + len(name) + len(body), kind, call, duration_us, len(name)), name, body)))


def receive():
    """Waits for bytes and returns the whole frames among them as `(type, call, body)`; ends the process at the end."""
    global _rest
    try:
        data = _read(FD, READ_BYTES)
    except OSError:
        os._exit(0)
    if not data:
        os._exit(0)
    if _rest:
        data = _rest + data
    frames = []
    at = 0
    size = len(data)
    while size - at >= _HEADER_BYTES:
        length, kind, call = _header.unpack_from(data, at)
        end = at + 4 + length
        if end > size:
            # The rest of a large frame is read straight to its place.
            data = _complete(data[at:], 4 + length)
            at, size, end = 0, 4 + length, 4 + length
        frames.append((kind, call, data[at + _HEADER_BYTES : end]))
        at = end
    _rest = data[at:]
    return frames


def _complete(head, total):
    if total <= READ_BYTES:
        parts = [head]
        missing = total - len(head)
        while missing > 0:
            part = _read(FD, missing)
            if not part:
                os._exit(0)
            parts.append(part)
            missing -= len(part)
        return b''.join(parts)
    buffer = bytearray(total)
    buffer[: len(head)] = head
    view = memoryview(buffer)
    filled = len(head)
    while filled < total:
        count = os.readv(FD, [view[filled:]])
        if count == 0:
            os._exit(0)
        filled += count
    view.release()
    return bytes(buffer)


def _in_child():
    """A forked child must not speak for this process: its end of the socket becomes a hole."""
    hole = os.open(os.devnull, os.O_RDWR)
    os.dup2(hole, FD, inheritable=False)
    os.close(hole)
    # Another thread of the parent may have held it.
    global _lock
    _lock = allocate_lock()


def is_readable():
    from select import select

    return bool(select([FD], [], [], 0)[0])


os.set_inheritable(FD, False)
os.register_at_fork(after_in_child=_in_child)
