/** Many sessions, one after the other and many at a time: what they took comes back. */
import { readFileSync } from 'node:fs';
import { type ServiceError, status } from '@grpc/grpc-js';
import { expect, test } from 'vitest';
import { OrphanAction, SessionState } from '../../src/gen/ptraced/v1/session_pb.js';
import { TraceService } from '../../src/gen/ptraced/v1/trace_service_pb.js';
import { eventually, longPatience } from '../support/eventually.js';
import { expectNoLeaks } from '../support/leaks.js';
import * as proc from '../support/proc.js';
import { startFixture } from '../support/program.js';
import { Client, refusal } from '../support/rpc.js';
import { startServer } from '../support/server.js';
import { attaching, create, launching } from '../support/session.js';
import { launch, traceToEnd } from '../support/trace.js';

const { createSession, getSession, listSessions } = TraceService.method;

const atATime = 64;
const perRound = 500;

/** What a process has in memory, in bytes. */
function residentBytes(pid: number): number {
  const kib = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  return Number(kib) * 1024;
}

/** Waits until the session has ended. It may be forgotten by then. */
async function over(client: Client, name: string): Promise<void> {
  await eventually(`the end of ${name}`, async () => {
    try {
      return (await client.unary(getSession, { name })).session?.state === SessionState.ENDED;
    } catch (error) {
      return (error as ServiceError).code === status.NOT_FOUND;
    }
  });
}

/** A session of each kind in turn, from its start to its end. */
async function runOne(client: Client, number: number, target: number): Promise<void> {
  switch (number % 5) {
    case 0: {
      await traceToEnd(client, launch(['/bin/true']));
      return;
    }
    case 1: {
      await over(client, (await create(client, launching(['sh', '-c', 'exit 7']))).name);
      return;
    }
    case 2: {
      const session = await create(client, launching(['sleep', '600']));
      expect((await session.end()).rootExit).toMatchObject({ signal: 9 });
      return;
    }
    case 3: {
      const session = await create(client, launching(['sleep', '600']));
      await session.end(OrphanAction.DETACH);
      process.kill(session.created.rootPid, 'SIGKILL');
      return;
    }
    default: {
      // One tracer at a time is all that a process can have.
      const refused = client.unary(createSession, attaching(target));
      const session = await refused.then(({ session: made }) => made).catch(() => undefined);
      if (session !== undefined) {
        await client.unary(TraceService.method.endSession, { name: session.name });
      }
    }
  }
}

async function runRound(client: Client, target: number): Promise<void> {
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < perRound) {
      await runOne(client, next++, target);
    }
  };
  await Promise.all(Array.from({ length: atATime }, worker));
}

async function allForgotten(client: Client): Promise<void> {
  await eventually('all sessions forgotten', async () => {
    return (await client.unary(listSessions, {})).sessions.length === 0;
  });
}

test(
  '1,000 sessions, 64 at a time: descriptors, threads and memory come back, and no zombie stays',
  async () => {
    await using server = await startServer({ label: 'churn', args: ['--keep-ended', '1'] });
    await using client = new Client(server.address);
    await using program = await startFixture('echo-lines');
    await runRound(client, program.pid);
    await allForgotten(client);
    const between = residentBytes(server.pid);
    await runRound(client, program.pid);
    await allForgotten(client);
    expect(residentBytes(server.pid)).toBeLessThan(1.5 * between);
    await client[Symbol.asyncDispose]();
    await expectNoLeaks(server.pid, server.idle);
    expect(proc.runsUntraced(program.pid)).toBe(true);
    program.send('still here');
    expect(await program.line()).toBe('still here');
  },
  longPatience,
);

test('the 65th session at a time is refused, and has a place once one has ended', async () => {
  await using server = await startServer({ label: 'limit' });
  await using client = new Client(server.address);
  // Small rings: the one that has ended need not make room.
  const request = launching(['sleep', '600'], { capture: { ringBytes: 64 * 1024 } });
  const sessions = await Promise.all(
    Array.from({ length: atATime }, () => create(client, request)),
  );
  const refused = await refusal(client.unary(createSession, request));
  expect(refused.details).toMatch(/^SESSION_LIMIT/);
  await sessions[0]?.end();
  sessions.push(await create(client, request));
  const { RUNNING } = SessionState;
  const running = await client.unary(listSessions, { states: [RUNNING], pageSize: 1000 });
  expect(running.sessions).toHaveLength(atATime);
  await Promise.all(sessions.map((session) => session.end()));
});
