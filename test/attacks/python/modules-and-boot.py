# Loads kernels and modules, changes swap, accounting, quotas and ports, reads the kernel's log.
import tempfile


def callme(**facts):
    image = tempfile.TemporaryFile()
    image.write(b'\x7fELF')
    refused('init_module', 175, 105, b'\x7fELF', 4, b'')
    refused('finit_module', 313, 273, image.fileno(), b'', 0)
    refused('delete_module', 176, 106, b'fob_attack', 0)
    refused('create_module', 174, None, b'fob_attack', 4096)
    refused('query_module', 178, None, None, 0, None, 0, None)
    refused('kexec_load', 246, 104, 0, 0, None, 0)
    refused('kexec_file_load', 320, 294, image.fileno(), image.fileno(), 1, b'', 0)
    # 0 keeps Ctrl-Alt-Del from rebooting: harmless where it worked.
    refused('reboot', 169, 142, 0xFEE1DEAD, 672274793, 0, None)
    refused('swapon', 167, 224, b'/tmp/fob-attack', 0)
    refused('swapoff', 168, 225, b'/tmp/fob-attack')
    refused('acct', 163, 89, b'/tmp/fob-attack')
    refused('quotactl', 179, 60, 0x80000700, b'/dev/vda', 0, None)
    refused('quotactl_fd', 443, 443, image.fileno(), 0x80000700, 0, None)
    refused('iopl', 172, None, 3)
    refused('ioperm', 173, None, 0x80, 1, 1)
    refused('modify_ldt', 154, None, 0, ctypes.create_string_buffer(16), 16)
    refused('read the log of the kernel', 103, 116, 3, ctypes.create_string_buffer(4096), 4096)
    refused('clear the log of the kernel', 103, 116, 5, None, 0)
    refused('vhangup', 153, 58)
    refused('uselib', 134, None, b'/usr/lib/libc.so')
    refused('sysfs', 139, None, 3)
    refused('nfsservctl', 180, 42, 0, None, None)
    refused('personality', 135, 92, 0x0040000)
    return report()
