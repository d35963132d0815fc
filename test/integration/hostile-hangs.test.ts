/** File systems, and pages of processes, that do not answer: nothing of the server waits for them for good. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { status } from '@grpc/grpc-js';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ControlService } from '../../src/gen/ptraced/v1/control_service_pb.js';
import { MemoryService } from '../../src/gen/ptraced/v1/memory_service_pb.js';
import { RecordKind } from '../../src/gen/ptraced/v1/record_pb.js';
import { ServerService } from '../../src/gen/ptraced/v1/server_service_pb.js';
import { TraceService } from '../../src/gen/ptraced/v1/trace_service_pb.js';
import { within } from '../support/eventually.js';
import { fixture } from '../support/fixtures.js';
import { expectAnswers, expectEnds } from '../support/hostile.js';
import { Program, startFixture } from '../support/program.js';
import { Client } from '../support/rpc.js';
import { type Server, startServer } from '../support/server.js';
import { attaching, type CreateInit, create, launching } from '../support/session.js';

/** What a call may take at most: 10 s for each of the two steps of a launch, and what a busy machine adds. */
const boundMs = 30_000;

let folder: string;
let mount: Program;
let server: Server;
let client: Client;
let other: Client;
/** Part of its arguments is a page that does not come. */
let hung: Program;
let target: Program;
/** A session that traces it. */
let session: string;

beforeAll(async () => {
  folder = mkdtempSync(`${tmpdir()}/ptraced-hung-`);
  mount = new Program(fixture('hung-mount'), [folder]);
  expect(await mount.line()).toBe('mounted');
  hung = new Program(fixture('hung-arguments'), [`${folder}/file`, 'x'.repeat(20_000)]);
  await hung.line();
  server = await startServer();
  client = new Client(server.address);
  other = new Client(server.address);
  target = await startFixture('echo-lines');
  session = (await create(client, attaching(target.pid))).name;
});

afterAll(async () => {
  await mount.finish();
  await client.unary(TraceService.method.endSession, { name: session });
  await target[Symbol.asyncDispose]();
  await hung[Symbol.asyncDispose]();
  await Promise.all([client, other].map((one) => one[Symbol.asyncDispose]()));
  await server[Symbol.asyncDispose]();
  try {
    execFileSync('umount', ['-l', folder], { stdio: 'ignore' });
  } catch {
    // The fixture has done it.
  }
  rmSync(folder, { recursive: true });
});

const onMount = (): string => `${folder}/hung`;
const filter = () => ({ paths: [onMount()] });

/** "OK", or code and reason. */
type Outcome = string;

async function outcomeOf(call: Promise<unknown>): Promise<Outcome> {
  return call.then(
    () => 'OK',
    ({ code, details }) => `${status[code]} ${String(details).split(':')[0]}`,
  );
}

/** The first answer of a stream, which is cancelled then. */
function first(call: ReturnType<Client['stream']>): Promise<unknown> {
  return new Promise((resolve, reject) => {
    call.once('data', (message) => {
      call.cancel();
      resolve(message);
    });
    call.on('error', reject);
    call.once('end', resolve);
  });
}

const fileTimeout = ['DEADLINE_EXCEEDED FILE_TIMEOUT'];

/** A way to have the server look at the mount or at the process, and how it may be answered. */
interface Way {
  name: string;
  call: () => Promise<unknown>;
  outcomes: Outcome[];
}

const creating = (init: () => CreateInit) => () => create(client, init());
const hungPid = () => hung.pid;

/** A session that is attached to the process, for as long as the call lasts. */
async function attached(call: (name: string) => Promise<unknown>): Promise<unknown> {
  await using one = await create(client, attaching(hungPid()));
  return await call(one.name);
}

