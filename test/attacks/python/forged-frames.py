# Speaks for its driver: forged, damaged and endless frames on the driver's socket, or none any more.
# expect: crashed
# variants: other-call, zero-call, hello, load, loaded, invoke, unknown, huge-length, no-length, short-result, long-type, damaged-error, chunk-of-nobody, log-flood, log-flood-outside, closed, shut, garbage
import json
import struct
import time


def _send(kind, call, body=b''):
    data = struct.pack('>IBI', 5 + len(body), kind, call) + body
    while data:
        data = data[os.write(3, data):]


def _result(call, text):
    _send(6, call, struct.pack('>IH', 0, 0) + text)


def callme(**facts):
    variant = facts['variant']
    if variant == 'other-call':
        _result(2, b'"forged"')
    elif variant == 'zero-call':
        _result(0, b'"forged"')
    elif variant == 'hello':
        _send(1, 0, json.dumps({'protocol': 1, 'runtime': 'forged', 'runtimeVersion': '0'}).encode())
    elif variant == 'load':
        _send(2, 0, b'{}')
    elif variant == 'loaded':
        _send(3, 0, b'{"parameters":["__proto__"]}')
    elif variant == 'invoke':
        _send(4, 1, bytes(40))
    elif variant == 'unknown':
        _send(250, 1)
    elif variant == 'huge-length':
        os.write(3, struct.pack('>IBI', 0xFFFFFFFF, 6, 1))
    elif variant == 'no-length':
        os.write(3, bytes(64))
    elif variant == 'short-result':
        _send(6, 1, b'\0')
    elif variant == 'long-type':
        _send(6, 1, struct.pack('>IH', 0, 65535) + b'text/html')
    elif variant == 'damaged-error':
        _send(7, 1, b'{"type":')
    elif variant == 'chunk-of-nobody':
        _send(8, 77, struct.pack('>IH', 0, 0) + b'1')
    elif variant == 'log-flood':
        for _ in range(10000):
            _send(9, 1, struct.pack('>BBd', 1, 2, 0.0) + b'x' * 60000)
    elif variant == 'log-flood-outside':
        for _ in range(10000):
            _send(9, 0, struct.pack('>BBd', 1, 2, 0.0) + b'x' * 60000)
    elif variant == 'closed':
        os.close(3)
    elif variant == 'shut':
        import socket
        socket.socket(fileno=os.dup(3)).shutdown(socket.SHUT_RDWR)
    elif variant == 'garbage':
        os.write(3, os.urandom(65536) + b'\xff' * 65536)
    time.sleep(60)
