# Types into the terminal of whoever started the node: TIOCSTI, TIOCLINUX, /dev/tty, pseudo-terminals.
import fcntl
import termios


def callme(**facts):
    def inject(descriptor):
        return fcntl.ioctl(descriptor, termios.TIOCSTI, b'\n') == 0

    for descriptor in range(8):
        for request in (0x5412, 0x541C, 0x1_0000_5412):
            refused('inject by %x into %d' % (request, descriptor), 16, 29, descriptor, request, ctypes.c_char_p(b'x'))
        attempt('become its session leader %d' % descriptor, lambda: fcntl.ioctl(descriptor, termios.TIOCSCTTY, 1) == 0)
        attempt('terminal behind %d' % descriptor, os.ttyname, descriptor)
        attempt('terminal %d' % descriptor, os.isatty, descriptor)
    for path in ('/dev/tty', '/dev/console', '/dev/ptmx', '/dev/pts/0', '/dev/pts/ptmx', '/proc/1/fd/0', '/proc/1/fd/1'):
        attempt('open ' + path, lambda: os.isatty(os.open(path, os.O_RDWR | os.O_NOCTTY)))
    attempt('a pseudo-terminal', os.openpty)
    attempt('session of the host', lambda: os.getsid(0) == facts['hostSession'])
    return report()
