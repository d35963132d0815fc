/** F3: what clients are told of a held task fits with what was done to it, in whatever order they ask. */

import { durationFromMs } from '@bufbuild/protobuf/wkt';
import type * as grpc from '@grpc/grpc-js';
import { expect } from 'vitest';
import type { Task } from '../../src/gen/ptraced/v1/control_service_pb.js';
import { RecordKind } from '../../src/gen/ptraced/v1/record_pb.js';
import { type Control, controlOf } from '../support/control.js';
import { longPatience as timeout } from '../support/eventually.js';
import { fixture } from '../support/fixtures.js';
import { test } from '../support/harness.js';
import { memory } from '../support/memory.js';
import type { Client } from '../support/rpc.js';
import { launch, Trace } from '../support/trace.js';

/** A command that is held at the beginning and at the end of each of `calls` calls; `timeoutMs` 0: for good. */
function flood(calls: number, timeoutMs = 0) {
  const at = { syscalls: ['getppid'], kinds: [RecordKind.ENTER, RecordKind.EXIT] };
  return launch([fixture('call-flood'), String(calls)], {
    rules: { stop: [{ at, timeout: durationFromMs(timeoutMs) }] },
  });
}

/** The stop that the registers are of; 0 where the task is not held. */
async function stopOfRegisters(client: Client, control: Control, tid: number): Promise<bigint> {
  const request = { session: control.session, tid };
  try {
    return (await client.unary(memory.getRegisters, request)).stopId;
  } catch (error) {
    expect((error as grpc.ServiceError).details).toMatch(/^NOT_HELD/);
    return 0n;
  }
}

/** The stop that ListTasks tells of; 0 for none. */
async function stopInList(control: Control): Promise<bigint> {
  const [task] = await control.tasks();
  return task?.stopId ?? 0n;
}

test('a stop that has been resumed is seen no more', { timeout }, async ({ client }) => {
  const rounds = 100;
  await using trace = new Trace(client, flood(rounds));
  const control = await controlOf(client, trace);
  let stop = await control.stop();
  for (let round = 1; round < 2 * rounds; round++) {
    const { tid, stopId } = stop;
    // Whatever they find is of this stop: nobody else lets the task go.
    expect(await stopOfRegisters(client, control, tid)).toBe(stopId);
    const answered = control.resume({ tids: [tid], expectedStopId: stopId });
    // Sent behind it, and so answered as after it.
    const seen = await Promise.all([
      stopOfRegisters(client, control, tid),
      stopInList(control),
      control.stop(0, 0n).then((next) => {
        stop = next;
        return next.stopId;
      }),
    ]);
    expect((await answered).map((task) => task.stopId)).toEqual([stopId]);
    expect(seen.filter((other) => other !== 0n && other <= stopId)).toEqual([]);
  }
  await control.resume({ tids: [stop.tid] });
  await trace.finish();
  expect(trace.lines().at(-1)).toMatch(new RegExp(`^calls ${rounds} `));
});

test('of two that end a stop in different ways one does', { timeout }, async ({ client }) => {
  const rounds = 200;
  await using trace = new Trace(client, flood(rounds));
  const control = await controlOf(client, trace);
  const ways = [
    ({ tid, stopId }: Task) => control.step({ tid, expectedStopId: stopId }),
    ({ tid, stopId }: Task) => control.resume({ tids: [tid], expectedStopId: stopId, signal: '0' }),
  ] as const;
  let stop = await control.stop();
  for (let round = 0; round < rounds; round++) {
    const { tid, stopId } = stop;
    const others = ways[round % 2 === 0 ? 0 : 1](stop); // for the tracer to decide
    const ours = control.resume({ tids: [tid], expectedStopId: stopId });
    const results = await Promise.allSettled([others, ours]);
    expect(results.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    const lost = results.find((result) => result.status === 'rejected');
    expect(lost?.reason.details).toMatch(/^STOP_CHANGED/);
    stop = await control.stop(0, stopId);
  }
});

test('registers are told as those that came first have set them', { timeout }, async ({
  client,
}) => {
  await using trace = new Trace(client, flood(1));
  const control = await controlOf(client, trace);
  const { tid } = await control.stop();
  const request = { session: control.session, tid };
  for (let round = 1; round <= 100; round++) {
    const values = { r15: String(round) };
    const set = client.unary(memory.setRegisters, { ...request, values });
    const got = client.unary(memory.getRegisters, request); // sent behind it
    expect((await got).registers?.r15).toBe(BigInt(round));
    await set;
  }
});

/** Who ended the stop, or that no task is left. */
async function resumes(control: Control, { tid, stopId }: Task): Promise<'client' | 'timeout'> {
  try {
    await control.resume({ tids: [tid], expectedStopId: stopId });
    return 'client';
  } catch (error) {
    expect((error as grpc.ServiceError).details).toMatch(/^(STOP_CHANGED|SESSION_ENDED)/);
    return 'timeout';
  }
}

/** The next stop; undefined once the session has ended. */
async function nextStop(control: Control, after: bigint): Promise<Task | undefined> {
  try {
    return await control.stop(0, after);
  } catch (error) {
    expect((error as grpc.ServiceError).details).toMatch(/^SESSION_ENDED/);
    return undefined;
  }
}

test('a stop ends once, by its timeout or by a client', { timeout }, async ({ client }) => {
  const calls = 20;
  const timeoutMs = 250; // long beside a round trip on a busy machine
  await using trace = new Trace(client, flood(calls, timeoutMs));
  const control = await controlOf(client, trace);
  const ended = { client: 0, timeout: 0 };
  let round = 0;
  for (let stop = await nextStop(control, 0n); stop; stop = await nextStop(control, stop.stopId)) {
    const waitMs = (round++ % 3) * timeoutMs; // before the timeout, with it, or after
    await new Promise((resolve) => setTimeout(resolve, waitMs));
    ended[await resumes(control, stop)]++;
  }
  await trace.finish();
  expect(ended.client).toBeGreaterThan(0);
  expect(ended.timeout).toBeGreaterThan(0);
  expect(trace.lines().at(-1)).toMatch(new RegExp(`^calls ${calls} `));
  expect(trace.ofKind(RecordKind.STOP)).toHaveLength(2 * calls);
});
