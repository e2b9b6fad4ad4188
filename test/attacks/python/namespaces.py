# Makes and enters namespaces: unshare, setns, clone and clone3.
import signal

_NEW = {'mount': 0x00020000, 'cgroup': 0x02000000, 'uts': 0x04000000, 'ipc': 0x08000000, 'user': 0x10000000,
        'pid': 0x20000000, 'net': 0x40000000, 'time': 0x80}


def _clone(x64, arm64, *arguments):
    answer, error = raw(x64, arm64, *arguments)
    if answer == 0:
        os._exit(0)
    if answer > 0:
        os.waitpid(answer, 0)
    return answer > 0 or error not in (errno.EPERM, errno.ENOSYS) and errno.errorcode[error]


def callme(**facts):
    for name, flag in _NEW.items():
        refused('unshare ' + name, 272, 97, flag)
        refused('unshare ' + name + ' and user', 272, 97, flag | _NEW['user'])
        if name != 'time':
            attempt('clone ' + name, _clone, 56, 220, flag | signal.SIGCHLD, 0, 0, 0, 0)
            attempt('clone user and ' + name, _clone, 56, 220, flag | _NEW['user'] | signal.SIGCHLD, 0, 0, 0, 0)
        fields = ctypes.create_string_buffer(64)
        ctypes.c_uint64.from_buffer(fields, 0).value = flag
        ctypes.c_uint64.from_buffer(fields, 32).value = signal.SIGCHLD
        attempt('clone3 ' + name, _clone, 435, 435, fields, 64)
    for pid in (1, os.getppid(), facts['hostPid']):
        for name in os.listdir('/proc/self/ns'):
            attempt('open %s of %d' % (name, pid), lambda: os.readlink('/proc/%d/ns/%s' % (pid, name)) != os.readlink('/proc/self/ns/' + name))
            try:
                handle = os.open('/proc/%d/ns/%s' % (pid, name), os.O_RDONLY)
            except OSError:
                continue
            refused('enter %s of %d' % (name, pid), 308, 268, handle, 0)
            os.close(handle)
    return report()
