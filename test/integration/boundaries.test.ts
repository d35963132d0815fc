/**
 * Commands with boundary values in every argument beside strace 7.2: what the prototypes cannot say, since there the
 * argument after a command is a long for all of them. A seccomp filter answers the calls, so that none has an effect.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { longPatience as timeout } from '../support/eventually.js';
import { fixture } from '../support/fixtures.js';
import { run } from '../support/program.js';
import { finishCli, startCli } from '../support/ptracectl.js';
import { oracle } from '../support/strace.js';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(`${tmpdir()}/ptraced-boundaries-`);
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

/** The calls that the filter answers, without the column of the result. */
function answered(file: string): string[] {
  const lines = readFileSync(file, 'latin1').split('\n');
  const from = lines.findIndex((line) => line.startsWith('seccomp(SECCOMP_SET_MODE_FILTER'));
  const to = lines.findLastIndex((line) => line.startsWith('exit_group('));
  return lines.slice(from + 1, to).map((line) => line.replace(/\) += /, ') = '));
}

/**
 * Calls whose lines are not strace's, and why: what the kernel (Linux 6.18) makes of the argument, or what
 * native/decode/docs/differences.md says.
 */
const byDesign: [RegExp, string][] = [
  [/^fcntl\(-?\d+, F_(DUPFD|DUPFD_CLOEXEC|SETLEASE|NOTIFY|SETPIPE_SZ|ADD_SEALS), /, 'an int'],
  [/^fcntl\(-?\d+, F_[GS]ETLKW?64, (NULL|0x)/, 'a structure by every call'],
  [/^prctl\(PR_SET_MDWE, /, 'a long, of which strace shows 32 bits'],
  [/^prctl\(PR_SET_SECCOMP, (?!SECCOMP_MODE_(STRICT|FILTER)\b)/, 'a filter for every mode'],
  [/^prctl\(PR_SET_SPECULATION_CTRL, 0x\w+ /, 'names for every misfeature'],
  [/^prctl\(PR_SET_VMA, 0x\w+ /, 'a size for every attribute'],
  [
    /^prctl\(PR_([GS]ET_FP_MODE|S[VM]E_[GS]ET_VL|PAC_\w+_KEYS|[GS]ET_TAGGED_ADDR_CTRL)\b/,
    'other architectures',
  ],
  [/^prctl\(PR_(RISCV_\w+|PPC_[GS]ET_DEXCR)\b/, 'other architectures'],
  [/^keyctl\(KEYCTL_(DH_COMPUTE|CAPABILITIES), .* = 0$/, 'a payload'],
  [/^ptrace\(PTRACE_PEEKSIGINFO, .* = 0$/, 'a payload'],
  [/^ptrace\(PTRACE_P(EEK|OKE)USER, -?\d+, (0x\w+|\d+), /, 'an offset that is no register'],
  [/^kcmp\(.*, KCMP_(FILE|EPOLL_TFD), /, 'unsigned descriptors'],
  [/^io_uring_register\(.*, 0x\w+, 0\) = /, 'an address of no elements'],
];

describe.each([
  ['x86_64', 'EDOM'],
  ['x86_64', '0'],
  ['i386', 'EDOM'],
  ['i386', '0'],
])('commands of %s that return %s', (arch, result) => {
  test('have the lines of strace for boundary values', { timeout }, async () => {
    const argv = [fixture('boundaries'), arch, result];
    await run([oracle(), '-o', `${folder}/strace`, ...argv], folder);
    const cli = startCli(undefined, 'trace', '--no-follow', '-o', `${folder}/ours`, ...argv);
    expect(await finishCli(cli)).toMatchObject({ stderr: '', end: 0 });
    const strace = answered(`${folder}/strace`);
    const ours = answered(`${folder}/ours`);
    expect(strace.length).toBeGreaterThan(20_000);
    expect(ours.length).toBe(strace.length);
    const different = ours.flatMap((line, index) => {
      const other = strace[index] ?? '';
      const isMeant = line === other || byDesign.some(([calls]) => calls.test(line));
      return isMeant ? [] : [`ours   ${line}\nstrace ${other}`];
    });
    expect(different.slice(0, 50)).toEqual([]);
    const meant = ours.filter((line, index) => line !== strace[index]);
    expect(meant.length).toBeLessThan(500);
  });
});
