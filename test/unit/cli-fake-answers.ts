/** What the fake server of the command line's tests answers. */

import {
  create,
  type DescMethodServerStreaming,
  type DescMethodUnary,
  type MessageInitShape,
  toBinary,
} from '@bufbuild/protobuf';
import { status } from '@grpc/grpc-js';
import {
  ControlService,
  EndCause,
  MemoryService,
  type SessionSchema,
  SessionState,
  StopReason,
  type SummaryRowSchema,
  type TaskSchema,
  TaskState,
  TraceService,
} from '../../src/client/index.js';
import { answering, failing, streaming } from './client-fake-server.js';

export const NAME = 'sessions/abc123';
const SESSIONS: MessageInitShape<typeof SessionSchema>[] = [
  {
    name: NAME,
    state: SessionState.RUNNING,
    target: { case: 'launch', value: { argv: ['sleep', '9'] } },
    createTime: { seconds: 1_700_000_000n },
    rootPid: 7,
    liveTasks: 2,
    lastSerial: 123n,
    subscribers: 1,
  },
  {
    name: 'sessions/abd456',
    state: SessionState.ENDED,
    endCause: EndCause.TRACEES_EXITED,
    target: { case: 'attach', value: { pid: 4711 } },
    rootPid: 4711,
  },
];
const TASK: MessageInitShape<typeof TaskSchema> = {
  tid: 8,
  pid: 7,
  comm: 'a\x1bb',
  state: TaskState.HELD,
  stopId: 3n,
  stopReason: StopReason.PAUSE,
  stopRecord: { text: 'read(0' },
};
const ROWS: MessageInitShape<typeof SummaryRowSchema>[] = [
  {
    syscall: 'read',
    pid: 7,
    comm: 'cat',
    calls: 10n,
    errors: 2n,
    totalTime: { nanos: 3_000_000 },
    minTime: { nanos: 1000 },
    p50Time: { nanos: 2000 },
    p95Time: { nanos: 9000 },
    p99Time: { nanos: 9500 },
    maxTime: { nanos: 1_000_000 },
  },
  { syscall: 'close', pid: 8, calls: 1n, totalTime: { nanos: 1_000_000 } },
];

/** What was asked so far. */
export const asked: { method: string; request: unknown }[] = [];

function method<M extends DescMethodUnary>(descriptor: M, response: MessageInitShape<M['output']>) {
  return answering(descriptor, (request) => {
    asked.push({ method: descriptor.name, request });
    return response;
  });
}

function stream<M extends DescMethodServerStreaming>(
  descriptor: M,
  ...responses: MessageInitShape<M['output']>[]
) {
  return streaming(descriptor, (call) => {
    asked.push({ method: descriptor.name, request: call.request });
    for (const response of responses) {
      const message = create<M['output']>(descriptor.output, response);
      call.write(Buffer.from(toBinary<M['output']>(descriptor.output, message)));
    }
    call.end();
  });
}

const { method: traces } = TraceService;
const { method: control } = ControlService;
const { method: memory } = MemoryService;

/** A method each that commands use; all but GetSession note what they were asked. */
export const METHODS = [
  answering(traces.getSession, ({ name }) => {
    const session = SESSIONS.find((candidate) => candidate.name === name);
    if (session === undefined) {
      throw failing(status.NOT_FOUND, 'SESSION_NOT_FOUND', `SESSION_NOT_FOUND: no '${name}'`);
    }
    return { session };
  }),
  method(traces.listSessions, { sessions: SESSIONS }),
  method(traces.endSession, { session: SESSIONS[1] ?? {} }),
  method(traces.createSession, { session: SESSIONS[0] ?? {} }),
  method(traces.getSummary, { rows: ROWS }),
  method(control.listProcesses, {
    processes: [
      {
        pid: 5,
        parentPid: 1,
        namespacePid: 2,
        uid: 9,
        comm: 'x',
        argv: ['x', '-y'],
        attachable: true,
      },
      { pid: 600, comm: 'kthread', notAttachableReason: 'TARGET_DENIED' },
    ],
  }),
  method(control.listTasks, { tasks: [TASK] }),
  method(control.pause, { tasks: [TASK] }),
  method(control.resume, { tasks: [TASK] }),
  method(control.detach, { tasks: [TASK] }),
  method(control.waitStop, { task: TASK }),
  method(control.sendSignal, {}),
  method(control.step, { task: TASK, records: [{ text: 'read(0, "", 1) = 0' }], stepsDone: 1 }),
  method(memory.readMemory, { address: 16n, data: new Uint8Array([65]), text: '00000010  41\n' }),
  method(memory.readStringVector, { texts: ['a', 'b\n'], truncated: true }),
  method(memory.readSocketAddress, { text: '{sa_family=AF_UNIX}' }),
  method(memory.writeMemory, { address: 16n, written: 2, previous: new Uint8Array([1, 255]) }),
  method(memory.listMappings, {
    mappings: [
      {
        start: 0x1000n,
        end: 0x7fff_0000_0000n,
        permissions: 'r-xp',
        offset: 4096n,
        path: '/bin/x',
      },
      { start: 1n, end: 2n, permissions: 'rw-p' },
    ],
  }),
  method(memory.getRegisters, { hex: { rip: '0x10', rax: '0x1', zmm: '0x2' }, stopId: 3n }),
  method(memory.setRegisters, {}),
  stream(
    memory.dumpMemory,
    { address: 16n, data: new Uint8Array([65, 66]) },
    { address: 18n, unreadable: 3n },
  ),
  stream(memory.searchMemory, { addresses: [16n, 32n] }, { addresses: [48n] }),
];
