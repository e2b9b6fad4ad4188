"""One INVOKE."""

from struct import Struct
from time import perf_counter

from . import logs, values

JSON, TEXT_PARAMETERS, BINARY, OFFERED_PARAMETERS = range(4)

_fixed = Struct('>IBH')
_FIXED_BYTES = 23


class Call:
    __slots__ = ('number', 'body', 'timeout_ms', 'kind', 'meta_bytes', 'printed', 'takes', 'started', 'is_cancelled')

    def __init__(self, number, body):
        self.number = number
        self.body = body
        self.timeout_ms, self.kind, self.meta_bytes = _fixed.unpack_from(body, 16)
        self.printed = logs.Printed(number)
        # Set where the function was given parameters: how it takes them, for the message when it rejects one.
        self.takes = None
        self.is_cancelled = False
        self.started = perf_counter()

    def elapsed_us(self):
        """Time since it started, in µs."""
        return min(int((perf_counter() - self.started) * 1_000_000), 0xFFFF_FFFF)

    @property
    def id(self):
        """The invocation's UUID."""
        text = self.body[:16].hex()
        return '-'.join((text[:8], text[8:12], text[12:16], text[16:20], text[20:]))

    @property
    def meta(self):
        """What is told beside the payload."""
        meta = self.body[_FIXED_BYTES : _FIXED_BYTES + self.meta_bytes]
        return values.from_json(meta) if meta else {}

    @property
    def content_type(self):
        return self.meta.get('contentType', 'application/octet-stream')

    def payload(self):
        return self.body[_FIXED_BYTES + self.meta_bytes :]

    def json(self):
        """The payload as a value; an empty one is `{}`."""
        payload = self.payload()
        return values.from_json(payload) if payload else {}
