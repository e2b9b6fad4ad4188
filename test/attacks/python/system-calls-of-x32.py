# Makes system calls by the numbers of x32, which filters forget.
# only: x64
def callme(**facts):
    for name, number in (('mount', 165), ('umount2', 166), ('chroot', 161), ('unshare', 272), ('setns', 308), ('ptrace', 521), ('bpf', 321), ('keyctl', 250),
                         ('kexec_load', 528), ('process_vm_readv', 539), ('init_module', 175), ('socket', 41), ('mknod', 133), ('clone', 56), ('getpid', 39)):
        refused(name, 0x4000_0000 | number, None, 17, 3, 0, 0, 0)
    return report()
