/** What a process of the server's user can do to it that the server has not launched: docs/security.md. */
import { execFileSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import { fixture } from '../support/fixtures.js';
import { type Server, startServer } from '../support/server.js';

const withoutCapabilities = ['--bounding-set=-all', '--inh-caps=-all', '--no-new-privs'];

/** How the attempts of a process of this user ended. */
function attempts(server: Server, uid: number): Map<string, string> {
  const user = uid === 0 ? [] : [`--reuid=${uid}`, `--regid=${uid}`, '--clear-groups'];
  const attack = [fixture('hostile'), String(server.pid), server.socket, '0', 'stranger'];
  const told = execFileSync('setpriv', [...user, ...withoutCapabilities, ...attack], {
    encoding: 'utf8',
  });
  const lines = told.trimEnd().split('\n');
  expect(lines.at(-1)).toBe('end');
  return new Map(
    lines.map((line) => {
      const space = line.lastIndexOf(' ');
      return [line.slice(0, space), line.slice(space + 1)] as const;
    }),
  );
}

describe.each([
  ['root', 0],
  ['another user', 65534],
] as const)('a neighbour of a server that runs as %s', (_, uid) => {
  test('of its uid, without capabilities, cannot trace or read it', async () => {
    await using server = await startServer(uid === 0 ? {} : { uid });
    const found = [...attempts(server, uid)].filter(([name]) => !/^(connect|en)/.test(name));
    expect(found.length).toBeGreaterThan(20);
    expect(found.filter(([, end]) => !/^(E(PERM|ACCES)|empty)$/.test(end))).toEqual([]);
  });

  test('of its uid can connect', async () => {
    await using server = await startServer(uid === 0 ? {} : { uid });
    expect(attempts(server, uid).get('connect')).toBe('answered');
  });
});
