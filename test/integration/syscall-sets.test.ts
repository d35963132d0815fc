/** E1: sets of calls are those of `strace -e trace=`, for every class and 200 expressions. */
import { describe, expect } from 'vitest';
import { ServerService } from '../../src/gen/ptraced/v1/server_service_pb.js';
import { longPatience as timeout } from '../support/eventually.js';
import { fixture } from '../support/fixtures.js';
import { test } from '../support/harness.js';
import type { Client } from '../support/rpc.js';
import { underStrace } from '../support/strace.js';

const classes = [
  '%file',
  '%process',
  '%network',
  '%net',
  '%signal',
  '%ipc',
  '%desc',
  '%memory',
  '%creds',
  '%stat',
  '%lstat',
  '%fstat',
  '%%stat',
  '%statfs',
  '%fstatfs',
  '%%statfs',
  '%pure',
  '%clock',
  'file',
  'process',
  'network',
  'signal',
  'ipc',
  'desc',
  'memory',
];

/** Names that strace gives to the calls of the fixture that it selects. */
async function ofStrace(folder: string, expression: string): Promise<Set<string>> {
  const options = ['-e', `trace=${expression}`, '-e', 'signal=none'];
  const { log } = await underStrace([fixture('every-call')], folder, options);
  const calls = log.split('\n').filter((line) => line.includes(' EDOM '));
  const names = calls.map((line) => /^\d+ +(\w+)\(/.exec(line)?.[1] ?? line);
  // Numbers that no table has belong to every set.
  return new Set(names.filter((name) => !name.startsWith('syscall_0x')));
}

async function ours(client: Client, expression: string): Promise<Set<string>> {
  const request = { syscalls: [expression] };
  const { syscalls } = await client.unary(ServerService.method.listSyscalls, request);
  return new Set(syscalls.map(({ name }) => name));
}

/** Where the two differ, among the calls that both know and the fixture makes. */
async function differences(client: Client, folder: string, expressions: string[]) {
  const known = await ofStrace(folder, 'all');
  const found: string[] = [];
  for (const expression of expressions) {
    const theirs = await ofStrace(folder, expression);
    const set = await ours(client, expression);
    for (const name of known) {
      if (theirs.has(name) !== set.has(name)) {
        found.push(`${expression}: ${name} is ${set.has(name) ? 'ours' : 'theirs'} alone`);
      }
    }
  }
  return { known: known.size, found };
}

/** So many expressions of names, numbers, classes and regular expressions, always the same ones. */
function expressions(count: number): string[] {
  const items = [
    ...classes.filter((name) => name.startsWith('%')),
    ...['read', 'openat', 'close', 'mmap', 'clone3', 'futex', 'ioctl', 'statx', 'kill', 'ptrace'],
    ...['0', '1', '59', '231', '334', '424', '435'],
    ...['/^open', '/stat', '/^(read|write)v?$', '/64$', '/at2?$', '/_', '/^sched_.*param'],
    ...['?nosuchcall', '?read', '?%clock', 'read@64', 'write@32', '0@64'],
  ];
  let seed = 20251124;
  const random = (below: number): number => {
    seed = (Math.imul(seed, 1103515245) + 12345) & 0x7fffffff;
    return (seed >> 8) % below;
  };
  return Array.from({ length: count }, () => {
    const picked = Array.from({ length: 1 + random(4) }, () => items[random(items.length)]);
    return `${random(3) === 0 ? '!' : ''}${picked.join(',')}`;
  });
}

describe('strace selects the same calls', () => {
  test('for every class and its complement', { timeout: 4 * timeout }, async ({
    client,
    folder,
  }) => {
    const wanted = classes.flatMap((name) => [name, `!${name}`]);
    const { known, found } = await differences(client, folder, wanted);
    expect(known).toBeGreaterThan(350);
    expect(found).toEqual([]);
  });

  test('for 200 expressions', { timeout: 8 * timeout }, async ({ client, folder }) => {
    const { found } = await differences(client, folder, expressions(200));
    expect(found).toEqual([]);
  });
});
