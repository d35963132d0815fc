/**
 * The prototypes that the native tests hold the rows against are those of the running kernel, where it shows
 * them: tracefs needs root and CONFIG_FTRACE_SYSCALLS, BTF CONFIG_DEBUG_INFO_BTF.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';

const generator = new URL('../../native/test/kernel-prototypes.mjs', import.meta.url).pathname;
const committed = new URL('../../native/test/kernel_prototypes.inc', import.meta.url);
const tracefs = '/sys/kernel/tracing';

/** Runs a command in a mount namespace of its own in which tracefs is mounted. */
function withTracefs(command: string): { status: number | null; stdout: string } {
  const script = `mount -t tracefs none ${tracefs} && ${command}`;
  return spawnSync('unshare', ['-m', 'sh', '-c', script], { encoding: 'utf8' });
}

/** Letters by name: `{"accept", "ipp"},`. */
function prototypes(table: string): Map<string, string> {
  const lines = [...table.matchAll(/^\{"(\w+)", "(\w+)"\},$/gm)];
  return new Map(lines.map(([, name = '', letters = '']) => [name, letters]));
}

const shown =
  existsSync('/sys/kernel/btf/vmlinux') &&
  withTracefs(`test -d ${tracefs}/events/syscalls`).status === 0;

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
