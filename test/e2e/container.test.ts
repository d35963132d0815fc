/** The image traces a process of another container for a client outside of both. */
import { expect, test } from 'vitest';
import { RecordKind } from '../../src/gen/ptraced/v1/record_pb.js';
import { DecodeMode } from '../../src/gen/ptraced/v1/session_pb.js';
import { ServerContainer, Target } from '../support/docker.js';
import { eventually } from '../support/eventually.js';
import { Client } from '../support/rpc.js';
import { attach, Trace } from '../support/trace.js';

const untraced = '0';

/** Attaches to the ticker and waits until two of its ticks have been seen whole. */
async function traceTicks(client: Client, target: Target): Promise<Trace> {
  const trace = new Trace(client, attach(target.pid, { capture: { decode: DecodeMode.TEXT } }));
  expect((await trace.started()).rootPid).toBe(target.pid);
  await trace.until('two ticks', () => {
    const writes = trace.ofKind(RecordKind.EXIT).filter((record) => record.syscall === 'write');
    return writes.length >= 2;
  });
  return trace;
}

/** The ticker ran on as if nothing had been: no tick missing, nothing said but ticks. */
async function expectUnharmed(target: Target): Promise<void> {
  await eventually(
    'an untraced ticker',
    async () => (await target.status('TracerPid')) === untraced,
  );
  expect(await target.status('State')).toMatch(/^[RS] /);
  await target.ticksOn(3);
  expect(target.ticks).toEqual(target.ticks.map((_, index) => index + 1));
  expect(target.lines.filter((line) => !/^(tick|pid) \d+$/.test(line))).toEqual([]);
}

test('attaches to a process of another container, sees its calls, detaches', async () => {
  await using target = await Target.start();
  await using server = await ServerContainer.start(target);
  await using client = new Client(server.address);
  const trace = await traceTicks(client, target);
  expect(await target.status('TracerPid')).not.toBe(untraced);
  const text = trace.records.map((record) => record.text);
  expect(text.join('\n')).toMatch(/openat\(AT_FDCWD, "\/etc\/hostname", O_RDONLY\|O_CLOEXEC\)/);
  expect(text.join('\n')).toMatch(/write\(1, "tick \d+\\n", \d+\)/);
  await trace.cancel();
  trace.check();
  await expectUnharmed(target);
});

test('attaches to process 1 of another container', async () => {
  await using target = await Target.start('init');
  expect(target.pid).toBe(1);
  await using server = await ServerContainer.start(target);
  await using client = new Client(server.address);
  const trace = await traceTicks(client, target);
  await trace.cancel();
  trace.check();
  await expectUnharmed(target);
});

test('has the one capability and a root that it cannot write to', async () => {
  await using target = await Target.start();
  await using server = await ServerContainer.start(target);
  const capSysPtrace = (1n << 19n).toString(16).padStart(16, '0');
  const { output } = await server.exec(['cat', '/proc/self/status']);
  expect(output).toMatch(new RegExp(`^CapEff:\\s*${capSysPtrace}$`, 'm'));
  expect(output).toMatch(/^NoNewPrivs:\s*1$/m);
  expect((await server.exec(['touch', '/opt/ptraced/x'])).exitCode).not.toBe(0);
});

test('ends within 10 s at SIGTERM and lets an attached process run on', async () => {
  await using target = await Target.start();
  await using server = await ServerContainer.start(target);
  await using client = new Client(server.address);
  await using trace = await traceTicks(client, target);
  const begin = performance.now();
  await server.stop(20);
  expect(performance.now() - begin).toBeLessThan(10_000);
  await trace.finish();
  await expectUnharmed(target);
});

test('killed, it leaves an attached process running', async () => {
  await using target = await Target.start();
  await using server = await ServerContainer.start(target);
  await using client = new Client(server.address);
  const trace = await traceTicks(client, target);
  await server.kill();
  await expect(trace.finish()).rejects.toThrow();
  await expectUnharmed(target);
});
