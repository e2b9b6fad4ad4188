// Writes settings of the kernel and of its own confinement: core_pattern, sysrq, id maps, the out-of-memory score.
async function callme({ ...facts }) {
  const names = [
    'kernel/core_pattern',
    'kernel/modprobe',
    'kernel/hostname',
    'kernel/sysrq',
    'kernel/panic',
    'kernel/yama/ptrace_scope',
    'vm/drop_caches',
    'vm/overcommit_memory',
  ];
  names.push(
    'fs/binfmt_misc/register',
    'net/ipv4/ip_forward',
    'net/ipv4/ip_unprivileged_port_start',
    'user/max_user_namespaces',
    'fs/file-max',
  );
  const files = names.map((name) => `/proc/sys/${name}`);
  files.push(
    '/proc/sysrq-trigger',
    '/proc/1/oom_score_adj',
    '/proc/self/uid_map',
    '/proc/self/gid_map',
    '/proc/1/mem',
    '/proc/1/uid_map',
    '/proc/irq/0/smp_affinity',
    '/proc/mtrr',
  );
  for (const file of files) {
    await attempt(`write ${file}`, () => overwrite(file, '0 0 1'));
    await attempt(`chmod ${file}`, () => fs.chmodSync(file, 0o777) === undefined);
  }
  await attempt('escape the out-of-memory killer', () => overwrite('/proc/self/oom_score_adj', '-1000'));
  await attempt('allow setgroups', () => overwrite('/proc/self/setgroups', 'allow'));
  await attemptRun('sh', '-c', `echo 1 > /proc/sys/kernel/sysrq || echo h > /proc/sysrq-trigger # ${facts.attackId}`);
  return report();
}

module.exports = { callme };
