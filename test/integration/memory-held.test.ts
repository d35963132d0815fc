/** G1, G3 and G4 of held tasks: registers, bytes of one moment, compare and write. */
import { status } from '@grpc/grpc-js';
import { describe, expect } from 'vitest';
import { ControlService, StepKind } from '../../src/gen/ptraced/v1/control_service_pb.js';
import { RecordKind, type TraceRecord } from '../../src/gen/ptraced/v1/record_pb.js';
import { StdioMode } from '../../src/gen/ptraced/v1/session_pb.js';
import { controlOf } from '../support/control.js';
import { fixture } from '../support/fixtures.js';
import { test } from '../support/harness.js';
import { MemoryMap, memory } from '../support/memory.js';
import { type Client, refusal } from '../support/rpc.js';
import { launch, Trace } from '../support/trace.js';

const { pause, resume } = ControlService.method;

/** The fixture with its first thread held. */
async function startHeld(client: Client): Promise<{ map: MemoryMap; stopId: bigint }> {
  const map = await MemoryMap.start(client);
  const { tasks } = await client.unary(pause, { session: map.session, tids: [map.pid] });
  return { map, stopId: tasks[0]?.stopId ?? 0n };
}

describe('GetRegisters', () => {
  test('has every register as a number and in hexadecimal, of the stop', async ({ client }) => {
    const { map, stopId } = await startHeld(client);
    await using _ = map;
    const read = await client.unary(memory.getRegisters, { session: map.session, tid: map.pid });
    expect(read.stopId).toBe(stopId);
    expect(Object.keys(read.hex)).toHaveLength(27);
    expect(read.hex['rsp']).toBe(`0x${read.registers?.rsp.toString(16)}`);
    expect(read.hex['orig_rax']).toBe(`0x${read.registers?.origRax.toString(16)}`);
    const { mappings } = await map.call(memory.listMappings, 0n, {});
    const stack = mappings.find(({ path }) => path === '[stack]');
    const rsp = read.registers?.rsp ?? 0n;
    expect(rsp > (stack?.start ?? rsp) && rsp < (stack?.end ?? 0n)).toBe(true);
    expect(read.registers?.cs).toBe(0x33n);
  });

  test('are those of the record of the stop, where the session captures them', async ({
    client,
  }) => {
    const at = { syscalls: ['getppid'], kinds: [RecordKind.ENTER, RecordKind.EXIT] };
    const init = launch([fixture('steps')], {
      capture: { registers: true },
      rules: { stop: [{ at }] },
    });
    await using trace = new Trace(client, init);
    const control = await controlOf(client, trace);
    let after = 0n;
    for (const kind of at.kinds) {
      const { tid, stopId, stopRecord } = await control.stop(0, after);
      expect(stopRecord).toMatchObject({ kind, syscall: 'getppid' });
      const { registers, hex } = await client.unary(memory.getRegisters, {
        session: control.session,
        tid,
      });
      expect(stopRecord?.registers).toEqual(registers);
      expect(Object.keys(hex)).toHaveLength(27);
      after = stopId;
      await control.resume({ tids: [tid] });
    }
  });

  test('is for a held task of that very id', async ({ client }) => {
    await using map = await MemoryMap.start(client);
    const ask = (tid: number) =>
      refusal(client.unary(memory.getRegisters, { session: map.session, tid }));
    const running = await ask(map.pid);
    expect(running.code).toBe(status.FAILED_PRECONDITION);
    expect(running.details).toMatch(/^NOT_HELD/);
    expect((await ask(process.pid)).details).toMatch(/^TASK_NOT_FOUND/);
    expect((await ask(0)).details).toMatch(/^FIELD_INVALID: tid/);
  });
});

