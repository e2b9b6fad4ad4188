"""Several calls at once, of a synchronous function: a thread each."""

from _queue import SimpleQueue
from _thread import allocate_lock, start_new_thread

from . import wire
from .call import Call
from .run import send_cancelled


def serve(runner, frames, concurrency):
    queue = SimpleQueue()
    state = allocate_lock()
    waiting = set()
    idle = 0
    threads = 0

    def work():
        nonlocal idle
        while True:
            number, body = queue.get()
            with state:
                is_wanted = number in waiting
                waiting.discard(number)
            if is_wanted:
                runner.run(Call(number, body))
            with state:
                idle += 1

    while True:
        for kind, number, body in frames:
            if kind == wire.INVOKE:
                with state:
                    waiting.add(number)
                    if idle > 0:
                        idle -= 1
                    elif threads < concurrency:
                        threads += 1
                        start_new_thread(work, ())
                queue.put((number, body))
            elif kind == wire.CANCEL:
                with state:
                    was_waiting = number in waiting
                    waiting.discard(number)
                if was_waiting:
                    send_cancelled(number)
        frames = wire.receive()
