/** Threads, processes, descriptors and memory that run out: RESOURCE_EXHAUSTED to whoever asks for more. */
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { describe, expect, test } from 'vitest';
import { MemoryService } from '../../src/gen/ptraced/v1/memory_service_pb.js';
import { eventually } from '../support/eventually.js';
import { expectAnswers, expectEnds, PidsGroup, reasonOf } from '../support/hostile.js';
import * as proc from '../support/proc.js';
import { startFixture } from '../support/program.js';
import { Client } from '../support/rpc.js';
import { type Server, startServer } from '../support/server.js';
import { attaching, create, launching } from '../support/session.js';

const systemLimit = 'RESOURCE_EXHAUSTED SYSTEM_LIMIT';

function setLimit(server: Server, resource: 'nofile' | 'nproc' | 'as', value: number): void {
  // As its user: who is another needs CAP_SYS_RESOURCE (prlimit(2)). The folder is root's, the server not dumpable.
  const status = readFileSync(`/proc/${server.pid}/status`, 'utf8');
  const uid = Number(/^Uid:\s*(\d+)/m.exec(status)?.[1]);
  execFileSync('prlimit', [`--pid=${server.pid}`, `--${resource}=${value}:`], { uid, gid: uid });
}

/** A server that cannot keep processes of its user from its limits: docs/security.md. */
const withoutSetgid = ['setpriv', '--bounding-set', '-setgid', '--inh-caps', '-setgid'];

/** User and system time of a process, in milliseconds. */
function cpuMs(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
  return (Number(fields[11]) + Number(fields[12])) * 10;
}

/** What needs a thread or a process of the server, asked for while there is none. */
async function expectRefused(client: Client, pid: number): Promise<void> {
  expect(await reasonOf(create(client, launching(['/bin/true'])))).toBe(systemLimit);
  expect(await reasonOf(create(client, attaching(pid)))).toBe(systemLimit);
}

describe('no task is left', () => {
  test('in the control group, beside a fork bomb', async () => {
    await using group = new PidsGroup('limit');
    await using server = await startServer({ prefix: group.prefix });
    await using client = new Client(server.address);
    await using other = new Client(server.address);
    await using traced = await startFixture('echo-lines');
    await using free = await startFixture('echo-lines');
    {
      await using session = await create(client, attaching(traced.pid));
      await group.fill(4);
      await expectRefused(client, free.pid);
      // The first read of a session's memory makes a thread.
      const { listMappings } = MemoryService.method;
      const mappings = client.unary(listMappings, { session: session.name, pid: traced.pid });
      expect(await reasonOf(mappings)).toBe(systemLimit);
      await expectAnswers(other);
      await group.empty();
      await client.unary(listMappings, { session: session.name, pid: traced.pid });
      await using again = await create(client, attaching(free.pid));
      expect(again.name).not.toBe(session.name);
    }
    await group.fill(4);
    await expectRefused(client, free.pid);
    await expectEnds(server);
  });

  test('for the user of the server', async () => {
    await using server = await startServer({ uid: 54321 });
    await using client = new Client(server.address);
    await using other = new Client(server.address);
    setLimit(server, 'nproc', 1);
    expect(await reasonOf(create(client, launching(['/bin/true'])))).toBe(systemLimit);
    await expectAnswers(other);
    setLimit(server, 'nproc', 1000);
    const session = await create(client, launching(['/bin/true']));
    expect(session.name).toMatch(/^sessions\//);
    setLimit(server, 'nproc', 1);
    await expectEnds(server);
  });
});

/** Sessions start until one is refused, before the limit of sessions is. */
async function expectRefusal(client: Client): Promise<void> {
  let refusals: string[] = [];
  for (let tries = 0; refusals.length === 0 && tries < 60; tries++) {
    const starting = create(client, launching(['/bin/sleep', '600']));
    refusals = await starting.then(
      () => [],
      async () => [await reasonOf(starting)],
    );
  }
  expect(refusals).toEqual([systemLimit]);
}

/** Connects without a word, until `count` connections are open or closed again. */
async function connectSilently(server: Server, count: number): Promise<Socket[]> {
  const sockets = Array.from({ length: count }, () =>
    connect(server.socket)
      .on('error', () => {})
      .resume(),
  );
  await Promise.all(
    sockets.map((socket) => Promise.race([once(socket, 'connect'), once(socket, 'close')])),
  );
  return sockets;
}

describe('no descriptor is left', () => {
  test('for connections and for sessions', async () => {
    await using server = await startServer({ prefix: ['prlimit', '--nofile=64:64'] });
    await using client = new Client(server.address);
    await using other = new Client(server.address);
    await Promise.all([client.ready(), other.ready()]);
    const sockets = await connectSilently(server, 100);
    await eventually('no room for more', () => sockets.some(({ closed }) => closed));
    expect(proc.descriptorCount(server.pid)).toBeLessThan(64);
    await expectAnswers(other);
    await expectRefusal(client);
    await expectAnswers(other);
    for (const socket of sockets) {
      socket.destroy();
    }
    await eventually('room again', async () => {
      const session = await create(client, launching(['/bin/true'])).catch(() => undefined);
      return session !== undefined;
    });
    await using another = new Client(server.address);
    await expectAnswers(another);
    await expectEnds(server);
  });

  test('for accept(2), which does not spin', async () => {
    await using server = await startServer({ prefix: withoutSetgid });
    await using client = new Client(server.address);
    await client.ready();
    await expectAnswers(client);
    setLimit(server, 'nofile', proc.descriptorCount(server.pid));
    const sockets = await connectSilently(server, 20);
    const before = cpuMs(server.pid);
    await new Promise((resolve) => setTimeout(resolve, 1000));
    expect(cpuMs(server.pid) - before).toBeLessThan(300);
    expect(await client.health()).toBe(1);
    setLimit(server, 'nofile', 4096);
    for (const socket of sockets) {
      socket.destroy();
    }
    await using another = new Client(server.address);
    await expectAnswers(another);
    await expectEnds(server);
  });
});

test('no memory is left for a thread', async () => {
  await using server = await startServer({ prefix: withoutSetgid });
  await using client = new Client(server.address);
  await using other = new Client(server.address);
  await Promise.all([client, other].map(expectAnswers));
  // Less than the stack of a thread, which glibc keeps of one that has ended.
  const size = Number(
    /^VmSize:\s*(\d+)/m.exec(readFileSync(`/proc/${server.pid}/status`, 'utf8'))?.[1],
  );
  setLimit(server, 'as', size * 1024 + 4 * 1024 * 1024);
  await expectRefusal(client);
  await expectAnswers(other);
  await expectEnds(server);
});
