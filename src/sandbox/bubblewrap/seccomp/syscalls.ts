/** System call numbers on x86-64 and on 64-bit Arm, where the call exists there. */
export type Numbers = { readonly x64?: number; readonly arm64?: number };

function both(x64: number, arm64: number): Numbers {
  return { x64, arm64 };
}

/** Calls since Linux 5.0 have one number on all architectures. */
function same(number: number): Numbers {
  return { x64: number, arm64: number };
}

function onlyX64(x64: number): Numbers {
  return { x64 };
}

/** What a function never needs: each is refused with EPERM. */
export const REFUSED: Readonly<Record<string, Numbers>> = {
  // Mounts and roots.
  mount: both(165, 40),
  umount2: both(166, 39),
  pivot_root: both(155, 41),
  chroot: both(161, 51),
  open_tree: same(428),
  move_mount: same(429),
  fsopen: same(430),
  fsconfig: same(431),
  fsmount: same(432),
  fspick: same(433),
  mount_setattr: same(442),
  statmount: same(457),
  listmount: same(458),
  // Namespaces; `clone` with such flags is refused too.
  unshare: both(272, 97),
  setns: both(308, 268),
  // Other processes.
  ptrace: both(101, 117),
  process_vm_readv: both(310, 270),
  process_vm_writev: both(311, 271),
  process_madvise: same(440),
  process_mrelease: same(448),
  pidfd_getfd: same(438),
  kcmp: both(312, 272),
  // Big kernel surfaces.
  bpf: both(321, 280),
  perf_event_open: both(298, 241),
  userfaultfd: both(323, 282),
  io_uring_setup: same(425),
  io_uring_enter: same(426),
  io_uring_register: same(427),
  memfd_secret: same(447),
  fanotify_init: both(300, 262),
  fanotify_mark: both(301, 263),
  lsm_get_self_attr: same(459),
  lsm_set_self_attr: same(460),
  lsm_list_modules: same(461),
  // Keys.
  add_key: both(248, 217),
  request_key: both(249, 218),
  keyctl: both(250, 219),
  // Files by handle, past the paths that are shown.
  name_to_handle_at: both(303, 264),
  open_by_handle_at: both(304, 265),
  // The machine: kernels, modules, swap, quota, clocks, ports, names, logs.
  kexec_load: both(246, 104),
  kexec_file_load: both(320, 294),
  create_module: onlyX64(174),
  init_module: both(175, 105),
  finit_module: both(313, 273),
  delete_module: both(176, 106),
  get_kernel_syms: onlyX64(177),
  query_module: onlyX64(178),
  reboot: both(169, 142),
  swapon: both(167, 224),
  swapoff: both(168, 225),
  acct: both(163, 89),
  quotactl: both(179, 60),
  quotactl_fd: same(443),
  settimeofday: both(164, 170),
  clock_settime: both(227, 112),
  clock_adjtime: both(305, 266),
  adjtimex: both(159, 171),
  iopl: onlyX64(172),
  ioperm: onlyX64(173),
  modify_ldt: onlyX64(154),
  sethostname: both(170, 161),
  setdomainname: both(171, 162),
  syslog: both(103, 116),
  vhangup: both(153, 58),
  nfsservctl: both(180, 42),
  lookup_dcookie: both(212, 18),
  uselib: onlyX64(134),
  sysfs: onlyX64(139),
  _sysctl: onlyX64(156),
  vserver: onlyX64(236),
  personality: both(135, 92),
  // Where memory lies.
  mbind: both(237, 235),
  set_mempolicy: both(238, 237),
  set_mempolicy_home_node: same(450),
  migrate_pages: both(256, 238),
  move_pages: both(279, 239),
};

/** Calls whose arguments decide. */
export const EXAMINED = {
  clone: both(56, 220),
  clone3: same(435),
  socket: both(41, 198),
  socketpair: both(53, 199),
  ioctl: both(16, 29),
  mknod: onlyX64(133),
  mknodat: both(259, 33),
} as const satisfies Record<string, Numbers>;

/** The newest call that was looked at for this filter (`mseal`, Linux 6.10). Later ones do not exist inside. */
export const LAST_KNOWN = 462;
