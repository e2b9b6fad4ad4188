# Writes settings of the kernel and of its own confinement: core_pattern, sysrq, limits, id maps, the out-of-memory score.
def callme(**facts):
    for path in ('/proc/sys/kernel/core_pattern', '/proc/sys/kernel/modprobe', '/proc/sys/kernel/hotplug',
                 '/proc/sys/kernel/hostname', '/proc/sys/kernel/domainname', '/proc/sys/kernel/randomize_va_space',
                 '/proc/sys/kernel/unprivileged_bpf_disabled', '/proc/sys/kernel/yama/ptrace_scope', '/proc/sys/kernel/panic',
                 '/proc/sys/kernel/shmmax', '/proc/sys/kernel/ns_last_pid', '/proc/sys/kernel/sysrq', '/proc/sys/vm/drop_caches',
                 '/proc/sys/vm/overcommit_memory', '/proc/sys/fs/file-max', '/proc/sys/fs/protected_symlinks',
                 '/proc/sys/fs/binfmt_misc/register', '/proc/sys/net/ipv4/ip_forward', '/proc/sys/net/ipv4/ip_unprivileged_port_start',
                 '/proc/sys/user/max_user_namespaces', '/proc/sysrq-trigger', '/proc/1/oom_score_adj', '/proc/irq/0/smp_affinity',
                 '/proc/mtrr', '/proc/acpi/wakeup', '/proc/1/uid_map', '/proc/self/uid_map', '/proc/self/gid_map',
                 '/proc/1/mem', '/proc/1/comm', '/proc/1/loginuid', '/proc/1/timens_offsets'):
        if path == '/proc/1/comm':
            continue
        attempt('write ' + path, overwrite, path, b'')
        attempt('overwrite ' + path, overwrite, path, b'0 0 1')
        attempt('chmod ' + path, lambda: os.chmod(path, 0o777) is None)
    attempt('allow setgroups', overwrite, '/proc/self/setgroups', b'allow')
    attempt('escape the out-of-memory killer', overwrite, '/proc/self/oom_score_adj', b'-1000')
    return report()
