# Changes what later calls run: its own code, the driver, the interpreter, /usr and /etc.
import sysconfig


def callme(**facts):
    driver = os.path.dirname(os.path.dirname(sys.modules['fob_driver'].__file__)) if 'fob_driver' in sys.modules else '/fob'
    folders = ['/', '/code', '/code/..', driver, driver + '/fob_driver', os.path.dirname(sys.executable), sysconfig.get_path('stdlib'), '/usr', '/usr/bin',
               '/usr/lib', '/usr/local/lib', '/etc', '/bin', '/lib', '/dev', '/proc', '/proc/1', '/opt', '/home', '/var', '/run', '/root', '/boot']
    files = ['/code/main.py', sys.executable, os.path.realpath(sys.executable), '/proc/self/exe', '/proc/1/exe', '/etc/passwd', '/etc/hosts', '/etc/ld.so.cache',
             '/etc/ld.so.preload', '/etc/resolv.conf', '/usr/bin/env', '/bin/sh', os.__file__, driver + '/main.py', driver + '/fob_driver/wire.py']
    for folder in folders:
        attempt('make a file in ' + folder, lambda: os.close(os.open(folder + '/attack', os.O_CREAT | os.O_WRONLY)) is None)
        attempt('make a folder in ' + folder, lambda: os.mkdir(folder + '/attack-folder') is None)
        attempt('link in ' + folder, lambda: os.symlink('/tmp', folder + '/attack-link') is None)
        attempt('rename ' + folder, lambda: os.rename(folder, '/tmp/renamed') is None)
        attempt('chmod ' + folder, lambda: os.chmod(folder, 0o777) is None)
    for file in files:
        attempt('write ' + file, lambda: os.open(file, os.O_WRONLY))
        attempt('append to ' + file, lambda: os.open(file, os.O_WRONLY | os.O_APPEND))
        attempt('truncate ' + file, lambda: os.truncate(file, 0) is None)
        attempt('remove ' + file, lambda: os.unlink(file) is None)
        attempt('replace ' + file, lambda: os.rename('/dev/shm/none', file) is None)
        attempt('chmod ' + file, lambda: os.chmod(file, 0o777) is None)
        attempt('reopen to write ' + file, lambda: os.open('/proc/self/fd/%d' % os.open(file, os.O_RDONLY), os.O_RDWR))
        attempt('touch ' + file, lambda: os.utime(file) is None)
    return report()
