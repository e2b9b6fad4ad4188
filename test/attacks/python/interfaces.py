# Looks for network interfaces other than loopback, and makes some: devices, addresses, routes, tunnels.
import fcntl
import socket
import struct


def _netlink(kind, flags, body):
    with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 0) as one:
        one.settimeout(2)
        one.send(struct.pack('=IHHII', 16 + len(body), kind, flags, 1, 0) + body)
        answer = one.recv(4096)
        # NLMSG_ERROR carries a negative error number, or 0 for done.
        return struct.unpack_from('=H', answer, 4)[0] == 2 and struct.unpack_from('=i', answer, 16)[0] == 0


def callme(**facts):
    attempt('interfaces', lambda: [name for _, name in socket.if_nameindex() if name != 'lo'])
    attempt('devices', lambda: [line for line in open('/proc/net/dev').readlines()[2:] if not line.strip().startswith('lo:')])
    attempt('routes', lambda: open('/proc/net/route').readlines()[1:])
    attempt('routes of IPv6', lambda: [line for line in open('/proc/net/ipv6_route') if line.split()[-1] != 'lo'])
    attempt('neighbours', lambda: open('/proc/net/arp').readlines()[1:])
    name = struct.pack('16s', b'lo')
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as one:
        attempt('set flags', lambda: fcntl.ioctl(one, 0x8914, name + struct.pack('h22x', 0)))
        attempt('set an address', lambda: fcntl.ioctl(one, 0x8916, name + struct.pack('=HH4s16x', 2, 0, b'\x0a\0\0\1')))
        attempt('add a route', lambda: fcntl.ioctl(one, 0x890B, bytes(120)))
        attempt('make a bridge', lambda: fcntl.ioctl(one, 0x89A0, b'attack0\0'))
    attempt('make a link', _netlink, 16, 0x605, bytes(16) + struct.pack('=HH8s', 12, 3, b'attack0\0'))
    attempt('add an address', _netlink, 20, 0x605, struct.pack('=BBBBIHH4sHH4s', 2, 8, 0, 0, 1, 8, 2, b'\x0a\0\0\1', 8, 1, b'\x0a\0\0\1'))
    attempt('open a tunnel', os.open, '/dev/net/tun', os.O_RDWR)
    attempt('name of the interface by number', lambda: [socket.if_indextoname(number) for number in range(2, 5)])
    return report()
