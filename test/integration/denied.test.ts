/** PTRACE_DENIED, where the kernel refuses: what `hint` says of the cause (docs/errors.md). */
import { chmodSync, copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import type { ServiceError } from '@grpc/grpc-js';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readErrorDetails } from '../../src/client/error-details.js';
import { fixture } from '../support/fixtures.js';
import { footprint } from '../support/leaks.js';
import { root } from '../support/paths.js';
import { Program, startFixture } from '../support/program.js';
import { Client } from '../support/rpc.js';
import { Server, type ServerOptions } from '../support/server.js';
import { oracle } from '../support/strace.js';
import { attach, launch, type TraceInit, traceToEnd } from '../support/trace.js';

/** ptrace(2) of x86_64. */
const ptrace = 101;
const withoutCapability = ['setpriv', '--bounding-set', '-sys_ptrace', '--inh-caps', '-sys_ptrace'];

/** A server that cannot trace, so that it does not warm up as others do. */
async function denyingServer(options: ServerOptions): Promise<Server> {
  const server = new Server({ label: 'denying', ...options });
  await server.ready();
  server.idle = footprint(server.pid);
  return server;
}

/** The hint of a request that the kernel refuses, which ends the message too. */
async function hintOf(options: ServerOptions, request: TraceInit): Promise<string> {
  await using server = await denyingServer(options);
  await using client = new Client(server.address);
  const error: unknown = await traceToEnd(client, request).catch((refused) => refused);
  const { details, metadata } = error as ServiceError;
  const status = metadata.get('grpc-status-details-bin')[0];
  const hint = readErrorDetails(status as Buffer).metadata['hint'] ?? '';
  expect(details.startsWith('PTRACE_DENIED: ')).toBe(true);
  expect(details.endsWith(`: ${hint}`)).toBe(true);
  return hint;
}

describe('a launch is refused', () => {
  const run = launch(['/bin/true']);

  test('by a seccomp filter on the server', async () => {
    const prefix = [fixture('without-call'), String(ptrace), '/usr/bin/env'];
    expect(await hintOf({ prefix }, run)).toMatch(/^a seccomp filter is in force on the server/);
  });

  test('since the server is traced, and what it starts with it', async () => {
    const prefix = [oracle(), '-f', '-qq', '-o', '/dev/null'];
    expect(await hintOf({ prefix, prefixForks: true }, run)).toMatch(
      /^perhaps process \d+, which traces the server/,
    );
  });

  test('for another user, without CAP_SYS_PTRACE', async () => {
    const other = launch(['/bin/true'], {}, { uid: 4321, gid: 4321 });
    expect(await hintOf({ prefix: withoutCapability }, other)).toBe(
      'the command runs as uid 4321 and the server lacks CAP_SYS_PTRACE',
    );
  });
});

describe('a launch by a server whose program may not be read', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(`${tmpdir()}/ptraced-test-`);
    chmodSync(folder, 0o755);
    copyFileSync(process.execPath, `${folder}/node`);
    chmodSync(`${folder}/node`, 0o711);
  });
  afterAll(() => {
    rmSync(folder, { recursive: true });
  });

  // A server is never dumpable, and its commands make themselves so.
  test('is not refused', async () => {
    const prefix = ['/bin/sh', '-c', `shift; exec ${folder}/node ${root}/dist/main.js "$@"`, 'sh'];
    await using server = await denyingServer({ prefix, uid: 65534 });
    await using client = new Client(server.address);
    const { ended } = await traceToEnd(client, launch(['/bin/true']));
    expect(ended?.rootExit?.exitCode).toBe(0);
  });
});

describe('an attach is refused', () => {
  test('since the process is outside of the user namespace of the server', async () => {
    await using program = await startFixture('echo-lines');
    const server = { prefix: ['unshare', '-Ur'] };
    expect(await hintOf(server, attach(program.pid))).toMatch(
      /^the process is outside of the server's user namespace/,
    );
  });

  test('by a seccomp filter on the server', async () => {
    await using program = await startFixture('echo-lines');
    const prefix = [fixture('without-call'), String(ptrace), '/usr/bin/env'];
    expect(await hintOf({ prefix }, attach(program.pid))).toMatch(/^a seccomp filter is in force/);
  });

  test('since the process is not dumpable', async () => {
    await using program = new Program(fixture('undumpable'), [], { uid: 65534 });
    await program.line();
    expect(await hintOf({ uid: 65534 }, attach(program.pid))).toMatch(
      /^perhaps the process is not dumpable/,
    );
  });
});
