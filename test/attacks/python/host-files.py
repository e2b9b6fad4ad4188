# Reads files of the host: the data folder, secrets in /tmp and the home folder, password files; by plain path and past its root.
def callme(**facts):
    secrets = [facts['secretFile'], facts['homeFile'], facts['dataFolder'] + '/fob.db', '/etc/shadow', '/etc/gshadow',
               '/etc/sudoers', '/etc/machine-id', '/root/.bashrc', '/boot/vmlinuz', '/var/log/dpkg.log', '/var/run/docker.sock']
    folders = [facts['dataFolder'], os.path.dirname(facts['homeFile']), '/root', '/home', '/var/lib', '/run', '/boot',
               '/mnt', '/srv', '/media', '/etc/ssh', '/etc/ssl/private', '/sys/class', '/sys/kernel']
    host = facts['hostPid']
    roots = ['', '/proc/1/root', '/proc/self/root', '/proc/1/cwd/../..', '/proc/self/cwd/../../../../..', '/..',
             '/tmp/../..', '/proc/%d/root' % host, '/proc/%d/cwd/../../..' % host, '/proc/thread-self/root/..']
    def listed(folder):
        # The empty place for a socket of the platform is the sandbox's own.
        return [name for name in os.listdir(folder) if not (folder.endswith('/run') and name == 'fob')]

    for root in roots:
        for path in secrets:
            attempt('read ' + root + path, read, root + path)
        for path in folders:
            attempt('list ' + root + path, listed, root + path)

    def through_link(make, path):
        link = '/tmp/link-%d' % len(_tried)
        make(path, link)
        return read(link)

    for path in secrets:
        attempt('symbolic link to ' + path, through_link, os.symlink, path)
        attempt('hard link to ' + path, through_link, os.link, path)
    for folder in ('/tmp', '/var/tmp', '/dev/shm'):
        attempt('names of the host in ' + folder,
                lambda: [name for name in os.listdir(folder) if name.startswith('fob-')])
    attempt('name of the host', lambda: os.uname().nodename == facts['hostName'] and facts['hostName'])
    attempt('users of the host', lambda: [
        line for line in open('/etc/passwd') if line.split(':')[0] not in ('root', 'fob', 'nobody')])
    return report()
