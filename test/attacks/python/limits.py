# Raises its own limits and priority: rlimits, nice, real-time scheduling, locked memory.
import resource


def callme(**facts):
    for name in ('NOFILE', 'NPROC', 'CORE', 'MEMLOCK', 'RTPRIO', 'NICE', 'RTTIME', 'SIGPENDING', 'MSGQUEUE', 'DATA', 'AS', 'FSIZE', 'STACK', 'CPU'):
        limit = getattr(resource, 'RLIMIT_' + name)
        _, hard = resource.getrlimit(limit)
        if hard != resource.RLIM_INFINITY:
            attempt('raise ' + name, lambda: resource.setrlimit(limit, (hard + 1, hard + 1)) is None)
            attempt('lift ' + name, lambda: resource.setrlimit(limit, (resource.RLIM_INFINITY,) * 2) is None)
    attempt('files without limit', lambda: resource.getrlimit(resource.RLIMIT_NOFILE)[1] > 65536)
    attempt('core dumps', lambda: resource.getrlimit(resource.RLIMIT_CORE)[1] != 0)
    attempt('be nasty', lambda: os.nice(-1) < 0)
    for policy in (os.SCHED_FIFO, os.SCHED_RR):
        attempt('real time %d' % policy, lambda: os.sched_setscheduler(0, policy, os.sched_param(1)) is None)
    attempt('deadline', lambda: raw(314, 274, 0, (ctypes.c_uint32 * 12)(48, 6, 0, 0, 0, 0, 1 << 24, 0, 1 << 25, 0, 1 << 25, 0), 0)[0] == 0)
    attempt('real-time disk', lambda: raw(251, 30, 1, 0, (1 << 13) | 0)[0] == 0)
    attempt('lock 64 MB', lambda: _libc.mlock(ctypes.create_string_buffer(1 << 26), 1 << 26) == 0)
    attempt('huge pipe', lambda: __import__('fcntl').fcntl(os.pipe()[0], 1031, 1 << 24))
    return report()