describe('SetRegisters', () => {
  test('sets those that are named, and the task has them', async ({ client }) => {
    const { map, stopId } = await startHeld(client);
    await using _ = map;
    const { session, pid: tid } = map;
    const before = await client.unary(memory.getRegisters, { session, tid });
    const { registers } = await client.unary(memory.setRegisters, {
      session,
      tid,
      values: { r15: '0xdeadbeef', r14: '-1', r13: '18446744073709551615' },
      expectedStopId: stopId,
    });
    expect(registers).toEqual({
      ...before.registers,
      r15: 0xdeadbeefn,
      r14: 2n ** 64n - 1n,
      r13: 2n ** 64n - 1n,
    });
    const { hex } = await client.unary(memory.getRegisters, { session, tid });
    expect(hex['r15']).toBe('0xdeadbeef');
    const values = Object.fromEntries(
      ['r13', 'r14', 'r15'].map((name) => [name, before.hex[name] ?? '']),
    );
    await client.unary(memory.setRegisters, { session, tid, values });
    await client.unary(resume, { session });
    expect(await map.program.ask('call', '')).toEqual(['42']); // it runs on with its own
  });

  test('ends a call that a pause has interrupted, which would have been made again', async ({
    client,
  }) => {
    const init = launch([fixture('sleepers'), '2'], {}, { stdin: StdioMode.PIPE });
    await using trace = new Trace(client, init);
    const control = await controlOf(client, trace);
    const isCall = ({ syscall }: TraceRecord) => syscall === 'epoll_wait';
    const { tid } = await trace.record('ENTER', isCall);
    const [held] = await control.pause(tid);
    const request = { session: control.session, tid };
    const { hex } = await client.unary(memory.getRegisters, request);
    const begun = trace.records.length;
    await client.unary(memory.setRegisters, { ...request, values: { r15: hex['r15'] ?? '' } });
    const exit = await trace.record('EXIT', isCall, begun);
    expect(exit).toMatchObject({ kind: RecordKind.EXIT, errnoName: 'EINTR', tid });
    const [still] = (await control.tasks()).filter((task) => task.tid === tid);
    expect(still).toEqual(held);
    const made = await control.step({ tid, kind: StepKind.SYSCALL });
    expect(made.task?.stopRecord).toMatchObject({ kind: RecordKind.ENTER, syscall: 'epoll_wait' });
  });

  test('refuses what is no register or no value of it, and sets nothing', async ({ client }) => {
    const { map, stopId } = await startHeld(client);
    await using _ = map;
    const { session, pid: tid } = map;
    const before = await client.unary(memory.getRegisters, { session, tid });
    const set = async (values: Record<string, string>, expectedStopId = 0n) =>
      (await refusal(client.unary(memory.setRegisters, { session, tid, values, expectedStopId })))
        .details;
    expect(await set({ eax: '1' })).toMatch(/^UNKNOWN_REGISTER/);
    expect(await set({})).toMatch(/^FIELD_INVALID: values/);
    for (const value of ['', '0x', '1.5', 'rsp', '0x10000000000000000', '18446744073709551616']) {
      expect(await set({ rax: value })).toMatch(/^FIELD_INVALID: values\[rax\]/);
    }
    expect(await set({ cs: '0x10033' })).toMatch(/^FIELD_INVALID: values\[cs\]/);
    expect(await set({ r15: '7', cs: '0x10' })).toMatch(/^FIELD_INVALID: values\[cs\]/);
    expect(await set({ r15: '7' }, stopId + 1n)).toMatch(/^STOP_CHANGED/);
    expect(await client.unary(memory.getRegisters, { session, tid })).toEqual(before);
  });
});

test('addresses have registers, and the bytes are of one moment', async ({ client }) => {
  const { map } = await startHeld(client);
  await using _ = map;
  const { registers } = await client.unary(memory.getRegisters, {
    session: map.session,
    tid: map.pid,
  });
  const read = await map.call(memory.readMemory, 'rsp + 0x10', { size: 32 });
  expect(read).toMatchObject({ address: (registers?.rsp ?? 0n) + 16n, held: true });
  const large = await map.call(memory.readMemory, map.at('data'), {
    size: 1024 * 1024,
    allowPartial: true,
  });
  expect(large).toMatchObject({ held: true, partial: true });
  await client.unary(resume, { session: map.session });
  const running = await map.call(memory.readMemory, map.at('data'), { size: 32 });
  expect(running.held).toBe(false);
});

test('compares and writes in one step, in the expected stop alone', async ({ client }) => {
  const { map, stopId } = await startHeld(client);
  await using _ = map;
  const at = map.at('data');
  const { data: expected } = await map.call(memory.readMemory, at, { size: 8 });
  const request = { payload: { case: 'text' as const, value: 'changed' }, expected };
  const other = await refusal(
    map.call(memory.writeMemory, at, { ...request, expectedStopId: stopId + 1n }),
  );
  expect(other.details).toMatch(/^STOP_CHANGED/);
  await map.call(memory.writeMemory, at, { ...request, expectedStopId: stopId });
  const again = await refusal(map.call(memory.writeMemory, at, request));
  expect(again.code).toBe(status.FAILED_PRECONDITION);
  expect(again.details).toMatch(new RegExp(`^MEMORY_MISMATCH: .*0x${at.toString(16)}`));
  await client.unary(resume, { session: map.session });
  const gone = await refusal(
    map.call(memory.writeMemory, at, { ...request, expectedStopId: stopId }),
  );
  expect(gone.code).toBe(status.ABORTED);
  expect(await map.bytes(at, 7)).toBe(Buffer.from('changed').toString('hex'));
});
