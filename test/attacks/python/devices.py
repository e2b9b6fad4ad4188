# Makes device nodes and opens devices: disks, memory, terminals, virtual machines, tunnels.
import stat


def callme(**facts):
    for name, kind, major, minor in (('mem', stat.S_IFCHR, 1, 1), ('kmsg', stat.S_IFCHR, 1, 11), ('null', stat.S_IFCHR, 1, 3), ('tun', stat.S_IFCHR, 10, 200),
                                     ('vda', stat.S_IFBLK, 254, 0), ('sda', stat.S_IFBLK, 8, 0), ('loop0', stat.S_IFBLK, 7, 0)):
        for folder in ('/tmp', '/dev/shm', '/dev', '/code'):
            path = '%s/attack-%s' % (folder, name)
            also = (errno.EROFS,)
            refused('mknod ' + path, 133, None, path.encode(), kind | 0o666, os.makedev(major, minor), also=also)
            refused('mknodat ' + path, 259, 33, -100, path.encode(), kind | 0o666, os.makedev(major, minor), also=also)
            attempt('open ' + path, os.open, path, os.O_RDWR)
    for name in ('mem', 'kmem', 'port', 'kmsg', 'vda', 'vda1', 'sda', 'nvme0n1', 'loop0', 'loop-control', 'dm-0', 'mapper/control', 'fuse', 'kvm',
                 'vhost-net', 'net/tun', 'tty', 'tty0', 'tty1', 'console', 'ptmx', 'pts/0', 'snapshot', 'uinput', 'input/event0',
                 'rtc0', 'hpet', 'vsock', 'dri/card0', 'autofs', 'btrfs-control', 'cpu/0/msr', 'userfaultfd', 'hugepages', 'mqueue'):
        attempt('open /dev/' + name, os.open, '/dev/' + name, os.O_RDONLY)
        attempt('write /dev/' + name, os.open, '/dev/' + name, os.O_WRONLY)
    attempt('make a file in /dev', lambda: os.close(os.open('/dev/attack', os.O_CREAT | os.O_WRONLY)) is None)
    for name in ('null', 'zero', 'full', 'random', 'urandom'):
        attempt('change the mode of /dev/' + name, lambda: os.chmod('/dev/' + name, 0o600) is None)
        attempt('remove /dev/' + name, lambda: os.unlink('/dev/' + name) is None)
    # RNDADDTOENTCNT, RNDZAPENTCNT, RNDCLEARPOOL, RNDRESEEDCRNG
    for request in (0x40045201, 0x5204, 0x5206, 0x5207):
        refused('command the random generator %x' % request, 16, 29, os.open('/dev/urandom', os.O_RDWR), request, ctypes.byref(ctypes.c_int(1)))
    return report()
