# Looks for the environment of the node and its host in its own processes, their memory and what the driver has loaded.
def callme(**facts):
    marker = facts['marker'].encode()
    variable = facts['hostVariable']
    attempt('own environment', os.environ.get, variable)
    for name in os.environ:
        attempt('environment variable ' + name, lambda: facts['marker'] in os.environ[name])
        if name.startswith(('FOB_TOKEN', 'SSH_', 'AWS_', 'npm_', 'XDG_', 'SUDO_')):
            attempt('variable of the host ' + name, lambda: os.environ[name])
    for pid in [name for name in os.listdir('/proc') if name.isdigit()]:
        for part in ('environ', 'cmdline', 'auxv', 'maps'):
            attempt('%s of process %s' % (part, pid), lambda: variable.encode() in read('/proc/%s/%s' % (pid, part), 1 << 20))

    def search_memory(pid):
        with open('/proc/%s/maps' % pid) as maps, open('/proc/%s/mem' % pid, 'rb', 0) as memory:
            for line in maps:
                start, end = (int(one, 16) for one in line.split()[0].split('-'))
                if '[v' in line or line.split()[1][0] != 'r':
                    continue
                memory.seek(start)
                if b'=' + marker in memory.read(min(end - start, 1 << 24)):
                    return line

    attempt('memory of process 1', search_memory, 1)
    attempt('memory of the parent', search_memory, os.getppid())
    return report()
