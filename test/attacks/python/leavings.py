# Leaves files, shared memory, semaphores, sockets and processes for the next function, which looks for them.
# turns: 2
import socket
import subprocess

_FOLDERS = ('/tmp', '/dev/shm', '/var/tmp', '/code', '/run', '/dev', '/')


def _leave(facts):
    for folder in _FOLDERS:
        try:
            with open(folder + '/fob-leaving', 'w') as file:
                file.write(facts['attackId'])
        except OSError:
            pass
    _libc.shmget(0x0F0B, 4096, 0o1666)
    _libc.semget(0x0F0B, 1, 0o1666)
    _libc.msgget(0x0F0B, 0o1666)
    _libc.mq_open(b'/fob-leaving', os.O_CREAT | os.O_RDWR, 0o666, None)
    global kept
    kept = socket.socket(socket.AF_UNIX)
    kept.bind('\0fob-leaving')
    kept.listen()
    tcp = socket.create_server(('127.0.0.1', 3999))
    kept = (kept, tcp)
    subprocess.Popen(['sh', '-c', 'trap "" HUP TERM INT; while :; do sleep 5; done', facts['attackId']], start_new_session=True)


def callme(**facts):
    if facts['turn'] == 1:
        attempt('leave', _leave, facts)
        return report()
    for folder in _FOLDERS:
        attempt('file in ' + folder, lambda: open(folder + '/fob-leaving').read())
    attempt('shared memory', lambda: _libc.shmget(0x0F0B, 4096, 0) >= 0)
    attempt('semaphores', lambda: _libc.semget(0x0F0B, 1, 0) >= 0)
    attempt('messages', lambda: _libc.msgget(0x0F0B, 0) >= 0)
    attempt('message queue', lambda: _libc.mq_open(b'/fob-leaving', os.O_RDWR) >= 0)
    attempt('abstract socket', lambda: socket.socket(socket.AF_UNIX).connect('\0fob-leaving') is None)
    attempt('listener', lambda: socket.create_connection(('127.0.0.1', 3999), 2))
    for pid in [name for name in os.listdir('/proc') if name.isdigit() and int(name) != os.getpid()]:
        attempt('process ' + pid, lambda: facts['leaverId'] in open('/proc/%s/cmdline' % pid).read())
    attempt('modules of the other function', lambda: 'kept' in globals())
    return report()
