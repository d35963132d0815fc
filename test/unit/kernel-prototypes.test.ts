/**
 * The prototypes that the native tests hold the rows against: the letters are what the kernel's types are on x86_64,
 * and the types are those of the running kernel, where it shows them: tracefs needs root and CONFIG_FTRACE_SYSCALLS, BTF
 * CONFIG_DEBUG_INFO_BTF.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';

const generator = new URL('../../native/test/kernel-prototypes.mjs', import.meta.url).pathname;
const committed = new URL('../../native/test/kernel_prototypes.inc', import.meta.url);
const newerNumbers = new URL('../../native/decode/syscalls/newer_numbers.h', import.meta.url);
const tracefs = '/sys/kernel/tracing';

/** Runs a command in a mount namespace of its own in which tracefs is mounted. */
function withTracefs(command: string): { status: number | null; stdout: string } {
  const script = `mount -t tracefs none ${tracefs} && ${command}`;
  return spawnSync('unshare', ['-m', 'sh', '-c', script], { encoding: 'utf8' });
}

interface Prototype {
  letters: string;
  /** As the kernel writes them: `int, struct sockaddr *, int *`. */
  types: string;
}

/** By name: `{"accept", "ipp"},  // int, struct sockaddr *, int *`. */
function prototypes(table: string): Map<string, Prototype> {
  const lines = [...table.matchAll(/^\{"(\w+)", "(\w+)"\}, {2}\/\/ (.+)$/gm)];
  return new Map(
    lines.map(([, name = '', letters = '', types = '']) => [name, { letters, types }]),
  );
}

/**
 * Types of x86_64's kernel by letter: include/linux/types.h, include/uapi/asm-generic/posix_types.h and
 * int-ll64.h. BTF, by which the table was made, has no part in it.
 */
const typesByLetter: Readonly<Record<string, string>> = {
  i: '__s32, clockid_t, int, key_serial_t, key_t, mqd_t, pid_t, rwf_t, timer_t',
  I: '__u32, enum landlock_rule_type, gid_t, qid_t, u32, uid_t, unsigned, unsigned int',
  l: 'loff_t, long, off_t',
  L: '__u64, aio_context_t, size_t, unsigned long',
  S: 'umode_t',
  p: 'cap_user_data_t, cap_user_header_t',
};

/** The letter of a type of the kernel, by its name alone. */
function letterOf(type: string): string {
  const plain = type.replace(/\bconst\b/g, '').trim();
  if (plain.endsWith('*')) {
    return 'p';
  }
  const found = Object.entries(typesByLetter).find(([, types]) =>
    types.split(', ').includes(plain),
  );
  return found?.[0] ?? `no letter for ${type}`;
}

const shown =
  existsSync('/sys/kernel/btf/vmlinux') &&
  withTracefs(`test -d ${tracefs}/events/syscalls`).status === 0;

describe('the letters of the prototypes', () => {
  const text = readFileSync(committed, 'utf8');
  const table = prototypes(text);

  test('are those of their types', () => {
    expect(table.size).toBe(text.trimEnd().split('\n').length);
    expect(table.size).toBeGreaterThan(300);
    const letters = [...table].map(([name, { types }]) => [
      name,
      types.split(', ').map(letterOf).join(''),
    ]);
    expect(letters).toEqual([...table].map(([name, prototype]) => [name, prototype.letters]));
  });

  test('are of calls that the headers of the kernel have a number for', () => {
    const header = readFileSync('/usr/include/x86_64-linux-gnu/asm/unistd_64.h', 'utf8');
    const newer = readFileSync(newerNumbers, 'utf8');
    const numbered = new Set(
      [...`${header}${newer}`.matchAll(/__NR_(\w+)/g)].map(([, name = '']) => name),
    );
    expect([...table.keys()].filter((name) => !numbered.has(name))).toEqual([]);
  });
});

describe.runIf(shown)('the prototypes of the native tests', () => {
  test('are those of the running kernel', () => {
    const { status, stdout } = withTracefs(`'${process.execPath}' '${generator}'`);
    expect(status).toBe(0);
    const running = prototypes(stdout);
    expect(running.size).toBeGreaterThan(300);
    // A kernel may have calls that the table lacks, and lack some that it has.
    const common = [...prototypes(readFileSync(committed, 'utf8'))].filter(([name]) =>
      running.has(name),
    );
    expect(common.length).toBeGreaterThan(300);
    expect(common.map(([name]) => [name, running.get(name)])).toEqual(common);
  });
});
