/**
 * Writes kernel_prototypes.inc: what the kernel's own prototypes say of the arguments of each syscall
 * of x86_64, in letters that prototypes.h explains, and the types as the kernel writes them. Needs a kernel with CONFIG_FTRACE_SYSCALLS and
 * CONFIG_DEBUG_INFO_BTF, and root to mount tracefs:
 *
 *   unshare -m sh -c 'mount -t tracefs none /sys/kernel/tracing &&
 *     node native/test/kernel-prototypes.mjs > native/test/kernel_prototypes.inc'
 *
 * tracefs has the arguments' types as SYSCALL_DEFINE names them (include/linux/syscalls.h,
 * SYSCALL_METADATA), BTF what these names mean.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { Btf } from './btf.mjs';

const events = '/sys/kernel/tracing/events/syscalls';

/** Calls whose entry in the kernel's table has another name than they have for programs. */
const programNames = {
  newfstat: 'fstat',
  newlstat: 'lstat',
  newstat: 'stat',
  newuname: 'uname',
  sendfile64: 'sendfile',
  umount: 'umount2',
};

/** A line of a format file: `field:umode_t mode; offset:32; size:8; signed:0;`. */
function fieldType(line) {
  return line
    .replace(/^\s*field:/, '')
    .replace(/;.*/, '')
    .replace(/\s*\w+$/, '');
}

/** The letter of an argument of this type. */
function letter(btf, type) {
  if (type.endsWith('*') || /\*\s*const$/.test(type)) {
    return 'p';
  }
  const { size, signed, pointer } = btf.resolve(type.replace(/\bconst\b/g, '').trim());
  if (pointer) {
    return 'p';
  }
  const letters = { 2: 'sS', 4: 'iI', 8: 'lL' }[size];
  if (letters === undefined) {
    throw new Error(`${type}: an argument of ${size} bytes`);
  }
  return letters[signed ? 0 : 1];
}

function prototype(btf, event) {
  const format = readFileSync(`${events}/${event}/format`, 'utf8');
  const fields = format.split('\n').filter((line) => line.startsWith('\tfield:'));
  const first = fields.findIndex((line) => line.includes('__syscall_nr'));
  const name = event.replace('sys_enter_', '');
  const types = fields.slice(first + 1).map(fieldType);
  const letters = types.map((type) => letter(btf, type));
  return [programNames[name] ?? name, letters.join(''), types.join(', ')];
}

const btf = new Btf(readFileSync('/sys/kernel/btf/vmlinux'));
const lines = readdirSync(events)
  .filter((event) => event.startsWith('sys_enter_'))
  .map((event) => prototype(btf, event))
  .filter(([, letters]) => letters !== '')
  .sort(([one], [other]) => (one < other ? -1 : 1))
  .map(([name, letters, types]) => `{"${name}", "${letters}"},  // ${types}\n`);
process.stdout.write(lines.join(''));
