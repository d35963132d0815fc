/**
 * Writes i386_prototypes.inc: what the kernel's headers say of the arguments of the calls that are i386's
 * own, in the letters of decode_width_test.cc. Tracing has no metadata of them.
 *
 *   node native/test/i386-prototypes.mjs /usr/src/linux-headers-6.1.0-55-common > native/test/i386_prototypes.inc
 */
import { readFileSync } from 'node:fs';

const kernel = process.argv[2];
const headers = ['syscalls.h', 'compat.h'].map((name) => `${kernel}/include/linux/${name}`);

/** Letters of the types of arguments in a register of 32 bits; pointers have a star. */
const letters = {
  i: [
    'int',
    'pid_t',
    'long',
    'clockid_t',
    'timer_t',
    'mqd_t',
    'rwf_t',
    'key_t',
    'key_serial_t',
    'qid_t',
    'compat_pid_t',
    'compat_long_t',
    'compat_off_t',
    'compat_int_t',
    'compat_key_t',
    'off_t',
    'compat_ssize_t',
    'ssize_t',
    'compat_timer_t',
    '__s32',
    'compat_mqd_t',
  ],
  I: [
    'unsigned int',
    'unsigned',
    'unsigned long',
    'u32',
    '__u32',
    'size_t',
    'uid_t',
    'gid_t',
    'compat_size_t',
    'compat_ulong_t',
    'compat_aio_context_t',
    'aio_context_t',
    'compat_uint_t',
    'old_sigset_t',
    'compat_old_sigset_t',
    'compat_dev_t',
    'uint32_t',
  ],
  S: ['umode_t', 'compat_mode_t', 'old_uid_t', 'old_gid_t'],
  p: ['compat_uptr_t', '__sighandler_t'],
  // Two registers with a number of 64 bits.
  QQ: ['compat_arg_u64', 'loff_t'],
};
const letterOf = new Map(
  Object.entries(letters).flatMap(([letter, types]) => types.map((type) => [type, letter])),
);

/** Entries of the kernel whose calls have another name for programs. */
function programName(entry) {
  const name = entry.replace(/^(compat_)?sys_/, '').replace(/^old_(?=mmap|readdir)/, '');
  return name
    .replace(/(?<=^(?:l|f)?chown|[gs]et(?:res?|fs)?[ug]id|[gs]etgroups)16$/, '')
    .replace(/^stime32$/, 'stime');
}

function letter(argument) {
  if (argument.includes('*')) {
    return 'p';
  }
  const type = argument
    .replace(/\(.*/, '')
    .replace(/\bconst\b|__user/g, '')
    .trim();
  const found = letterOf.get(type) ?? letterOf.get(type.replace(/\s*\w+$/, ''));
  if (found === undefined) {
    throw new Error(`${argument}: a type without a letter`);
  }
  return found;
}

/** Whether an entry is i386's own: of the compat layer, of 16-bit ids, or of a call that x86_64 never had. */
const own =
  /^compat_sys_|16$|^sys_(?:stime32|old_mmap|old_readdir|nice|waitpid|signal|sigsuspend|ssetmask|llseek|[lf]?stat64|fstatat64)$/;

/** Entries of arch/x86/kernel/sys_ia32.c whose arguments are not those of any that a header declares. */
const lines = new Map([
  ['clone', 'IIpIp'],
  ['fadvise64', 'iQQIi'],
]);
for (const header of headers) {
  const text = readFileSync(header, 'utf8').replace(/\/\*.*?\*\//gs, '');
  for (const [, entry, list] of text.matchAll(
    /asmlinkage\s+long\s+((?:compat_)?sys_\w+)\s*\(([^;]*?)\)\s*;/gs,
  )) {
    const args = list
      .replace(/\s+/g, ' ')
      .split(',')
      .map((part) => part.trim());
    if (own.test(entry) && args[0] !== 'void' && !entry.includes('ia32')) {
      lines.set(programName(entry), args.map(letter).join(''));
    }
  }
}
const sorted = [...lines].sort(([one], [other]) => (one < other ? -1 : 1));
process.stdout.write(sorted.map(([name, of]) => `{"${name}", "${of}"},\n`).join(''));
