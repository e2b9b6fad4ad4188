# Sends what it may not by frames of its own: to where it was granted nothing, for calls that do not run, too much, damaged.
# expect: crashed or not_granted or result_too_large
# variants: not-granted, other-call, zero-call, url, bucket, no-meta, long-meta, damaged, too-many, too-large
# config: {"grants": ["queue:attackers-own:send"]}
import json
import struct
import time


def _emit(call, destination, body=b'x', **more):
    meta = json.dumps({'destination': destination, 'contentType': 'text/plain', **more}).encode()
    _frame(call, struct.pack('>H', len(meta)) + meta + body)


def _frame(call, body):
    data = struct.pack('>IBI', 5 + len(body), 10, call) + body
    while data:
        data = data[os.write(3, data):]


def callme(**facts):
    variant = facts['variant']
    if variant == 'not-granted':
        _emit(1, 'queue:others')
    elif variant == 'other-call':
        _emit(2, 'queue:attackers-own')
    elif variant == 'zero-call':
        _emit(0, 'queue:attackers-own')
    elif variant == 'url':
        _emit(1, 'http://127.0.0.1:%d/v1/functions' % facts['apiPort'])
    elif variant == 'bucket':
        _emit(1, 'bucket:attackers-own/x')
    elif variant == 'no-meta':
        _frame(1, b'')
    elif variant == 'long-meta':
        _frame(1, struct.pack('>H', 65535) + b'{}')
    elif variant == 'damaged':
        _emit(1, 'queue:attackers-own', delayMs='soon')
    elif variant == 'too-many':
        for _ in range(5000):
            _emit(1, 'queue:attackers-own')
    elif variant == 'too-large':
        for _ in range(50):
            _emit(1, 'queue:attackers-own', b'x' * 1000000)
    time.sleep(60)
