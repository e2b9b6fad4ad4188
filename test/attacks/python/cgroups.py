# Loosens its own limits: looks for control groups to write to, and mounts their file system.
def callme(**facts):
    groups = [line.rstrip().split(':', 2)[2] for line in open('/proc/self/cgroup')]
    attempt('position in the hierarchy of the host', lambda: [group for group in groups if group.startswith('/../..')])
    roots = ['/sys/fs/cgroup', '/proc/1/root/sys/fs/cgroup', '/cgroup', '/tmp/cgroup']
    for root in roots:
        attempt('list ' + root, os.listdir, root)
        for group in groups:
            for name in ('cgroup.procs', 'memory.max', 'memory.limit_in_bytes', 'pids.max', 'cpu.max', 'release_agent', 'cgroup.kill', 'devices.allow'):
                for controller in ('', '/memory', '/pids', '/cpu', '/devices', '/unified'):
                    attempt('write ' + root + controller + group + '/' + name, overwrite, root + controller + group + '/' + name)
    os.makedirs('/tmp/cgroup', exist_ok=True)
    for kind in (b'cgroup', b'cgroup2', b'sysfs'):
        refused('mount ' + kind.decode(), 165, 40, kind, b'/tmp/cgroup', kind, 0, None)
    return report()
