# Looks for descriptors that were left open on something of the host: folders, files, sockets, control pipes.
import stat


def callme(**facts):
    for pid in ['self', 'thread-self', *[name for name in os.listdir('/proc') if name.isdigit() and int(name) != os.getpid()]]:
        try:
            numbers = os.listdir('/proc/%s/fd' % pid)
        except OSError:
            attempt('descriptors of ' + pid, lambda: None)
            continue
        for number in numbers:
            path = '/proc/%s/fd/%s' % (pid, number)
            try:
                kind, target = os.stat(path).st_mode, os.readlink(path)
            except OSError:
                continue
            # The program of the interpreter and devices that everybody has are all that may be there besides sockets and pipes.
            if stat.S_ISDIR(kind) and not target.startswith('/proc/'):
                attempt('folder ' + path, lambda: target)
            if stat.S_ISREG(kind):
                attempt('file ' + path, lambda: not target.startswith(('/usr/', '/code', '/lib', '/proc/')) and target)
            if stat.S_ISBLK(kind) or stat.S_ISCHR(kind):
                attempt('device ' + path, lambda: target not in ('/dev/null', '/dev/zero', '/dev/random', '/dev/urandom') and target)
            if stat.S_ISFIFO(kind) and pid != 'self' and pid != 'thread-self':
                attempt('reopen ' + path, lambda: os.close(os.open(path, os.O_WRONLY | os.O_NONBLOCK)) and None)
    attempt('more than four', lambda: [n for n in os.listdir('/proc/self/fd') if int(n) > 3 and os.path.exists('/proc/self/fd/' + n)
                                       and os.readlink('/proc/self/fd/' + n).startswith(('socket:', 'pipe:'))])
    return report()
