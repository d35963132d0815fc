/** How long a client waits: for a call, for a pause, for a record. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { Client, credentials, Metadata } from '@grpc/grpc-js';
import { RecordKind } from '../../dist/client/index.js';
import { compile } from './programs.mjs';
import { startFloor } from './server.mjs';
import { percentile, printTable } from './tables.mjs';
import { using } from './using.mjs';

/**
 * @typedef {import('./run.mjs').Bench} Bench
 * @typedef {import('../../dist/client/index.js').PtracedClient} PtracedClient
 */

/** Rounds after which everything is compiled. */
const warmUp = 500;

/** Milliseconds that `step` takes, warm-up aside. @param {number} rounds @param {() => Promise<unknown>} step */
async function timesOf(rounds, step) {
  const times = [];
  for (let round = -warmUp; round < rounds; round++) {
    const begun = performance.now();
    await step();
    if (round >= 0) {
      times.push(performance.now() - begun);
    }
  }
  return times;
}

/** A unary call of grpc-js to a server that does nothing. @param {number} rounds */
async function measureFloor(rounds) {
  const floor = await startFloor();
  const client = new Client(floor.address, credentials.createInsecure());
  const pass = (/** @type {Buffer} */ bytes) => bytes;
  const request = Buffer.alloc(50);
  try {
    return await timesOf(
      rounds,
      () =>
        new Promise((resolve, reject) => {
          client.makeUnaryRequest(
            '/floor/Echo',
            pass,
            pass,
            request,
            new Metadata(),
            {},
            (error) => (error ? reject(error) : resolve(undefined)),
          );
        }),
    );
  } finally {
    client.close();
    await floor.stop();
  }
}

/** The client decides about each stat() of a command. @param {PtracedClient} client @param {number} rounds */
async function measureDecisions(client, rounds) {
  const at = { syscalls: ['/^(new)?f?stat(at)?$'], kinds: [RecordKind.ENTER] };
  const session = await client.createSession({
    target: { case: 'launch', value: { argv: [compile('stat_loop.c'), '100000000'] } },
    rules: { stop: [{ at }] },
  });
  return using(session, ({ name }) => decide(client, name, rounds));
}

/** @param {PtracedClient} client @param {string} session @param {number} rounds */
async function decide(client, session, rounds) {
  /** @type {Record<'WaitStop' | 'GetRegisters' | 'ReadMemory' | 'Resume' | 'the four together', number[]>} */
  const times = {
    WaitStop: [],
    GetRegisters: [],
    ReadMemory: [],
    Resume: [],
    'the four together': [],
  };
  let afterStopId = 0n;
  for (let round = -warmUp; round < rounds; round++) {
    const begun = performance.now();
    const { task } = await client.control.waitStop({ session, afterStopId });
    const stopped = performance.now();
    const tid = task?.tid ?? 0;
    afterStopId = task?.stopId ?? 0n;
    await client.memory.getRegisters({ session, tid });
    const known = performance.now();
    await client.memory.readMemory({
      session,
      pid: tid,
      location: { case: 'at', value: 'rsp' },
      size: 64,
    });
    const read = performance.now();
    await client.control.resume({ session, tids: [tid], expectedStopId: afterStopId });
    const resumed = performance.now();
    if (round >= 0) {
      times.WaitStop.push(stopped - begun);
      times.GetRegisters.push(known - stopped);
      times.ReadMemory.push(read - known);
      times.Resume.push(resumed - read);
      times['the four together'].push(resumed - begun);
    }
  }
  return times;
}

/** @param {Bench} bench */
export async function measureRoundTrips({ client, quick }) {
  const rounds = quick ? 1000 : 5000;
  const floor = await measureFloor(rounds);
  const times = {
    'grpc-js, a server that does nothing': floor,
    GetServerInfo: await timesOf(rounds, () => client.server.getServerInfo({})),
    ...(await measureDecisions(client, rounds)),
  };
  const us = (/** @type {number} */ ms) => (ms * 1000).toFixed(0);
  const floorMedian = percentile(floor, 0.5);
  const rows = Object.entries(times).map(([name, values]) => [
    name,
    us(percentile(values, 0.5)),
    us(percentile(values, 0.99)),
    (percentile(values, 0.5) / floorMedian).toPrecision(3),
  ]);
  printTable(
    'Microseconds of a call, over a unix socket',
    ['call', 'median', '99th percentile', 'x grpc-js'],
    rows,
  );
}

/** @param {PtracedClient} client @param {string} session of a process with 500 threads @param {number} rounds */
async function timesOfPauses(client, session, rounds) {
  const times = [];
  for (let round = 0; round < rounds; round++) {
    const begun = performance.now();
    const { tasks } = await client.control.pause({ session });
    times.push(performance.now() - begun);
    if (tasks.length !== 500 || tasks.some(({ stopId }) => stopId === 0n)) {
      throw new Error('not every thread is held');
    }
    await client.control.resume({ session });
  }
  return times;
}

/** Milliseconds of Pause of a process with many threads. @param {PtracedClient} client @param {number} rounds */
async function pauseTimes(client, rounds) {
  const target = spawn(compile('sleeping_threads.c'), ['500'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  try {
    await once(target.stdout, 'data');
    const session = await client.createSession({
      target: { case: 'attach', value: { pid: target.pid ?? 0 } },
    });
    return await using(session, ({ name }) => timesOfPauses(client, name, rounds));
  } finally {
    target.kill('SIGKILL');
  }
}

/** Milliseconds from each stop of an idle command to its record's arrival. @param {PtracedClient} client @param {number} count */
async function idleTimes(client, count) {
  const stream = client.trace({
    target: { case: 'launch', value: { argv: [compile('idle_loop.c'), String(count)] } },
    capture: { filter: { syscalls: ['getppid'], kinds: [RecordKind.EXIT] } },
  });
  const times = [];
  for await (const frame of stream.frames()) {
    const now = performance.timeOrigin + performance.now();
    for (const record of frame.case === 'batch' ? frame.value.records : []) {
      if (record.syscall === 'getppid') {
        times.push(now - (Number(record.time?.seconds) * 1000 + (record.time?.nanos ?? 0) / 1e6));
      }
    }
  }
  if (times.length !== count) {
    throw new Error(`${times.length} records of ${count}`);
  }
  return times;
}

/** @param {Bench} bench */
export async function measureWaiting({ client, quick }) {
  const times = {
    'Pause of 500 threads': await pauseTimes(client, quick ? 5 : 20),
    'an idle record to its client': await idleTimes(client, quick ? 50 : 200),
  };
  const rows = Object.entries(times).map(([name, values]) => [
    name,
    percentile(values, 0.5).toPrecision(3),
    percentile(values, 0.99).toPrecision(3),
  ]);
  printTable('Milliseconds until', ['what', 'median', '99th percentile'], rows);
}
