# Sees, signals and changes processes of the host and of the node.
import resource
import signal


def callme(**facts):
    inside = [int(name) for name in os.listdir('/proc') if name.isdigit()]
    attempt('list of processes', lambda: len(inside) > 20 and inside)
    for pid in inside:
        attempt('name of %d' % pid, lambda: facts['hostProcess'] in open('/proc/%d/cmdline' % pid).read())
    for name in ('hostPid', 'nodePid'):
        pid = facts[name]
        if pid in inside:
            continue
        for number in (0, signal.SIGCONT, signal.SIGKILL):
            attempt('signal %s by %d' % (name, number), lambda: os.kill(pid, number) is None)
        attempt('signal the group of ' + name, lambda: os.killpg(pid, 0) is None)
        attempt('handle of ' + name, lambda: os.pidfd_open(pid))
        attempt('queue a signal to ' + name, lambda: raw(129, 138, pid, 0, ctypes.create_string_buffer(128))[0] == 0)
        attempt('tgkill ' + name, lambda: raw(234, 131, pid, pid, 0)[0] == 0)
        attempt('limits of ' + name, lambda: resource.prlimit(pid, resource.RLIMIT_NOFILE))
        attempt('priority of ' + name, lambda: os.setpriority(os.PRIO_PROCESS, pid, 10) is None)
        attempt('cores of ' + name, lambda: os.sched_setaffinity(pid, {0}) is None)
        attempt('scheduling of ' + name, lambda: os.sched_getscheduler(pid) is not None)
        for part in ('status', 'cmdline', 'environ', 'fd', 'root', 'cwd', 'exe', 'maps', 'mem', 'task'):
            attempt('%s of %s' % (part, name), os.lstat, '/proc/%d/%s' % (pid, part))
    for pid in (facts['hostPid'] + offset for offset in range(-50, 50)):
        if pid not in inside and pid > 200:
            attempt('signal %d' % pid, lambda: os.kill(pid, 0) is None)
    attempt('own number on the host', lambda: os.getpid() > 1000)
    return report()