/** Of each method, the ways in which it takes a path or a pid; none where it takes neither. */
const ways: Record<string, Way[]> = {
  'TraceService.Trace': [
    {
      name: 'filter',
      call: () =>
        first(
          client.stream(TraceService.method.trace, {
            ...launching(['/bin/true']),
            capture: { filter: filter() },
          } as never),
        ),
      outcomes: fileTimeout,
    },
  ],
  'TraceService.CreateSession': [
    {
      name: 'filter',
      call: creating(() => launching(['/bin/true'], { capture: { filter: filter() } })),
      outcomes: fileTimeout,
    },
    {
      name: 'probe',
      call: creating(() =>
        launching(['/bin/true'], {
          capture: {
            probes: [
              { name: 'sp', at: filter(), address: 'rsp', length: { case: 'bytes', value: 8 } },
            ],
          },
        }),
      ),
      outcomes: fileTimeout,
    },
    {
      name: 'stop rule',
      call: creating(() =>
        launching(['/bin/true'], {
          rules: { stop: [{ at: { kinds: [RecordKind.ENTER], ...filter() } }] },
        }),
      ),
      outcomes: fileTimeout,
    },
    {
      name: 'inject rule',
      call: creating(() =>
        launching(['/bin/true'], {
          rules: { inject: [{ at: filter(), syscalls: ['openat'], error: 'EPERM' } as never] },
        }),
      ),
      outcomes: fileTimeout,
    },
    { name: 'program', call: creating(() => launching([onMount()])), outcomes: fileTimeout },
    {
      name: 'program that is found and cannot be read',
      call: creating(() => launching([`${folder}/file`])),
      outcomes: fileTimeout,
    },
    {
      name: 'search in PATH',
      call: creating(() => launching(['program'], {}, { env: [`PATH=${folder}:/bin`] })),
      outcomes: fileTimeout,
    },
    {
      name: 'folder',
      call: creating(() => launching(['/bin/true'], {}, { cwd: onMount() })),
      outcomes: fileTimeout,
    },
    {
      name: 'user of a root directory',
      call: creating(() => launching(['/bin/true'], {}, { rootOfPid: hungPid(), user: 'root' })),
      outcomes: ['OK'],
    },
    { name: 'attach', call: () => attached(async () => {}), outcomes: ['OK'] },
  ],
  'TraceService.GetSession': [
    {
      name: 'of the process',
      call: () => attached((name) => client.unary(TraceService.method.getSession, { name })),
      outcomes: ['OK'],
    },
  ],
  'TraceService.ListSessions': [],
  'TraceService.UpdateSession': [
    {
      name: 'filter',
      call: () =>
        client.unary(TraceService.method.updateSession, {
          session: { name: session, capture: { filter: filter() } },
        }),
      outcomes: fileTimeout,
    },
  ],
  'TraceService.EndSession': [],
  'TraceService.Subscribe': [
    {
      name: 'filter',
      call: () =>
        first(client.stream(TraceService.method.subscribe, { session, filter: filter() })),
      outcomes: fileTimeout,
    },
  ],
  'TraceService.ListRecords': [
    {
      name: 'filter',
      call: () => client.unary(TraceService.method.listRecords, { session, filter: filter() }),
      outcomes: fileTimeout,
    },
  ],
  'TraceService.GetSummary': [],
  'TraceService.WriteStdin': [],
  'ControlService.ListProcesses': [
    {
      name: 'all',
      call: () => client.unary(ControlService.method.listProcesses, { pageSize: 1000 }),
      outcomes: ['OK'],
    },
  ],
  'ControlService.ListTasks': [
    {
      name: 'of the process',
      call: () =>
        attached((name) => client.unary(ControlService.method.listTasks, { session: name })),
      outcomes: ['OK'],
    },
  ],
  'ControlService.Pause': [],
  'ControlService.Resume': [],
  'ControlService.Step': [],
  'ControlService.WaitStop': [],
  'ControlService.SendSignal': [],
  'ControlService.Detach': [],
  'MemoryService.ReadMemory': [
    {
      name: 'module',
      call: () =>
        attached((name) =>
          client.unary(MemoryService.method.readMemory, {
            session: name,
            pid: hungPid(),
            location: { case: 'at', value: onMount() },
            size: 1,
          } as never),
        ),
      outcomes: ['INVALID_ARGUMENT ADDRESS_SYNTAX', 'INVALID_ARGUMENT FIELD_INVALID'],
    },
  ],
  'MemoryService.ReadStringVector': [],
  'MemoryService.ReadSocketAddress': [],
  'MemoryService.DumpMemory': [],
  'MemoryService.SearchMemory': [],
  'MemoryService.WriteMemory': [],
  'MemoryService.ListMappings': [
    {
      name: 'of the process',
      call: () =>
        attached((name) =>
          client.unary(MemoryService.method.listMappings, { session: name, pid: hungPid() }),
        ),
      outcomes: ['OK'],
    },
  ],
  'MemoryService.GetRegisters': [],
  'MemoryService.SetRegisters': [],
  'ServerService.GetServerInfo': [],
  'ServerService.Diagnose': [
    {
      name: 'of the process',
      call: () => client.unary(ServerService.method.diagnose, { pid: hungPid() }),
      outcomes: ['OK'],
    },
  ],
  'ServerService.ListSyscalls': [],
};

test('every method is here', () => {
  const methods = [TraceService, ControlService, MemoryService, ServerService].flatMap((service) =>
    service.methods.map((method) => `${service.name}.${method.name}`),
  );
  expect(Object.keys(ways).sort()).toEqual(methods.sort());
});

const cases = Object.entries(ways).flatMap(([method, each]) =>
  each.map((way): [string, Way] => [`${method}: ${way.name}`, way]),
);

describe('a mount and a page that never come', () => {
  test.for(cases)('%s', async ([, { call, outcomes }]) => {
    const outcome = outcomeOf(call());
    await expectAnswers(other);
    expect(outcomes).toContain(await within('the answer of the call', outcome, boundMs));
    await expectAnswers(other);
  });

  test('do not hold the end up', async () => {
    await using ending = await startServer();
    await using hanging = new Client(ending.address);
    const { listRecords } = TraceService.method;
    const name = (await create(hanging, launching(['/bin/sleep', '600']))).name;
    const calls = [
      ...Array.from({ length: 20 }, () =>
        hanging.unary(listRecords, { session: name, filter: filter() }),
      ),
      create(hanging, launching([onMount()])),
      create(hanging, launching(['/bin/true'], {}, { cwd: onMount() })),
      create(hanging, launching([`${folder}/file`])),
    ];
    const outcomes = Promise.all(calls.map(outcomeOf));
    await using second = new Client(ending.address);
    await expectAnswers(second);
    await expectEnds(ending);
    await outcomes;
  });

  test('bound how many calls wait', async () => {
    const { listRecords } = TraceService.method;
    const list = () => outcomeOf(client.unary(listRecords, { session, filter: filter() }));
    const outcomes = new Set(await Promise.all(Array.from({ length: 40 }, list)));
    expect([...outcomes].sort()).toEqual([...fileTimeout, 'RESOURCE_EXHAUSTED RATE_LIMIT']);
    await expectAnswers(other);
  });
});
