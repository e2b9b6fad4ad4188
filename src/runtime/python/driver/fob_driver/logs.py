"""What the function prints, as LOG frames: line by line, attributed to its call, bounded, written at once."""

from _thread import allocate_lock
from struct import Struct
from time import time

from . import wire

STDOUT, STDERR = 1, 2
TRACE, DEBUG, INFO, WARN, ERROR, FATAL = range(6)
MAX_LINE_BYTES = 65_536

_log_header = Struct('>IBIBBd')
_max_log_bytes = 262_144
# Largest frame that the engine takes: an item of an outbox is no larger.
max_item_bytes = 6_291_456
_context = None
_is_child = False
# Held while something is put in an outbox, and while a call ends.
sending = allocate_lock()


class Printed:
    """What one call printed so far. Call 0 is everything outside a call."""

    __slots__ = ('call', 'size', 'full', 'ended', 'dropped_lines', 'dropped_bytes', 'partial', 'emitted', 'emitted_bytes')

    def __init__(self, call):
        self.call = call
        self.size = 0
        self.full = False
        self.ended = False
        self.dropped_lines = 0
        self.dropped_bytes = 0
        self.partial = None
        # What the call has put in its outbox, and how many bytes of it.
        self.emitted = 0
        self.emitted_bytes = 0


_outside = Printed(0)
_current = _outside


def set_limit(max_log_bytes, max_result_bytes):
    global _max_log_bytes, max_item_bytes
    _max_log_bytes = max_log_bytes
    max_item_bytes = max_result_bytes


def use_context():
    """Several calls at once: printing finds its call through the context variables."""
    global _context
    from contextvars import ContextVar

    _context = ContextVar('fob_printed', default=_outside)


def begin(printed):
    global _current
    if _context is None:
        _current = printed
    else:
        _context.set(printed)


def invocation():
    """The `Printed` of the invocation whose code is running; `None` outside of one, and after its end."""
    printed = _current if _context is None else _context.get()
    return None if printed is _outside or printed.ended or _is_child else printed


def end(printed):
    """Ends the printing of a call: partial lines and the count of dropped ones go out."""
    global _current
    if printed.partial or printed.dropped_bytes:
        _flush(printed)
    with sending:
        printed.ended = True
        _current = _outside
    if _outside.size or _outside.partial:
        end_outside()


def end_outside():
    """Sends what is left of the printing outside of calls, and lets it print as much again."""
    _flush(_outside)
    _outside.size = 0
    _outside.full = False


def _flush(printed):
    partial, printed.partial = printed.partial, None
    if partial:
        for stream, (level, text) in sorted(partial.items()):
            _line(printed, stream, level, text)
    if printed.dropped_bytes:
        text = '%d more lines (%d bytes) were dropped: the log of one invocation is limited to %d bytes' % (
            printed.dropped_lines,
            printed.dropped_bytes,
            _max_log_bytes,
        )
        printed.dropped_lines = printed.dropped_bytes = 0
        _frame(printed.call, STDERR, WARN, text.encode())


def in_child():
    """In a process that the function forked: what it prints is not this driver's to frame."""
    global _is_child
    _is_child = True


def emit(stream, level, text):
    """Takes text as it is written to a stream; whole lines go out, the rest waits for its end."""
    if _is_child:
        wire.os.write(stream, text.encode('utf-8', 'replace'))
        return
    printed = _current
    if _context is not None:
        printed = _context.get()
        if printed.ended:
            printed = _outside
    if printed.full:
        _drop(printed, text)
        return
    partial = printed.partial
    if partial:
        held = partial.pop(stream, None)
        if held is not None:
            text = held[1] + text
    start = 0
    while True:
        at = text.find('\n', start)
        if at < 0:
            break
        _line(printed, stream, level, text[start : at - 1 if at > start and text[at - 1] == '\r' else at])
        start = at + 1
        if printed.full:
            _drop(printed, text[start:])
            return
    rest = text[start:]
    while len(rest) >= MAX_LINE_BYTES:
        _line(printed, stream, level, rest[:MAX_LINE_BYTES])
        rest = rest[MAX_LINE_BYTES:]
        if printed.full:
            _drop(printed, rest)
            return
    if rest:
        if partial is None:
            partial = printed.partial = {}
        partial[stream] = (level, rest)


def _drop(printed, text):
    printed.dropped_bytes += len(text.encode('utf-8', 'replace'))
    printed.dropped_lines += text.count('\n')


def _line(printed, stream, level, text):
    data = text.encode('utf-8', 'replace')
    size = len(data)
    printed.size += size + 1
    if printed.full or printed.size > _max_log_bytes:
        if not printed.full:
            _say_full(printed)
        printed.dropped_lines += 1
        printed.dropped_bytes += size + 1
        return
    start = 0
    while size - start > MAX_LINE_BYTES:
        stop = start + MAX_LINE_BYTES
        while data[stop] & 0xC0 == 0x80:
            stop -= 1
        _frame(printed.call, stream, level, data[start:stop])
        start = stop
    _frame(printed.call, stream, level, data[start:])


def _say_full(printed):
    """Whoever looks on is told at once: how much was dropped is known only at the end."""
    printed.full = True
    text = 'the log of one invocation is limited to %d bytes: what follows is dropped, and counted' % _max_log_bytes
    _frame(printed.call, STDERR, WARN, text.encode())


def _frame(call, stream, level, data):
    wire.write(_log_header.pack(15 + len(data), wire.LOG, call, stream, level, time() * 1000) + data)
