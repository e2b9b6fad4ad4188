"""One call at a time, of a synchronous function: the main thread reads, runs and answers."""

from _collections import deque

from . import wire
from .call import Call
from .run import send_cancelled

# After a call this long the socket is looked at, for a CANCEL, before the next one starts.
_LONG_CALL_US = 1_000


def serve(runner, frames):
    waiting = deque()
    run = runner.run
    while True:
        _take(frames, waiting)
        while waiting:
            number, body = waiting.popleft()
            call = Call(number, body)
            run(call)
            if waiting and call.elapsed_us() > _LONG_CALL_US and wire.is_readable():
                _take(wire.receive(), waiting)
        frames = wire.receive()


def _take(frames, waiting):
    for kind, number, body in frames:
        if kind == wire.INVOKE:
            waiting.append((number, body))
        elif kind == wire.CANCEL:
            for one in waiting:
                if one[0] == number:
                    waiting.remove(one)
                    send_cancelled(number)
                    break
