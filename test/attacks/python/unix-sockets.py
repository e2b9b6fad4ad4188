# Connects to Unix sockets of the host: abstract ones, those with a path, and the node's and the system's own.
import socket


def callme(**facts):
    def connect(address, kind=socket.SOCK_STREAM):
        with socket.socket(socket.AF_UNIX, kind) as one:
            one.settimeout(2)
            one.connect(address)
            return one.recv(100) or 'connected'

    for address in ('\0' + facts['abstractSocket'], facts['pathSocket'], '/proc/1/root' + facts['pathSocket'],
                    '/run/fob/services', '/run/docker.sock', '/var/run/docker.sock', '/run/dbus/system_bus_socket', '/run/systemd/private', '/run/systemd/notify',
                    '/tmp/.X11-unix/X0', '\0/tmp/.X11-unix/X0', '/run/containerd/containerd.sock', '/dev/log', '/run/udev/control'):
        for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM, socket.SOCK_SEQPACKET):
            attempt('connect %r' % address, connect, address, kind)
    attempt('sockets that the kernel lists', lambda: [line for line in open('/proc/net/unix').readlines()[1:] if '@' in line or '/' in line])
    return report()
