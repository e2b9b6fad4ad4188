# Mounts, unmounts and changes its root with the old and the new system calls.
_AT_FDCWD = -100
_MS_REMOUNT_BIND, _MS_BIND, _MS_MOVE, _MS_SHARED = 32 | 4096, 4096, 8192, 1 << 20


def callme(**facts):
    here = b'/tmp/mounted'
    os.makedirs(here, exist_ok=True)
    for kind in (b'tmpfs', b'proc', b'sysfs', b'devtmpfs', b'devpts', b'overlay', b'ramfs', b'mqueue', b'debugfs', b'bpf', b'fuse'):
        refused('mount ' + kind.decode(), 165, 40, b'none', here, kind, 0, None)
    refused('mount the disk', 165, 40, b'/dev/vda', here, b'ext4', 1, None)
    refused('bind the root', 165, 40, b'/', here, None, _MS_BIND, None)
    refused('bind the process folder of init', 165, 40, b'/proc/1/root', here, None, _MS_BIND, None)
    refused('make the code writable', 165, 40, b'none', b'/code', None, _MS_REMOUNT_BIND, None)
    refused('make the root writable', 165, 40, b'none', b'/', None, _MS_REMOUNT_BIND, None)
    refused('move a mount', 165, 40, b'/tmp', here, None, _MS_MOVE, None)
    refused('share mounts', 165, 40, b'none', b'/', None, _MS_SHARED, None)
    for path in (b'/tmp', b'/code', b'/proc', b'/usr', b'/'):
        refused('unmount ' + path.decode(), 166, 39, path, 2)
    refused('pivot_root', 155, 41, b'/tmp', here)
    refused('chroot', 161, 51, b'/proc/1/root')
    refused('fsopen', 430, 430, b'tmpfs', 0)
    refused('fspick', 433, 433, _AT_FDCWD, b'/', 0)
    refused('fsconfig', 431, 431, 0, 6, None, None, 0)
    refused('fsmount', 432, 432, 0, 0, 0)
    refused('open_tree', 428, 428, _AT_FDCWD, b'/', 1)
    refused('move_mount', 429, 429, _AT_FDCWD, b'/tmp', _AT_FDCWD, here, 0)
    refused('mount_setattr', 442, 442, _AT_FDCWD, b'/', 0, ctypes.create_string_buffer(32), 32)
    refused('listmount', 458, 458, ctypes.create_string_buffer(32), ctypes.create_string_buffer(64), 8, 0)
    refused('statmount', 457, 457, ctypes.create_string_buffer(32), ctypes.create_string_buffer(512), 512, 0)
    refused('open_tree_attr', 467, 467, _AT_FDCWD, b'/', 1, None, 0)
    return report()
