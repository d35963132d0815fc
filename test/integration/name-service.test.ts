/** Users of the machine's name service: a module of nsswitch.conf(5) of our own, in a private mount namespace. */
import { chmodSync, copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ControlService } from '../../src/gen/ptraced/v1/control_service_pb.js';
import { longPatience as timeout } from '../support/eventually.js';
import { nameService } from '../support/fixtures.js';
import { cliProgram } from '../support/paths.js';
import { run, startFixture } from '../support/program.js';
import { runCli } from '../support/ptracectl.js';
import { Client } from '../support/rpc.js';
import { type Server, startServer } from '../support/server.js';
import { create, launching } from '../support/session.js';

const ids = 'uid=54321(netuser) gid=54322 groups=54322,54323\n';

let folder: string;
/** Executes its arguments with that name service. */
let prefix: string[];
let server: Server;

beforeAll(async () => {
  folder = mkdtempSync(`${tmpdir()}/ptraced-test-`);
  chmodSync(folder, 0o755); // for the user itself
  copyFileSync(nameService('users'), `${folder}/libnss_ptraced.so.2`);
  writeFileSync(`${folder}/conf`, 'passwd: files ptraced\ngroup: files ptraced\n');
  const script = `mount --bind ${folder}/conf /etc/nsswitch.conf && exec "$@"`;
  const library = `LD_LIBRARY_PATH=${folder}`;
  const hang = `PTRACED_HANG=${folder}/hang`;
  prefix = ['unshare', '--mount', 'sh', '-c', script, 'sh', 'env', library, hang];
  server = await startServer({ prefix });
});

afterAll(async () => {
  await server[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true });
});

describe('a user that /etc/passwd does not have', () => {
  test('runs a command, with the groups of the name service, as under strace', {
    timeout,
  }, async () => {
    // Debian's: the oracle has a C library of its own, which knows no name service but files.
    const strace = await run([...prefix, 'strace', '-e', 'none', '-u', 'netuser', 'id'], '/');
    expect(strace.stdout.toString()).toBe(ids);
    for (const user of ['netuser', '54321']) {
      const options = ['trace', '-q', '-e', 'none', '-u', user];
      const own = await run([...prefix, cliProgram, ...options, 'id'], '/');
      expect(own.stdout.toString()).toBe(ids);
      const there = await runCli(server.address, ...options, '--inherit-env', 'id');
      expect(there.stdout).toBe(ids);
    }
  });

  test('is refused where the name service has none', { timeout }, async () => {
    for (const command of [
      ['trace', '-q', '-u', 'nosuchuser', 'id'],
      ['ps', '-u', 'nosuchuser'],
    ]) {
      const { stderr, end } = await runCli(server.address, ...command);
      expect(stderr).toContain(`'nosuchuser' is no user of the server's machine`);
      expect(end).toBe(2);
    }
  });

  test('has processes, which ps lists by name and by id', { timeout }, async () => {
    await using client = new Client(server.address);
    await using session = await create(
      client,
      launching(['sleep', '1000'], {}, { user: 'netuser' }),
    );
    const pid = session.created.rootPid;
    for (const user of ['netuser', '54321']) {
      const { stdout } = await runCli(server.address, 'ps', '-a', '-u', user);
      expect(
        stdout
          .split('\n')
          .slice(1, -1)
          .map((line) => Number.parseInt(line, 10)),
      ).toEqual([pid]);
    }
    const { listProcesses } = ControlService.method;
    await expect(client.unary(listProcesses, { user: 'root', uid: 0 })).rejects.toThrow(
      'FIELD_INVALID: user: excludes uid',
    );
    await expect(client.unary(listProcesses, { user: '4711' })).rejects.toThrow(
      "'4711' is no user of the server's machine: give uid instead",
    );
  });
});

describe('a name service', () => {
  test('that fails is not one without such a user', { timeout }, async () => {
    for (const command of [
      ['trace', '-u', 'breaks', 'id'],
      ['ps', '-u', 'breaks'],
    ]) {
      const { stderr, end } = await runCli(server.address, ...command);
      expect(stderr).toContain('USER_LOOKUP_FAILED: ');
      expect(stderr).toContain('Input/output error');
      expect(end).toBe(1);
    }
  });

  test('that hangs holds up the calls that ask it alone, for a bounded time', {
    timeout,
  }, async () => {
    // Of its own: threads that hang stay for a time.
    await using slow = await startServer({ prefix });
    await using client = new Client(slow.address);
    writeFileSync(`${folder}/hang`, '');
    using _ = { [Symbol.dispose]: () => rmSync(`${folder}/hang`) };
    const { listProcesses } = ControlService.method;
    const hanging = Array.from({ length: 16 }, () =>
      client.unary(listProcesses, { user: 'hangs' }).catch((error: unknown) => error),
    );
    const own = runCli(undefined, 'trace', '-q', '-e', 'none', '-u', 'nobody', 'true');
    // More than libuv has threads for, and others are served.
    await using program = await startFixture('echo-lines');
    const { processes } = await client.unary(listProcesses, { commRegex: '^echo-lines$' });
    expect(processes.map(({ pid }) => pid)).toContain(program.pid);
    await expect(client.unary(listProcesses, { user: 'root' })).rejects.toThrow('RATE_LIMIT: ');
    for (const error of await Promise.all(hanging)) {
      expect(String(error)).toContain('USER_LOOKUP_FAILED: the name service');
    }
    expect((await own).end).toBe(0);
  });

  test('that hangs does not keep ptracectl', { timeout }, async () => {
    writeFileSync(`${folder}/hang`, '');
    const traced = await run([...prefix, cliProgram, 'trace', '-u', 'hangs', 'id'], '/');
    expect(traced.stderr.toString()).toContain('USER_LOOKUP_FAILED: ');
  });
});
