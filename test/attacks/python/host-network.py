# Connects to the host: its loopback, its addresses, and the platform's own API.
import socket


def callme(**facts):
    def connect(family, kind, address):
        with socket.socket(family, kind) as one:
            one.settimeout(2)
            one.connect(address)
            one.sendall(b'GET /api/stats HTTP/1.0\r\n\r\n')
            return one.recv(100)

    for port in (facts['apiPort'], facts['tcpPort']):
        for address in ('127.0.0.1', '127.0.0.2', '0.0.0.0', 'localhost', *facts['addresses']):
            if ':' not in address:
                attempt('tcp %s:%d' % (address, port), connect, socket.AF_INET, socket.SOCK_STREAM, (address, port))
                attempt('udp %s:%d' % (address, port), connect, socket.AF_INET, socket.SOCK_DGRAM, (address, port))
        for address in ('::1', '::', '::ffff:127.0.0.1', *facts['addresses']):
            if ':' in address:
                attempt('tcp [%s]:%d' % (address, port), connect, socket.AF_INET6, socket.SOCK_STREAM, (address, port))
    # 10.0.2.2 is the host in networks of user mode; nothing routes there when this sandbox has none.
    attempt('a way out', lambda: socket.socket(socket.AF_INET, socket.SOCK_DGRAM).connect(('10.0.2.2', 9)) is None)
    attempt('a way out by IPv6', lambda: socket.socket(socket.AF_INET6, socket.SOCK_DGRAM).connect(('fd00::2', 9)) is None)
    return report()
