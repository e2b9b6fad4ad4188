"""What a function finds as `fob`: sends through its outbox, and calls of the platform's services."""

import json as _json

from fob_driver import logs as _logs
from fob_driver import values as _values
from fob_driver.outbox import OutboxError
from fob_driver.outbox import emit as _emit

__all__ = ['send', 'publish', 'invoke', 'call', 'kv', 'FobError', 'OutboxError']


def send(queue, body, *, key=None, delay_ms=None, id=None):
    """Sends a message (a text, bytes, or anything that JSON can hold) to a queue when this invocation succeeds."""
    content = ('text/plain; charset=utf-8', body.encode()) if isinstance(body, str) else _content(body)
    _emit('queue', queue, *content, key=key, delay_ms=delay_ms, id=id)


def publish(topic, event, *, key=None, delay_ms=None, id=None):
    """Publishes an event (a CloudEvent, or the data of one) to a topic when this invocation succeeds."""
    content_type, body = _content(event)
    if isinstance(event, dict) and isinstance(event.get('specversion'), str):
        content_type = 'application/cloudevents+json'
    _emit('topic', topic, content_type, body, key=key, delay_ms=delay_ms, id=id)


def invoke(function, payload=None, *, key=None, delay_ms=None, id=None):
    """Invokes a function, asynchronously, when this invocation succeeds."""
    content = _content({} if payload is None else payload)
    _emit('function', function, *content, key=key, delay_ms=delay_ms, id=id)


def _content(value):
    if isinstance(value, (bytes, bytearray, memoryview)):
        return 'application/octet-stream', bytes(value)
    try:
        return 'application/json', _values.to_json(value)
    except _values.ResultError as error:
        raise OutboxError('this cannot be sent: %s' % error) from None


class FobError(Exception):
    """The platform refused a direct call; `status` and `code` say how."""

    def __init__(self, message, status=0, code=''):
        super().__init__(message)
        self.status = status
        self.code = code


def call(function, payload=None):
    """Invokes a function now and returns its result: a JSON value, or bytes."""
    from urllib.parse import quote

    content_type, body = _content({} if payload is None else payload)
    path = '/v1/functions/%s/invoke' % quote(function, safe='')
    status, kind, answer = _request('POST', path, body, {'Content-Type': content_type})
    if status != 200:
        raise _refusal(status, answer)
    return _json.loads(answer) if kind.startswith('application/json') else answer


class kv:
    """Key-value spaces: small values as bytes."""

    @staticmethod
    def get(space, key):
        """The value, or `None` where there is none."""
        status, _, answer = _request('GET', _key_path(space, key))
        if status == 404:
            return None
        if status != 200:
            raise _refusal(status, answer)
        return answer

    @staticmethod
    def put(space, key, value, *, ttl_ms=None):
        """Sets a text, bytes, or anything that JSON can hold; it goes after `ttl_ms` milliseconds, where given."""
        body = value.encode() if isinstance(value, str) else _content(value)[1]
        query = '' if ttl_ms is None else '?ttlMs=%d' % ttl_ms
        status, _, answer = _request('PUT', _key_path(space, key) + query, body)
        if status != 200:
            raise _refusal(status, answer)

    @staticmethod
    def delete(space, key):
        """Whether there was one."""
        status, _, answer = _request('DELETE', _key_path(space, key))
        if status not in (204, 404):
            raise _refusal(status, answer)
        return status == 204


def _key_path(space, key):
    from urllib.parse import quote

    return '/v1/kv/%s/%s' % (quote(space, safe=''), quote(key, safe=''))


def _request(method, path, body=None, headers=None):
    import os
    from http.client import HTTPConnection
    from urllib.parse import urlsplit

    address = os.environ.get('FOB_URL')
    if address is None:
        raise FobError('this function was granted nothing: see `fob set <function> --grant`', 0, 'not_granted')
    headers = dict(headers or {})
    invocation = _logs.invocation()
    if invocation is not None:
        # Where several run here at once, this tells which of them asks.
        headers['Fob-Call'] = str(invocation.call)
    connection = HTTPConnection(urlsplit(address).netloc)
    try:
        connection.request(method, path, body, headers)
        response = connection.getresponse()
        return response.status, response.headers.get('Content-Type', ''), response.read()
    finally:
        connection.close()


def _refusal(status, body):
    try:
        problem = _json.loads(body)
    except ValueError:
        problem = {}
    message = problem.get('detail') or 'the platform answered with status %d' % status
    return FobError(message, status, problem.get('code', ''))
