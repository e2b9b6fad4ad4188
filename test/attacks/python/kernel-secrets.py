# Reads what /proc and /sys tell of the kernel and of other processes: kcore, symbols, keys, memory, timers, messages.
def callme(**facts):
    for path in ('/proc/kcore', '/proc/kmsg', '/proc/kpagecount', '/proc/kpageflags', '/proc/kpagecgroup', '/proc/vmallocinfo',
                 '/proc/slabinfo', '/proc/timer_list', '/proc/sched_debug', '/proc/pagetypeinfo', '/proc/iomem.raw',
                 '/dev/mem', '/dev/kmem', '/dev/port', '/dev/kmsg', '/proc/1/stack',
                 '/proc/self/stack', '/sys/kernel/debug', '/sys/kernel/tracing', '/sys/kernel/notes', '/sys/firmware/dmi'):
        attempt('read ' + path, read, path)
    attempt('list /sys', os.listdir, '/sys')
    attempt('kernel addresses', lambda: [
        line for line in open('/proc/kallsyms') if not line.startswith('0000000000000000')][:3])
    attempt('physical addresses', lambda: [line for line in open('/proc/iomem') if not line.strip().startswith('0000')][:3])
    attempt('page frame numbers', lambda: int.from_bytes(read('/proc/self/pagemap', 8 * 0x400000), 'little') & ((1 << 55) - 1))
    attempt('module addresses', lambda: [line for line in open('/proc/modules') if not line.rstrip().endswith('0x0000000000000000')][:3])
    attempt('keys of the host', lambda: read('/proc/keys'))
    attempt('shared memory of the host', lambda: open('/proc/sysvipc/shm').readlines()[1:])
    attempt('semaphores of the host', lambda: open('/proc/sysvipc/sem').readlines()[1:])
    attempt('sockets of the host', lambda: [line for line in open('/proc/net/unix') if facts['abstractSocket'] in line or '/run/' in line])
    attempt('connections of the host', lambda: [line for line in open('/proc/net/tcp') if ':%04X ' % facts['apiPort'] in line])
    attempt('mounts of the host', lambda: [line for line in open('/proc/self/mounts') if line.split()[1] in ('/home', '/root', '/sys', '/run', '/var')])
    return report()
