# Reads the code, environment and files of another function that is warm at the same time.
def callme(**facts):
    marker = facts['marker'].encode()

    def search(folder):
        for base, folders, names in os.walk(folder, followlinks=False):
            for name in names:
                path = os.path.join(base, name)
                try:
                    if marker in read(path, 65536):
                        return path
                except OSError:
                    pass

    for folder in (facts['codeFolder'], facts['dataFolder'], '/code', '/code/..' + facts['codeFolder'], '/tmp', '/dev/shm', '/var', '/run'):
        attempt('search ' + folder, search, folder)
    attempt('list all code', os.listdir, facts['codeFolder'])
    attempt("the victim's own files", lambda: os.path.exists('/tmp/victim') or os.path.exists('/dev/shm/victim'))
    for pid in [name for name in os.listdir('/proc') if name.isdigit()]:
        for part in ('environ', 'cmdline'):
            attempt('%s of process %s' % (part, pid), lambda: marker in read('/proc/%s/%s' % (pid, part), 65536))
        attempt('code of process ' + pid, search, '/proc/%s/root%s' % (pid, facts['codeFolder']))
        attempt('/tmp of process ' + pid, lambda: os.path.exists('/proc/%s/root/tmp/victim' % pid))
    attempt('own environment', lambda: facts['victimVariable'] in os.environ)
    return report()
