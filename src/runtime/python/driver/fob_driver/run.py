"""Runs one call and answers it; shared by the ways of serving."""

from . import logs, values, wire
from .parameters import ParameterError
from .values import PayloadError, ResultError, to_json

_MAX_CHUNK_BYTES = 262_144
_Generator = type((lambda: (yield))())
_loop = None


def _kinds():
    async def coroutine():
        pass

    async def async_generator():
        yield

    made = coroutine()
    made.close()
    return type(made), type(async_generator())


_Coroutine, AsyncGenerator = _kinds()


class Runner:
    """Runs calls of one function."""

    def __init__(self, convention, load):
        self._convention = convention
        self._max_result_bytes = load['maxResultBytes']
        self._code_folder = load['codeFolder']

    def run(self, call):
        """Runs a call of a synchronous function from its start to its answer."""
        logs.begin(call.printed)
        try:
            value = self._convention(call)
            kind = type(value)
            if kind is _Coroutine or kind is AsyncGenerator:
                return _own_loop().run_until_complete(self._finish(call, value))
            if kind is _Generator:
                return self._stream(call, value)
            self.succeed(call, value)
        except BaseException as error:
            self.fail(call, error)

    async def run_async(self, call):
        """As `run`, for an asynchronous function, in the event loop."""
        logs.begin(call.printed)
        try:
            value = self._convention(call)
        except BaseException as error:
            self.fail(call, error)
            return
        await self._finish(call, value)

    async def _finish(self, call, value):
        try:
            if hasattr(value, '__await__'):
                value = await value
            if hasattr(value, '__aiter__'):
                content_type = None
                async for part in value:
                    content_type = self._chunk(call, part, content_type)
                self._end_stream(call, content_type)
            elif type(value) is _Generator:
                self._stream(call, value)
            else:
                self.succeed(call, value)
        except BaseException as error:
            self.fail(call, error)

    def _stream(self, call, generator):
        content_type = None
        for part in generator:
            content_type = self._chunk(call, part, content_type)
        self._end_stream(call, content_type)

    def _chunk(self, call, part, content_type):
        if isinstance(part, (bytes, bytearray, memoryview)):
            kind, data = 'application/octet-stream', bytes(part)
        elif isinstance(part, str):
            kind, data = 'text/plain; charset=utf-8', part.encode('utf-8', 'replace')
        else:
            kind, data = 'application/x-ndjson', to_json(part) + b'\n'
        for start in range(0, len(data), _MAX_CHUNK_BYTES):
            wire.send_payload(wire.CHUNK, call.number, call.elapsed_us(), kind, data[start : start + _MAX_CHUNK_BYTES])
        return content_type or kind

    def _end_stream(self, call, content_type):
        logs.end(call.printed)
        wire.send_payload(wire.RESULT, call.number, call.elapsed_us(), content_type or 'application/octet-stream', b'')

    def succeed(self, call, value):
        duration_us = call.elapsed_us()
        if isinstance(value, (bytes, bytearray, memoryview)):
            data = bytes(value)
            self._check_size(data)
            logs.end(call.printed)
            wire.send_payload(wire.RESULT, call.number, duration_us, 'application/octet-stream', data)
            return
        data = to_json(value)
        self._check_size(data)
        logs.end(call.printed)
        wire.send_result(call.number, duration_us, data)

    def _check_size(self, data):
        if len(data) > self._max_result_bytes:
            raise ResultError(
                'result_too_large',
                'ResultTooLarge',
                'the result is %d bytes, more than the limit of %d bytes' % (len(data), self._max_result_bytes),
            )

    def fail(self, call, error):
        duration_us = call.elapsed_us()
        logs.end(call.printed)
        wire.send_json(wire.ERROR, call.number, {**self._failure(call, error), 'durationUs': duration_us})

    def _failure(self, call, error):
        if call.is_cancelled:
            error = ResultError('cancelled', 'Cancelled', 'the caller is gone; the call was ended')
        if isinstance(error, ResultError):
            return {'reason': error.reason, 'type': error.kind, 'message': str(error), 'stack': ''}
        if isinstance(error, (ParameterError, PayloadError)):
            return {'reason': 'bad_parameters', 'type': 'TypeError', 'message': str(error), 'stack': ''}
        from .errors import describe

        if call.takes is not None and isinstance(error, (TypeError, ValueError)):
            described = describe('bad_parameters', error, self._code_folder)
            described['message'] = call.takes + ': ' + described['message']
            return described
        return describe('exception', error, self._code_folder)


def send_cancelled(number):
    body = {'reason': 'cancelled', 'type': 'Cancelled', 'message': 'the caller is gone; the call was never started'}
    wire.send_json(wire.ERROR, number, {**body, 'stack': '', 'durationUs': 0})


def _own_loop():
    global _loop
    if _loop is None:
        import asyncio

        _loop = asyncio.new_event_loop()
        asyncio.set_event_loop(_loop)
    return _loop
