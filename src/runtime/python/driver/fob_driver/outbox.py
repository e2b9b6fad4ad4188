"""What the running invocation sends if it succeeds: EMIT frames to the engine, which holds them until the result."""

import re

from . import logs, values, wire

_MAX_ITEMS = 1_000
_MAX_BYTES = 6_291_456
_MAX_TEXT = 256
_MAX_DELAY_MS = 1_296_000_000
_NAME = re.compile(r'[A-Za-z0-9][A-Za-z0-9._-]{0,127}\Z')
# A function with the number of a version, or an alias.
_QUALIFIED = re.compile(r'[A-Za-z0-9][A-Za-z0-9_-]{0,63}:(?:\$?LATEST|[A-Za-z0-9][A-Za-z0-9_-]{0,63})\Z')


class OutboxError(Exception):
    """Something cannot be put in the outbox."""


def emit(kind, name, content_type, body, key=None, delay_ms=None, id=None):
    """Adds an item for `kind:name`. Raises an `OutboxError` outside of an invocation, for what is no destination, and beyond the limits."""
    is_name = isinstance(name, str) and (_NAME.match(name) or (kind == 'function' and _QUALIFIED.match(name)))
    if not is_name:
        raise OutboxError('%r cannot be the name of a %s' % (name, kind))
    described = {'destination': kind + ':' + name, 'contentType': content_type}
    if key is not None:
        described['key'] = _text('key', key)
    if id is not None:
        described['deduplicationId'] = _text('id', id)
    if delay_ms is not None:
        if isinstance(delay_ms, bool) or not isinstance(delay_ms, int) or not 0 <= delay_ms <= _MAX_DELAY_MS:
            raise OutboxError('delay_ms is a whole number of milliseconds, at most %d' % _MAX_DELAY_MS)
        described['delayMs'] = delay_ms
    if len(body) > logs.max_item_bytes:
        raise OutboxError('%d bytes are too many for one message: %d are the most' % (len(body), logs.max_item_bytes))
    meta = values.to_json(described)
    data = len(meta).to_bytes(2, 'big') + meta + body
    # The result must not overtake what another thread is sending.
    with logs.sending:
        invocation = logs.invocation()
        if invocation is None:
            raise OutboxError(
                "cannot send to %s '%s' outside of an invocation: what is sent leaves when an invocation succeeds, and none is running here"
                % (kind, name)
            )
        if invocation.emitted >= _MAX_ITEMS or invocation.emitted_bytes + len(data) > _MAX_BYTES:
            raise OutboxError(
                'one invocation may send %d messages of %d bytes together, and no more' % (_MAX_ITEMS, _MAX_BYTES)
            )
        invocation.emitted += 1
        invocation.emitted_bytes += len(data)
        wire.send(wire.EMIT, invocation.call, data)


def _text(what, value):
    text = str(value)
    if not 0 < len(text) <= _MAX_TEXT:
        raise OutboxError('the %s of a message is a text of 1 to %d characters' % (what, _MAX_TEXT))
    return text
