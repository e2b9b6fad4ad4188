"""The way to the platform's services: an address on this sandbox's own loopback, passed on to the socket that was placed in it.

A thread of its own passes the bytes on, so that a function may wait for a child process that uses the address. It works on
the bare sockets of the interpreter: the usual module would cost more than everything else that loading does.
"""

import os
import select
from _socket import AF_INET, AF_UNIX, SHUT_WR, SO_REUSEADDR, SOCK_STREAM, SOL_SOCKET, socket
from _thread import start_new_thread

_LOOPBACK = '127.0.0.1'
_BACKLOG = 128
_CHUNK_BYTES = 262_144
# A socket's path has 108 bytes at most, the end of the text included.
_MAX_PATH_BYTES = 107


def connect(services):
    """Starts to listen, and tells the function where by its environment."""
    listener = socket(AF_INET, SOCK_STREAM)
    listener.setsockopt(SOL_SOCKET, SO_REUSEADDR, 1)
    listener.bind((_LOOPBACK, 0))
    listener.listen(_BACKLOG)
    address = 'http://%s:%d' % (_LOOPBACK, listener.getsockname()[1])
    for name in services['addressVariables']:
        os.environ[name] = address
    start_new_thread(_Relay(listener, _short(services['socket'])).run, ())


def _short(path):
    """A path that can be connected to: a long one is reached through its folder's descriptor."""
    if len(path.encode()) <= _MAX_PATH_BYTES:
        return path
    folder, _, name = path.rpartition('/')
    return '/proc/self/fd/%d/%s' % (os.open(folder, os.O_RDONLY | os.O_DIRECTORY), name)


class _End:
    """One of the two sockets of a connection that is passed on."""

    __slots__ = ('socket', 'fd', 'other', 'pending', 'is_read', 'is_shut')

    def __init__(self, one):
        self.socket = one
        self.fd = one.fileno()
        self.other = None
        # What was read from the other one and is still to be written to this one.
        self.pending = b''
        # Whether all was read from it, and all was written to it.
        self.is_read = False
        self.is_shut = False


class _Relay:
    def __init__(self, listener, path):
        self._listener = listener
        self._path = path
        self._poll = select.poll()
        self._ends = {}

    def run(self):
        listener = self._listener.fileno()
        self._poll.register(listener, select.POLLIN)
        while True:
            for fd, events in self._poll.poll():
                if fd == listener:
                    self._accept()
                    continue
                end = self._ends.get(fd)
                if end is None:
                    continue
                try:
                    if events & select.POLLOUT:
                        self._write(end)
                    if events & ~select.POLLOUT and not end.is_read and not end.other.pending:
                        self._read(end)
                    elif events & (select.POLLERR | select.POLLHUP):
                        self._drop(end)
                        continue
                    self._watch(end)
                except OSError:
                    self._drop(end)

    def _accept(self):
        try:
            fd, _ = self._listener._accept()
        except OSError:
            return
        client = socket(fileno=fd)
        service = socket(AF_UNIX, SOCK_STREAM)
        try:
            service.connect(self._path)
        except OSError:
            client.close()
            service.close()
            return
        ends = [_End(client), _End(service)]
        for end, other in (ends, ends[::-1]):
            end.other = other
            end.socket.setblocking(False)
            self._ends[end.fd] = end
            self._poll.register(end.fd, select.POLLIN)

    def _read(self, end):
        try:
            data = end.socket.recv(_CHUNK_BYTES)
        except BlockingIOError:
            return
        end.is_read = not data
        end.other.pending = data
        self._write(end.other)

    def _write(self, end):
        try:
            while end.pending:
                end.pending = end.pending[end.socket.send(end.pending) :]
        except BlockingIOError:
            return
        if end.other.is_read and not end.is_shut:
            end.is_shut = True
            end.socket.shutdown(SHUT_WR)

    def _watch(self, end):
        if end.is_shut and end.other.is_shut:
            self._drop(end)
            return
        for one in (end, end.other):
            events = 0 if one.is_read or one.other.pending else select.POLLIN
            events |= select.POLLOUT if one.pending else 0
            self._poll.modify(one.fd, events)

    def _drop(self, end):
        for one in (end, end.other):
            if self._ends.pop(one.fd, None) is not None:
                self._poll.unregister(one.fd)
                one.socket.close()
