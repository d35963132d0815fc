/** Fault 18: ids of processes that are given again, in a pid namespace of their own. */
import { timestampFromMs } from '@bufbuild/protobuf/wkt';
import { status } from '@grpc/grpc-js';
import { expect, test } from 'vitest';
import { ControlService, type Process } from '../../src/gen/ptraced/v1/control_service_pb.js';
import { MemoryService } from '../../src/gen/ptraced/v1/memory_service_pb.js';
import { StdioMode } from '../../src/gen/ptraced/v1/session_pb.js';
import { TraceService } from '../../src/gen/ptraced/v1/trace_service_pb.js';
import { eventually } from '../support/eventually.js';
import { fixture } from '../support/fixtures.js';
import { Program } from '../support/program.js';
import { Client, refusal } from '../support/rpc.js';
import { type Server, startServer } from '../support/server.js';
import { create, launching } from '../support/session.js';
import { privileged, Trace } from '../support/trace.js';

const { listProcesses, sendSignal, detach, pause, resume, step, waitStop } = ControlService.method;
const { createSession } = TraceService.method;

/** A server that is the first process of a namespace. */
function startInside(): Promise<Server> {
  const prefix = ['unshare', '--pid', '--fork', '--kill-child', '--mount-proc'];
  return startServer({ prefix, prefixForks: true });
}

/** A program beside the server. */
function inside(server: Server, ...argv: string[]): Program {
  return new Program('nsenter', ['--target', String(server.pid), '--pid', '--mount', ...argv]);
}

/** The echo program as a client finds it. */
async function find(client: Client): Promise<Process> {
  const request = { commRegex: '^pid-taker$', pageSize: 1000 };
  const { processes } = await client.unary(listProcesses, request);
  const found = processes.find(({ parentPid }) => {
    return processes.some((parent) => parent.pid === parentPid);
  });
  if (found === undefined) {
    throw new Error(`no echo program among ${processes.map(({ pid }) => pid)}`);
  }
  return found;
}

/** A program has the id, and then it is another's. */
async function reuse(server: Server, client: Client, pid: number) {
  const first = inside(server, fixture('pid-taker'), String(pid));
  expect(await first.line()).toBe('taken');
  const { startTime } = await find(client);
  const end = () => first.finish();
  const retake = async () => {
    const second = inside(server, fixture('pid-taker'), String(pid));
    expect(await second.line()).toBe('taken');
    return second;
  };
  return { startTime, end, retake };
}

/** It is not traced, and goes about its business. */
async function untouched(program: Program, client: Client): Promise<void> {
  expect((await find(client)).tracerPid).toBe(0);
  expect(await program.ask('still here', '')).toEqual(['still here']);
  expect(await program.finish()).toEqual({ code: 0, signal: null });
}

const wanted = 400;

test('an attach that says when its process started does not take another for it', async () => {
  await using server = await startInside();
  await using client = new Client(server.address);
  const { startTime, end, retake } = await reuse(server, client, wanted);
  expect(await end()).toEqual({ code: 0, signal: null });
  await using program = await retake();
  const now = await find(client);
  expect(now.pid).toBe(wanted);
  expect(now.startTime).not.toEqual(startTime);

  const expectedStartTime = startTime ?? timestampFromMs(0);
  const target = { case: 'attach' as const, value: { pid: wanted, expectedStartTime } };
  const single = { case: 'attach' as const, value: { ...target.value, singleThread: true } };
  for (const refused of [
    await refusal(client.unary(createSession, { target })),
    await refusal(client.unary(createSession, { target: single })),
    await refusal(new Trace(client, { target }).started()),
  ]) {
    expect(refused.code).toBe(status.FAILED_PRECONDITION);
    expect(refused.details).toMatch(/^PID_REUSED/);
  }
  await untouched(program, client);
});

test('the calls of a session do not reach another process that has the id of its tracee', async () => {
  await using server = await startInside();
  await using client = new Client(server.address);
  // The child of a traced command has the id; its parent lives on.
  const argv = ['sh', '-c', '"$0" "$1"; echo gone; exec sleep 600', fixture('pid-taker'), '400'];
  await using session = await create(
    client,
    launching(argv, {}, { stdin: StdioMode.PIPE, ...privileged }),
  );
  const { name } = session;
  await eventually('the tracee', async () => {
    const { tasks } = await client.unary(ControlService.method.listTasks, { session: name });
    return tasks.some(({ pid }) => pid === wanted);
  });
  await client.unary(TraceService.method.writeStdin, { session: name, close: true });
  await eventually('its end', async () => (await session.get()).liveTasks === 1);
  await using program = inside(server, fixture('pid-taker'), String(wanted));
  expect(await program.line()).toBe('taken');

  const at = { session: name, pid: wanted, location: { case: 'at' as const, value: 'pid-taker' } };
  const payload = { case: 'text' as const, value: 'x' };
  const { readMemory, writeMemory, listMappings, getRegisters, setRegisters } =
    MemoryService.method;
  const task = { session: name, tid: wanted };
  const tids = { session: name, tids: [wanted] };
  for (const call of [
    client.unary(sendSignal, { session: name, pid: wanted, signal: 'SIGKILL' }),
    client.unary(sendSignal, { session: name, pid: wanted, signal: 'SIGKILL', threadOnly: true }),
    client.unary(detach, { session: name, pids: [wanted] }),
    client.unary(pause, tids),
    client.unary(resume, { ...tids, signal: 'SIGKILL' }),
    client.unary(step, task),
    client.unary(waitStop, task),
    client.unary(readMemory, { ...at, size: 4 }),
    client.unary(writeMemory, { ...at, payload, force: true }),
    client.unary(listMappings, { session: name, pid: wanted }),
    client.unary(getRegisters, task),
    client.unary(setRegisters, { ...task, values: { rip: '0' } }),
  ]) {
    const { code, details } = await refusal(call);
    expect(details).toMatch(/^TASK_NOT_FOUND/);
    expect(code).toBe(status.NOT_FOUND);
  }
  await untouched(program, client);
});
