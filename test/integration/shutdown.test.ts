/** The server ends: by SIGTERM in order, by SIGKILL without; launched commands die, attached ones run on. */
import { existsSync, unlinkSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { EndCause, OrphanAction, OverflowPolicy } from '../../src/gen/ptraced/v1/session_pb.js';
import { eventually, longPatience as timeout, within } from '../support/eventually.js';
import { fixture } from '../support/fixtures.js';
import * as proc from '../support/proc.js';
import { startFixture } from '../support/program.js';
import { Client } from '../support/rpc.js';
import { startServer } from '../support/server.js';
import { attaching, create, launching } from '../support/session.js';
import { attach, launch, Trace, traceToEnd } from '../support/trace.js';

async function runsOn(pid: number): Promise<void> {
  await eventually(`${pid} untraced and running`, () => proc.runsUntraced(pid));
}

describe('SIGTERM', () => {
  test('with no session ends it with status 0, and removes the socket', async () => {
    await using server = await startServer();
    expect(await server.stop()).toEqual({ code: 0, signal: null });
    expect(existsSync(server.socket)).toBe(false);
  });

  test('leaves the socket of another server that has taken its path', async () => {
    await using server = await startServer();
    unlinkSync(server.socket);
    await using successor = await startServer({ args: ['--listen', server.address] });
    await using client = new Client(server.address);
    expect(await server.stop()).toEqual({ code: 0, signal: null });
    expect(existsSync(server.socket)).toBe(true);
    await client.ready();
    expect((await traceToEnd(client, launch(['true']))).ended?.cause).toBe(EndCause.TRACEES_EXITED);
    await client[Symbol.asyncDispose]();
    expect(await successor.stop()).toEqual({ code: 0, signal: null });
    expect(existsSync(server.socket)).toBe(false);
  });

  test('with 50 sessions of each sort ends them with their last frame', {
    timeout,
  }, async () => {
    await using server = await startServer();
    await using client = new Client(server.address);
    await using program = await startFixture('echo-lines');
    await using busy = await startFixture('thread-maker', '500');
    const launched = Array.from({ length: 20 }, () => new Trace(client, launch([fixture('tree')])));
    const asleep = Array.from({ length: 28 }, () => new Trace(client, launch(['sleep', '600'])));
    const attached = [program, busy].map(({ pid }) => new Trace(client, attach(pid)));
    const traces = [...launched, ...asleep, ...attached];
    for (const trace of launched) {
      await trace.until('the tree', () => trace.lines().includes('ready'));
    }
    await Promise.all([...asleep, ...attached].map((trace) => trace.started()));
    const begun = performance.now();
    server.kill('SIGTERM');
    const ends = await Promise.all(traces.map((trace) => trace.finish()));
    expect(ends.map(({ cause }) => cause)).toEqual(traces.map(() => EndCause.SERVER_SHUTDOWN));
    expect(await within('its end', server.ended)).toEqual({ code: 0, signal: null });
    expect(performance.now() - begun).toBeLessThan(10_000);
    for (const trace of [...launched, ...asleep]) {
      expect(proc.alive(trace.header?.rootPid ?? 0)).toBe(false);
    }
    await runsOn(program.pid);
    program.send('still here');
    expect(await program.line()).toBe('still here');
    await runsOn(busy.pid);
    expect((await busy.finish()).code).toBe(0);
  });

  test('lets the tracees of sessions without a stream go as their leases say', async () => {
    await using server = await startServer();
    await using client = new Client(server.address);
    await using program = await startFixture('echo-lines');
    const { KEEP, KILL, DETACH } = OrphanAction;
    await create(client, attaching(program.pid, { lease: { orphanAction: KEEP } }));
    const pids = await Promise.all(
      [KEEP, KILL, DETACH].map(async (orphanAction) => {
        const session = await create(
          client,
          launching(['sleep', '600'], { lease: { orphanAction } }),
        );
        return session.created.rootPid;
      }),
    );
    const changed = await create(
      client,
      launching(['sleep', '600'], { lease: { orphanAction: KEEP } }),
    );
    await changed.update({ lease: { orphanAction: DETACH } });
    const { rootPid: released } = changed.created;
    expect(await server.stop()).toEqual({ code: 0, signal: null });
    const [kept = 0, killed = 0, detached = 0] = pids;
    expect([kept, killed].map((pid) => proc.alive(pid))).toEqual([false, false]);
    for (const pid of [detached, released]) {
      expect(proc.runsUntraced(pid)).toBe(true);
      process.kill(pid, 'SIGKILL');
    }
    await runsOn(program.pid);
    program.send('still here');
    expect(await program.line()).toBe('still here');
  });

  test('does not wait for a client that reads nothing', { timeout }, async () => {
    await using server = await startServer();
    await using client = new Client(server.address);
    const capture = { overflow: OverflowPolicy.BLOCK, ringBytes: 256 * 1024 };
    const trace = new Trace(client, launch([fixture('call-flood'), '10000000'], { capture }));
    const { rootPid } = await trace.started();
    trace.pause();
    await eventually('a held tracee', () => proc.taskStatus(rootPid)?.state === 't');
    const begun = performance.now();
    await server.stop();
    expect(performance.now() - begun).toBeLessThan(10_000);
    expect(proc.alive(rootPid)).toBe(false);
    await trace.cancel();
  });
});

describe('SIGKILL', () => {
  test('launched commands die, attached ones run on and can be attached to again', async () => {
    await using program = await startFixture('echo-lines');
    let tree: number[] = [];
    {
      await using server = await startServer();
      await using client = new Client(server.address);
      const launched = new Trace(client, launch([fixture('tree')]));
      const attached = new Trace(client, attach(program.pid));
      await launched.until('the tree', () => launched.lines().includes('ready'));
      tree = launched.lines().flatMap((line) => Number(line.split(' ')[1] ?? []));
      await attached.started();
      server.kill('SIGKILL');
      expect(await within('its end', server.ended)).toEqual({ code: null, signal: 'SIGKILL' });
      await launched.cancel();
      await attached.cancel();
    }
    await eventually('all launched dead', () => !tree.some((pid) => proc.alive(pid)));
    await runsOn(program.pid);
    program.send('on');
    expect(await program.line()).toBe('on');

    await using next = await startServer();
    await using client = new Client(next.address);
    await using again = new Trace(client, attach(program.pid));
    await again.started();
    program.send('again');
    await again.enter('write');
  });

  test('while an attached process is held, which then runs on', async () => {
    await using server = await startServer();
    await using client = new Client(server.address);
    await using program = await startFixture('thread-maker', '2000');
    const capture = { overflow: OverflowPolicy.BLOCK, ringBytes: 256 * 1024 };
    const trace = new Trace(client, attach(program.pid, { capture }));
    await trace.started();
    trace.pause();
    await eventually('a held thread', () =>
      proc.threadIds(program.pid).some((tid) => proc.taskStatus(tid)?.state === 't'),
    );
    server.kill('SIGKILL');
    await within('its end', server.ended);
    await trace.cancel();
    await runsOn(program.pid);
    expect((await program.finish()).code).toBe(0);
  });

  test('in the middle of floods of calls, forks and threads', { timeout }, async () => {
    await using server = await startServer();
    await using busy = await startFixture('thread-maker', '1000');
    await using calls = await startFixture('blocked-calls');
    await using client = new Client(server.address);
    const forks = new Trace(client, launch([fixture('forks'), '1000000']));
    const others = [busy, calls].map(({ pid }) => new Trace(client, attach(pid)));
    await Promise.all(others.map((trace) => trace.started()));
    await forks.until('some forks', () => forks.records.length > 3000);
    server.kill('SIGKILL');
    await within('its end', server.ended);
    await Promise.all([forks, ...others].map((trace) => trace.cancel()));
    const root = forks.header?.rootPid ?? 0;
    await eventually('the forking command dead', () => !proc.alive(root));
    await runsOn(busy.pid);
    await runsOn(calls.pid);
    expect((await busy.finish()).code).toBe(0);
  });
});
