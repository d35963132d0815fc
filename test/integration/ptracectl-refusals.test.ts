/** A wrong command line: one line that says how, and one status, whoever finds it. */

import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect } from 'vitest';
import { eventually, longPatience as timeout } from '../support/eventually.js';
import { fixture } from '../support/fixtures.js';
import { untraced } from '../support/proc.js';
import { run, startFixture } from '../support/program.js';
import { finishCli, runCli, startCli } from '../support/ptracectl.js';
import { test } from '../support/server-cli.js';
import { oracle } from '../support/strace.js';

/** A message, and where to read on. */
const ONE_SHAPE = /^ptracectl: [^\n]+\nTry 'ptracectl (?:\w+ )?--help' for more information\.\n$/;

describe('a wrong command line', () => {
  test.for([
    [
      'atach 1',
      "unknown command 'atach'; did you mean 'attach'?\nTry 'ptracectl --help' for more information.\n",
    ],
    [
      'trace --ouptut=x true',
      "unrecognized option '--ouptut'; did you mean '--output'?\nTry 'ptracectl trace --help' for more information.\n",
    ],
    [
      'trace -e trace-fdz=77 -e trace=close true',
      "invalid -e qualifier: 'trace-fdz'; did you mean 'trace-fds'?\nTry 'ptracectl trace --help' for more information.\n",
    ],
    [
      'trace -e opne true',
      "invalid -e argument: UNKNOWN_SYSCALL: opne; did you mean 'open'?\nTry 'ptracectl trace --help' for more information.\n",
    ],
    [
      'trace -e %fiel true',
      "invalid -e argument: UNKNOWN_SYSCALL: %fiel; did you mean '%file'?\nTry 'ptracectl trace --help' for more information.\n",
    ],
    [
      'trace -e /( true',
      "invalid -e argument: UNKNOWN_SYSCALL: /(\nTry 'ptracectl trace --help' for more information.\n",
    ],
    ['record /dev/null -e nosuchcall true', 'invalid -e argument: UNKNOWN_SYSCALL: nosuchcall'],
  ] as const)('%s', { timeout }, async ([line, message]) => {
    const { stdout, stderr, end } = await runCli(undefined, ...line.split(' '));
    expect({ stdout, end }).toEqual({ stdout: '', end: 2 });
    expect(stderr).toMatch(ONE_SHAPE);
    expect(stderr).toContain(`ptracectl: ${message}`);
  });

  test('is one to every command', { timeout }, async ({ cli }) => {
    await using program = await startFixture('echo-lines');
    const pid = String(program.pid);
    const unknown = 'invalid -e argument: UNKNOWN_SYSCALL: nosuchcall';
    expect(await cli.refuses('trace', '-D', '-e', 'nosuchcall', 'true')).toBe(unknown);
    expect(await cli.refuses('attach', '-D', '-e', 'nosuchcall', pid)).toBe(unknown);
    await using other = await startFixture('echo-lines');
    const pids = [pid, String(other.pid)];
    const two = await runCli(undefined, 'attach', '-e', 'nosuchcall', ...pids);
    expect(two.end).toBe(2);
    expect(two.stderr).toMatch(ONE_SHAPE);
    const name = await cli.attach(program.pid);
    expect(await cli.refuses('subscribe', '-e', 'nosuchcall', name)).toBe(unknown);
    expect(await cli.refuses('ps', '(')).toMatch(/^FIELD_INVALID: /);
  });
});

test('trace-fds is taken whatever stands beside it', { timeout }, async () => {
  const close = (await runCli(undefined, 'trace', '-e', 'trace=close', 'true')).stderr;
  expect(close.match(/^close\(/gm)?.length).toBeGreaterThan(0);
  for (const args of [
    ['-e', 'trace-fds=77', '-e', 'trace=close'],
    ['-e', 'trace=close', '-e', 'fd=77'],
  ]) {
    const { stderr, end } = await runCli(undefined, 'trace', ...args, fixture('call-flood'), '1');
    expect({ end, stderr }).toEqual({ end: 0, stderr: '+++ exited with 0 +++\n' });
  }
  const read = await runCli(
    undefined,
    'trace',
    '-e',
    'trace-fds=3',
    '-e',
    'status=successful',
    'true',
  );
  expect(read.stderr).toMatch(/^close\(3\) /m);
  expect(read.stderr).not.toMatch(/^(brk|access|execve)\(/m);
});

test.for([
  ['read,write,execve,readlink', 'cp', '/etc/hostname', '/dev/null'],
  ['uname,write', 'uname', '-a'],
])('-s 0 shows no byte of a string: %j', { timeout }, async ([calls = '', ...command]) => {
  const args = ['-s', '0', '-e', calls, ...command];
  const [expected, shown] = await Promise.all([
    run([oracle(), ...args], '/'),
    runCli(undefined, 'trace', ...args),
  ]);
  const lines = (text: string) => text.replaceAll(/0x[0-9a-f]+|\d+ vars/g, '');
  expect(lines(shown.stderr)).toBe(lines(expected.stderr.toString()));
  expect(shown.stderr).toMatch(/, ""\.\.\., \d+\)/m);
});

test('Ctrl-C ends a session as its client asks, not as one whose holder vanished', {
  timeout,
}, async ({ server, cli }) => {
  await using program = await startFixture('echo-lines');
  for (const args of [
    ['attach', String(program.pid)],
    ['trace', 'sleep', '1000'],
  ]) {
    const before = server.log.length;
    const tracing = startCli(cli.address, ...args);
    await eventually('a session', () => server.log.slice(before).includes('session started'));
    await once(tracing.stderr, 'data');
    tracing.kill('SIGINT');
    expect((await finishCli(tracing)).end).toBe('SIGINT');
    await eventually('its end', () => server.log.slice(before).includes('session ended'));
    expect(server.log.slice(before)).toContain('"cause":"CLIENT_REQUEST"');
  }
  await eventually('a free process', () => untraced(program.pid));
});

test('a server that is none is called by its address', { timeout }, async () => {
  await using web = createServer((_, response) => response.writeHead(404).end('no'));
  web.listen(0, '127.0.0.1');
  await once(web, 'listening');
  const address = `127.0.0.1:${(web.address() as AddressInfo).port}`;
  for (const args of [['sessions'], ['trace', 'true'], ['subscribe', 'a']]) {
    const { stderr, end } = await runCli(address, ...args);
    expect(end).toBe(1);
    expect(stderr).toMatch(/^ptracectl: [^\n]+\n$/);
    expect(stderr).toContain(address);
  }
});
