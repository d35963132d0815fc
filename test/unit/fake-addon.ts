/** An addon without tracees: a test says what its sessions bring. Kept to src/native/addon.ts by its types. */
import { existsSync, readFileSync } from 'node:fs';
import { create, type MessageInitShape, toBinary } from '@bufbuild/protobuf';
import { RecordKind, type TraceRecordSchema } from '../../src/gen/ptraced/v1/record_pb.js';
import { EndCause } from '../../src/gen/ptraced/v1/session_pb.js';
import { TraceResponseSchema } from '../../src/gen/ptraced/v1/trace_service_pb.js';
import type {
  NativeAddon,
  NativeAttach,
  NativeCapture,
  NativeCursor,
  NativeEnd,
  NativeFailure,
  NativeFrame,
  NativeLaunch,
  NativePeer,
  NativeSession,
  NativeText,
} from '../../src/native/addon.js';

/** A failure as the addon makes it. */
export function nativeFailure(fields: Partial<NativeFailure> & { reason: string }): NativeFailure {
  return Object.assign(new Error(fields.message ?? 'failed'), {
    operation: '',
    errno: 0,
    errnoName: '',
    ...fields,
  });
}

/** For what acts on tasks, which a session of this addon has none of. */
async function withoutTasks(): Promise<never> {
  throw nativeFailure({ reason: 'TASK_NOT_FOUND' });
}

class FakeCursor implements NativeCursor {
  lastSerial = 0n;
  closed = false;
  taken = 0;
  #waiting: ((frame: NativeFrame | null) => void) | undefined;
  readonly #session: FakeSession;

  constructor(session: FakeSession) {
    this.#session = session;
  }

  next(): Promise<NativeFrame | null> {
    if (this.#waiting !== undefined) {
      throw new Error('one next at a time');
    }
    return new Promise((resolve) => {
      this.#waiting = resolve;
      this.serve();
    });
  }

  /** Hands over the next frame where one is asked for and there is one. */
  serve(): void {
    const resolve = this.#waiting;
    const frame = this.closed ? null : this.#session.frameAt(this.taken);
    if (resolve !== undefined && frame !== undefined) {
      this.taken++;
      this.#advance(frame);
      this.#waiting = undefined;
      resolve(frame);
    }
  }

  take(): NativeFrame | null {
    const frame = this.closed ? undefined : this.#session.frameAt(this.taken);
    if (frame === undefined) {
      return null;
    }
    this.taken++;
    this.#advance(frame);
    return frame;
  }

  #advance(frame: NativeFrame | null): void {
    if (frame?.kind === 'batch' || frame?.kind === 'lost') {
      this.lastSerial = frame.lastSerial;
    }
  }

  close(): void {
    this.closed = true;
    this.serve();
  }
}

function none(): Promise<never> {
  throw new Error('there are no tasks');
}

export class FakeSession implements NativeSession {
  readonly listTasks = none;
  readonly pause = none;
  readonly resume = none;
  readonly step = none;
  readonly waitStop = none;
  readonly sendSignal = none;
  readonly detachProcesses = none;

  readonly rootPid = 4242;
  readonly ended: Promise<NativeEnd>;
  readonly cursors: FakeCursor[] = [];
  disposed = false;
  liveTasks = 1;
  ringBytes = 0;
  filteredInKernel = false;
  /** What `end` was first called with. */
  endedBy: { action: 'detach' | 'kill'; cause: number } | undefined;
  readonly launch: NativeLaunch | undefined;
  readonly attach: NativeAttach | undefined;
  readonly capture: NativeCapture;
  #frames: NativeFrame[] = [];
  #endless: NativeFrame | undefined;
  #finished = false;
  #serial = 0n;
  #resolveEnded: (end: NativeEnd) => void = () => {};

  constructor(target: NativeLaunch | NativeAttach, capture: NativeCapture) {
    this.launch = 'argv' in target ? target : undefined;
    this.attach = 'pid' in target ? target : undefined;
    this.capture = capture;
    this.ended = new Promise((resolve) => {
      this.#resolveEnded = resolve;
    });
  }

  info() {
    return {
      firstSerial: 1n,
      lastSerial: this.#serial,
      lostRecords: 0n,
      liveTasks: this.liveTasks,
      ringBytes: this.ringBytes,
      filteredInKernel: this.filteredInKernel,
    };
  }

