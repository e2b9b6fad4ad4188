# Opens as many descriptors as it can get, of every kind, and makes very many small files.
# expect: succeeded or out_of_memory
import socket


def callme(**facts):
    opened = []

    def many(make):
        before = len(opened)
        try:
            for _ in range(100_000):
                opened.append(make())
        except OSError:
            pass
        gained = len(opened) - before
        for one in opened:
            one.close() if hasattr(one, 'close') else os.close(one)
        opened.clear()
        return gained > 65_536 and gained

    attempt('files', many, lambda: os.open('/dev/null', os.O_RDONLY))
    attempt('sockets', many, lambda: socket.socket())
    attempt('pipes', many, lambda: os.pipe()[0])
    attempt('memory files', many, lambda: os.memfd_create('x'))
    attempt('events', many, lambda: os.eventfd(0))
    attempt('watches', many, lambda: _libc.inotify_init())

    def names():
        for number in range(200_000):
            os.close(os.open('/tmp/name-%d' % number, os.O_CREAT | os.O_WRONLY))

    attempt('names', names)
    return report()
