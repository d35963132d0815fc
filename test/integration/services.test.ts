/** What the server says of itself and of the machine. */
import { toBinary } from '@bufbuild/protobuf';
import { status } from '@grpc/grpc-js';
import { expect } from 'vitest';
import { ControlService } from '../../src/gen/ptraced/v1/control_service_pb.js';
import { Arch } from '../../src/gen/ptraced/v1/record_pb.js';
import { CheckOutcome, ServerService } from '../../src/gen/ptraced/v1/server_service_pb.js';
import { test } from '../support/harness.js';
import { startFixture } from '../support/program.js';
import { refusal } from '../support/rpc.js';
import { attach, Trace } from '../support/trace.js';

const { getServerInfo, diagnose, listSyscalls } = ServerService.method;
const { listProcesses } = ControlService.method;

test('GetServerInfo has version, kernel, limits and features', async ({ client }) => {
  const info = await client.unary(getServerInfo, {});
  expect(info.version).toMatch(/^\d+\.\d+\.\d+/);
  expect(info.kernel).toMatch(/^\d+\.\d+/);
  expect(info.limits).toMatchObject({
    maxSessions: 64,
    maxTasks: 4096,
    maxSubscribers: 16,
    maxBlock: { seconds: 1n },
  });
  expect(Object.values(info.limits ?? {}).filter((limit) => !limit)).toEqual([]);
  const features = new Map(info.features.map(({ name, available }) => [name, available]));
  expect([...features.keys()]).toEqual(
    expect.arrayContaining(['launch_as_user', 'seccomp_filter', 'set_syscall_info']),
  );
  expect(features.get('seccomp_filter')).toBe(true);
});

test('Diagnose finds a machine on which the tests run fit for tracing', async ({ client }) => {
  const { checks } = await client.unary(diagnose, {});
  expect(checks.length).toBeGreaterThan(0);
  expect(checks.filter(({ outcome }) => outcome === CheckOutcome.FAIL)).toEqual([]);
});

test('Diagnose tells of a process that is traced already', async ({ client }) => {
  await using program = await startFixture('echo-lines');
  const { checks } = await client.unary(diagnose, { pid: program.pid });
  expect(checks.filter(({ outcome }) => outcome === CheckOutcome.FAIL)).toEqual([]);
  await using trace = new Trace(client, attach(program.pid));
  await trace.started();
  const again = await client.unary(diagnose, { pid: program.pid });
  const failed = again.checks.filter(({ outcome }) => outcome === CheckOutcome.FAIL);
  expect(failed).not.toEqual([]);
  expect(failed.every(({ remedy }) => remedy !== '')).toBe(true);
});

test('ListSyscalls has the whole table, sets of it, and other tables', async ({ client }) => {
  const all = await client.unary(listSyscalls, {});
  expect(all.syscalls.length).toBeGreaterThan(350);
  expect(all.syscalls[0]).toMatchObject({ number: 0, name: 'read' });
  const files = await client.unary(listSyscalls, { syscalls: ['%file', '!open'] });
  const names = files.syscalls.map(({ name }) => name);
  expect(names).toContain('openat');
  expect(names).not.toContain('open');
  expect(names).not.toContain('read');
  const i386 = await client.unary(listSyscalls, { arch: Arch.I386, syscalls: ['getpid'] });
  expect(i386.syscalls).toMatchObject([{ number: 20, name: 'getpid' }]);
  const unknown = await refusal(client.unary(listSyscalls, { syscalls: ['no_such_call'] }));
  expect(unknown.code).toBe(status.INVALID_ARGUMENT);
  expect(unknown.details).toMatch(/^UNKNOWN_SYSCALL/);
});

test('a set of calls that would keep the server busy, or crash it, is refused', async ({
  client,
}) => {
  const deep = '('.repeat(50_000);
  const patterns = [
    `${deep}a${')'.repeat(50_000)}`,
    '((((((a{30}){30}){30}){30}){30}){30}',
    '(^|a)*'.repeat(100),
    '(.*)(.*)(.*)(.*)(.*)(.*)\\1\\2\\3\\4\\5\\6!',
    'a*'.repeat(30_000),
  ];
  for (const pattern of patterns) {
    const asked = await refusal(client.unary(listSyscalls, { syscalls: [`/${pattern}`] }));
    expect(asked.code).toBe(status.INVALID_ARGUMENT);
    expect(asked.details.startsWith(`UNKNOWN_SYSCALL: /${pattern.slice(0, 100)}`)).toBe(true);
  }
  const many = Array<string>(30).fill('read,'.repeat(20_000));
  const refused = await refusal(client.unary(listSyscalls, { syscalls: many }));
  expect(refused.details).toBe('FIELD_INVALID: syscalls: must have at most 4096 items');
});

test('ListProcesses finds a process, and says whether it can be attached to', async ({
  client,
  server,
}) => {
  await using program = await startFixture('echo-lines');
  const find = async () => {
    const { processes } = await client.unary(listProcesses, {
      commRegex: '^echo-lines$',
      pageSize: 1000,
    });
    return processes.find(({ pid }) => pid === program.pid);
  };
  expect(await find()).toMatchObject({ parentPid: process.pid, attachable: true, tracerPid: 0 });
  await using trace = new Trace(client, attach(program.pid));
  await trace.started();
  expect(await find()).toMatchObject({
    attachable: false,
    tracerPid: server.pid,
    notAttachableReason: 'ALREADY_TRACED',
  });
});

test('ListProcesses goes page by page, by pid', async ({ client }) => {
  const pids: number[] = [];
  let pageToken = '';
  do {
    const page = await client.unary(listProcesses, { pageSize: 7, pageToken });
    expect(page.processes.length).toBeLessThanOrEqual(7);
    pids.push(...page.processes.map(({ pid }) => pid));
    pageToken = page.nextPageToken;
  } while (pageToken !== '');
  expect(pids).toEqual([...new Set(pids)].toSorted((a, b) => a - b));
  expect(pids).toContain(process.pid);
  const forged = await refusal(client.unary(listProcesses, { pageToken: 'forged' }));
  expect(forged.details).toMatch(/^PAGE_TOKEN_INVALID/);
});

test('ListProcesses has shorter pages where command lines are long', async ({ client }) => {
  const longest = Array<string>(12).fill('x'.repeat(128 * 1024 - 1));
  await using a = await startFixture('echo-lines', ...longest);
  await using b = await startFixture('echo-lines', ...longest);
  await using c = await startFixture('echo-lines', ...longest);
  const pids: number[] = [];
  let pageToken = '';
  do {
    const request = { commRegex: '^echo-lines$', pageSize: 1000, pageToken };
    const page = await client.unary(listProcesses, request);
    // What clients take by default.
    expect(toBinary(listProcesses.output, page).length).toBeLessThan(4 * 1024 * 1024);
    pids.push(...page.processes.map(({ pid }) => pid));
    pageToken = page.nextPageToken;
  } while (pageToken !== '');
  expect(pids).toEqual(expect.arrayContaining([a.pid, b.pid, c.pid]));
});

test('health says SERVING', async ({ client }) => {
  expect(await client.health()).toBe(1);
});
