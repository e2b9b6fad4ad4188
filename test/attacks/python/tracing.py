# Traces and reads other processes: ptrace, process_vm_readv, pidfd_getfd, kcmp, /proc/*/mem.
def callme(**facts):
    for pid in (1, os.getppid(), facts['hostPid'], facts['nodePid']):
        refused('attach to %d' % pid, 101, 117, 16, pid, 0, 0)
        refused('seize %d' % pid, 101, 117, 0x4206, pid, 0, 0)
        buffer = ctypes.create_string_buffer(64)
        vector = (ctypes.c_uint64 * 2)(ctypes.addressof(buffer), 64)
        refused('read memory of %d' % pid, 310, 270, pid, vector, 1, vector, 1, 0)
        refused('write memory of %d' % pid, 311, 271, pid, vector, 1, vector, 1, 0)
        refused('compare with %d' % pid, 312, 272, pid, os.getpid(), 0, 3, 3)
        refused('move pages of %d' % pid, 279, 239, pid, 0, None, None, None, 0)
        refused('migrate pages of %d' % pid, 256, 238, pid, 0, None, None)
        if pid not in (os.getpid(), os.getppid()):
            attempt('memory of %d' % pid, lambda: os.close(os.open('/proc/%d/mem' % pid, os.O_RDWR)) is None and pid > 1)
    refused('trace me', 101, 117, 0, 0, 0, 0)
    own, _ = raw(434, 434, os.getpid(), 0)
    refused('take a descriptor', 438, 438, own, 0, 0)
    refused('process_madvise', 440, 440, own, None, 0, 4, 0)
    refused('process_mrelease', 448, 448, own, 0)
    return report()
