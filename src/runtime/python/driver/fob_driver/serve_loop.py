"""Calls of an asynchronous function, in one event loop that is kept: one at a time, or as many as allowed."""

import asyncio
import sys
from collections import deque

from . import wire
from .call import Call
from .run import send_cancelled


def serve(runner, frames, concurrency):
    waiting = deque()
    running = {}
    # Before Python 3.10 what the module made while it was loaded, such as an Event, is bound to the current loop.
    loop = asyncio.new_event_loop() if sys.version_info >= (3, 10) else asyncio.get_event_loop()
    asyncio.set_event_loop(loop)

    def take(received):
        for kind, number, body in received:
            if kind == wire.INVOKE:
                waiting.append((number, body))
            elif kind == wire.CANCEL:
                cancel(number)
        advance()

    def cancel(number):
        for one in waiting:
            if one[0] == number:
                waiting.remove(one)
                send_cancelled(number)
                return
        if number in running:
            task, call = running[number]
            call.is_cancelled = True
            task.cancel()

    def advance():
        while waiting and len(running) < concurrency:
            number, body = waiting.popleft()
            call = Call(number, body)
            task = loop.create_task(runner.run_async(call))
            running[number] = (task, call)
            task.add_done_callback(lambda _task, number=number: ended(number))

    def ended(number):
        del running[number]
        advance()

    loop.call_soon(take, frames)
    loop.add_reader(wire.FD, lambda: take(wire.receive()))
    loop.run_forever()
