# Becomes somebody else: set*id, capabilities, supplementary groups, programs that change the user.
import subprocess


def callme(**facts):
    for identity in (0, 1, 33, 65534, 1001):
        also = (errno.EINVAL,)  # an id that this user namespace does not have
        refused('setuid %d' % identity, 105, 146, identity, also=also)
        refused('setgid %d' % identity, 106, 144, identity, also=also)
        refused('setreuid %d' % identity, 113, 145, identity, identity, also=also)
        refused('setresuid %d' % identity, 117, 147, identity, identity, identity, also=also)
        refused('setresgid %d' % identity, 119, 149, identity, identity, identity, also=also)
        refused('setgroups %d' % identity, 116, 159, 1, (ctypes.c_uint32 * 1)(identity), also=also)
        attempt('setfsuid %d' % identity, lambda: raw(122, 151, identity)[0] != os.getuid() or raw(122, 151, -1)[0] != os.getuid())
        attempt('chown %d' % identity, lambda: [os.close(os.open('/tmp/owned', os.O_CREAT | os.O_WRONLY)), os.chown('/tmp/owned', identity, identity)])
    header = (ctypes.c_uint32 * 2)(0x20080522, 0)
    everything = (ctypes.c_uint32 * 6)(*([0xFFFFFFFF] * 6))
    refused('capset', 126, 91, header, everything)
    # Process 1 has the same user, so that its memory can be written: it must not be able to do more.
    for pid in ('self', '1', str(os.getppid())):
        status = dict(line.strip().partition(':\t')[::2] for line in open('/proc/%s/status' % pid))
        for name in ('CapInh', 'CapPrm', 'CapEff', 'CapBnd', 'CapAmb'):
            attempt('capabilities %s of %s' % (name, pid), lambda: int(status[name], 16) and status[name])
        attempt('new privileges of ' + pid, lambda: status['NoNewPrivs'] != '1')
        attempt('no filter of ' + pid, lambda: status['Seccomp'] != '2')
    attempt('switch the filter off', lambda: os.close(os.open('/proc/self/seccomp', os.O_WRONLY)) is None)
    attempt('new privileges again', lambda: _libc.prctl(38, 0, 0, 0, 0) == 0)
    for capability in range(41):
        attempt('raise ambient capability %d' % capability, lambda: _libc.prctl(47, 2, capability, 0, 0) == 0)
    attempt('root', lambda: 0 in (*os.getresuid(), *os.getresgid(), *os.getgroups()))

    def whoami(*words):
        return subprocess.run(words, capture_output=True, timeout=5, stdin=subprocess.DEVNULL).stdout.strip() == b'0'

    for words in (('sudo', '-n', 'id', '-u'), ('su', '-c', 'id -u'), ('pkexec', 'id', '-u'), ('newgrp', 'root'),
                  ('setpriv', '--reuid', '0', 'id', '-u'), ('chroot', '--userspec=0', '/', 'id', '-u'), ('unshare', '-Ur', 'id', '-u')):
        attempt(' '.join(words), whoami, *words)

    def own_setuid_program():
        with open('/tmp/id', 'wb') as file:
            file.write(read('/usr/bin/id', 1 << 20))
        os.chmod('/tmp/id', 0o6755)
        return whoami('/tmp/id', '-u')

    attempt('set-user-id program of its own', own_setuid_program)
    return report()