  update(): Promise<bigint> {
    return Promise.resolve(++this.#serial);
  }

  summary() {
    return { rows: [], lastSerial: this.#serial };
  }

  seesCalls(): boolean {
    return true;
  }

  openCursor(): NativeCursor {
    const cursor = new FakeCursor(this);
    this.cursors.push(cursor);
    return cursor;
  }

  end(action: 'detach' | 'kill', cause: number): Promise<NativeEnd> {
    this.endedBy ??= { action, cause };
    this.finish({ cause });
    return this.ended;
  }

  async writeStdin(): Promise<boolean> {
    return true;
  }

  async stdinDrained(): Promise<void> {}

  hasHolder = true;

  async setHolder(present: boolean): Promise<void> {
    this.hasHolder = present;
  }

  dispose(): void {
    this.disposed = true;
  }

  readonly readMemory = withoutTasks;
  readonly writeMemory = withoutTasks;
  readonly openMemory = withoutTasks;
  readonly registers = withoutTasks;
  readonly setRegisters = withoutTasks;

  frameAt(index: number): NativeFrame | undefined {
    const end: NativeFrame | undefined = this.#finished ? { kind: 'end' } : undefined;
    return this.#frames[index] ?? end ?? this.#endless;
  }

  /** A batch of one record. */
  record(init: MessageInitShape<typeof TraceRecordSchema> = {}): void {
    this.#serial++;
    const record = { serial: this.#serial, kind: RecordKind.ENTER, ...init };
    const value = { records: [record], lastSerial: this.#serial };
    const frame = Buffer.from(
      toBinary(
        TraceResponseSchema,
        create(TraceResponseSchema, { frame: { case: 'batch', value } }),
      ),
    );
    this.#push({ kind: 'batch', frame, payload: 0, records: 1, lastSerial: this.#serial });
  }

  lose(count: bigint, reason: number): void {
    const firstSerial = this.#serial + 1n;
    this.#serial += count;
    this.#push({ kind: 'lost', count, firstSerial, lastSerial: this.#serial, reason });
  }

  /** From now on the same frame of `size` bytes whenever one is asked for. */
  flood(size: number): void {
    this.#endless = {
      kind: 'batch',
      frame: Buffer.alloc(size),
      payload: 0,
      records: 1,
      lastSerial: 1n,
    };
    this.#serve();
  }

  /** From now on there is always more that a filter leaves out. */
  leaveOut(): void {
    this.#endless = { kind: 'more' };
    this.#serve();
  }

  /** No tracee is left. */
  finish(end: Partial<NativeEnd> = {}): void {
    this.#finished = true;
    this.#resolveEnded({ cause: EndCause.TRACEES_EXITED, message: '', ...end });
    this.#serve();
  }

  #push(frame: NativeFrame): void {
    this.#frames.push(frame);
    this.#serve();
  }

  #serve(): void {
    for (const cursor of this.cursors) {
      cursor.serve();
    }
  }
}

export class FakeAddon implements NativeAddon {
  readonly sessions: FakeSession[] = [];
  /** What the next start, or listSyscalls, fails with. */
  failure: Error | undefined;
  /** Called with each session before its start is told. */
  onStart: (session: FakeSession) => void = () => {};

  launch(target: NativeLaunch, capture: NativeCapture): Promise<NativeSession> {
    return this.#start(target, capture);
  }

  attach(target: NativeAttach, capture: NativeCapture): Promise<NativeSession> {
    return this.#start(target, capture);
  }

  tracerThreads() {
    return 0;
  }

  watchHangup() {
    return () => {};
  }

  async realPaths({ paths }: { paths: unknown[] }) {
    return paths.map(() => null);
  }

  async readFiles({ paths }: { paths: NativeText[] }) {
    return paths.map((path) => (existsSync(`${path}`) ? readFileSync(`${path}`) : null));
  }

  openLog() {
    return { write: () => {}, flush: () => true, dropped: () => 0 };
  }

  exit(status: number): never {
    throw new Error(`exit ${status}`);
  }

  signalNumber(text: string): number {
    return text === 'SIGTERM' ? 15 : 0;
  }

  listSyscalls() {
    this.#failWhereAsked();
    return [{ number: 0, name: 'read', arguments: ['fd', 'buf', 'count'], classes: ['%desc'] }];
  }

  async lookUpUser() {
    return null;
  }

  socketAddress() {
    return { text: '{sa_family=AF_UNSPEC}' };
  }

  hardenProcess() {}

  reapOrphans() {}

  peerOf(): NativePeer {
    return { pid: 0, uid: 0, descent: 'stranger' };
  }

  async probe() {
    return {
      getSyscallInfo: true,
      setSyscallInfo: false,
      processVm: true,
      seccompFilter: true,
      confinedSeccompFilter: true,
      signalScope: true,
    };
  }

  /** The last session that was started. */
  get session(): FakeSession {
    const last = this.sessions.at(-1);
    if (last === undefined) {
      throw new Error('no session was started');
    }
    return last;
  }

  async #start(target: NativeLaunch | NativeAttach, capture: NativeCapture) {
    this.#failWhereAsked();
    const session = new FakeSession(target, capture);
    this.sessions.push(session);
    this.onStart(session);
    return session;
  }

  #failWhereAsked(): void {
    if (this.failure !== undefined) {
      throw this.failure;
    }
  }
}
