/**
 * What processes did, as sequences of (name, result, errno), in a form in which two runs of one program
 * can be compared: addresses and process ids, which differ between runs, stand as such.
 */
import { RecordKind, type TraceRecord } from '../../src/gen/ptraced/v1/record_pb.js';

/** A call that has returned, or never will. */
export interface Call {
  name: string;
  /** "-1 ENOENT", "? ERESTARTSYS", "?" for none, a number, "address", "task 0.1", "stranger", ... */
  result: string;
  /**
   * The line in strace's notation, addresses aside; without the result, where that tells a task, since
   * which of several ends first is chance. Empty where it is not known.
   */
  text: string;
  /** How the task with an id is called, in the run that the line is from; "" for none. */
  taskOf: (id: string) => string;
}

/**
 * Sequences by task. A task is called by how it came to be: "0" is the first one, "0.0" the first that
 * it made, "0.0.2" the third that this one made.
 */
export type Calls = Map<string, Call[]>;

const addressCalls = new Set(['mmap', 'mremap', 'brk', 'shmat']);
const taskCalls = new Set([
  ...['fork', 'vfork', 'clone', 'clone3', 'wait4', 'getpid', 'gettid', 'getppid'],
  ...['setsid', 'set_tid_address', 'fcntl', 'rt_sigreturn'],
]);
/** Process groups and sessions, which are as whoever started the program made them. */
const groupCalls = new Set(['getpgrp', 'getpgid', 'getsid']);
/** O_LARGEFILE, which F_GETFL tells of opened pipes but not of those made by pipe2. */
const largeFile = 0o100000n;
const clockCalls = new Set(['times', 'time']);

/** Calls whose arguments or results are of the moment. */
const volatileCalls = new Set([
  ...['statfs', 'fstatfs', 'sysinfo', 'getrandom', 'times', 'getrusage', 'clock_gettime'],
  ...['getppid', 'getpgrp', 'getpgid', 'getsid'],
]);

function isVolatile(name: string, text: string): boolean {
  return volatileCalls.has(name) || /F_[GS]ETFL/.test(text); // O_LARGEFILE, as above
}

/** A call as it was recorded, before what differs between runs is taken out. */
interface RawCall {
  name: string;
  value: bigint | undefined;
  error: string;
  text: string;
}

function comparableText({ name, text }: RawCall): string {
  const [call = '', ...result] = text.split(/\) += /);
  const shown =
    taskCalls.has(name) || result.length === 0 ? call : `${call}) = ${result.join(') = ')}`;
  return shown.replace(/0x[0-9a-f]{7,16}\b/g, 'ADDRESS');
}

/** Collects calls by task while a log is read. */
export class CallLog {
  readonly #keys = new Map<number, string>();
  readonly #made = new Map<string, number>();
  readonly #calls = new Map<string, RawCall[]>();
  readonly #everyKey = new Map<number, string>();

  /** A task that nobody in the log made. */
  begin(tid: number, key: string): void {
    this.#keys.set(tid, key);
    this.#everyKey.set(tid, key);
    this.#calls.set(key, []);
  }

  newTask(maker: number, tid: number): void {
    const parent = this.#key(maker);
    const number = this.#made.get(parent) ?? 0;
    this.#made.set(parent, number + 1);
    this.begin(tid, `${parent}.${number}`);
  }

  /** The task goes on under another id (T8). */
  rename(from: number, to: number): void {
    this.#keys.set(to, this.#key(from));
  }

  #key(tid: number): string {
    const key = this.#keys.get(tid);
    if (key === undefined) {
      throw new Error(`nobody made task ${tid}`);
    }
    return key;
  }

  /** Returns the call, so that its result can be set when it is known. */
  add(tid: number, name: string): RawCall {
    const call: RawCall = { name, value: undefined, error: '', text: '' };
    this.#calls.get(this.#key(tid))?.push(call);
    return call;
  }

  finish(): Calls {
    const taskOf = (id: string) => this.#everyKey.get(Number(id)) ?? '';
    const result: Calls = new Map();
    for (const [key, calls] of this.#calls) {
      result.set(
        key,
        calls.map((call) => ({
          name: call.name,
          result: this.#result(call),
          text: comparableText(call),
          taskOf,
        })),
      );
    }
    return result;
  }

  #result({ name, value, error }: RawCall): string {
    if (error !== '') {
      return error.startsWith('ERESTART') ? `? ${error}` : `-1 ${error}`;
    }
    if (value === undefined) {
      return '?';
    }
    if (addressCalls.has(name)) {
      return 'address';
    }
    if (clockCalls.has(name)) {
      return 'ticks';
    }
    if (groupCalls.has(name)) {
      return 'group';
    }
    const task = taskCalls.has(name) ? this.#everyKey.get(Number(value)) : undefined;
    if (task !== undefined) {
      return `task ${task}`;
    }
    if (name === 'getppid') {
      return 'stranger';
    }
    return String(name === 'fcntl' ? value & ~largeFile : value);
  }
}

/** The calls of a stream of ENTER and EXIT records of a launched command. */
export function callsOfRecords(records: TraceRecord[]): Calls {
  const log = new CallLog();
  const open = new Map<bigint, { call: RawCall; tid: number }>();
  const root = records[0]?.tid ?? 0;
  log.begin(root, '0');
  for (const record of records) {
    if (record.kind === RecordKind.ENTER) {
      open.set(record.serial, { call: log.add(record.tid, record.syscall), tid: record.tid });
    } else if (record.kind === RecordKind.EXIT) {
      const entered = open.get(record.enterSerial);
      if (!entered) {
        throw new Error(`record ${record.serial} closes nothing`);
      }
      if (entered.tid !== record.tid) {
        log.rename(entered.tid, record.tid);
      }
      entered.call.value = record.ret;
      entered.call.error = record.errnoName;
      entered.call.text = record.text;
    } else if (record.detail.case === 'newTask') {
      log.newTask(record.tid, record.detail.value.newTid);
    }
  }
  return log.finish();
}

/**
 * Without what chance decides: when a signal came (calls that it interrupted, returns of handlers), and
 * how many random numbers it took to make a name for a temporary file.
 */
function settled(calls: Call[]): Call[] {
  const chance = new Set(['rt_sigreturn', 'getrandom']);
  return calls.filter(({ name, result }) => !chance.has(name) && !result.startsWith('? ERESTART'));
}

function names(calls: Call[]): string {
  return calls.map((call) => call.name).join(' ');
}

/** How one process's calls differ from each of the runs that they were compared with; "" for not. */
function differenceOf(key: string, ours: Call[], runs: Call[][]): string {
  const exact = exactDifference(key, ours, runs);
  return exact && exactDifference(key, settled(ours), runs.map(settled)) && exact;
}

function exactDifference(key: string, ours: Call[], runs: Call[][]): string {
  const alike = runs.filter((run) => names(run) === names(ours));
  if (alike.length === 0) {
    return differenceInNames(key, ours, runs[0] ?? []);
  }
  for (const [index, call] of ours.entries()) {
    const results = new Set(alike.map((run) => run[index]?.result));
    const varies = results.size > 1;
    if (!varies && !results.has(call.result)) {
      return `task ${key}, call ${index}, ${call.name}: ${call.result} instead of ${[...results]}`;
    }
  }
  return '';
}

/** The same line, where the same task may have another id; another number may happen to be some task's. */
export function sameLine(one: Call | undefined, other: Call | undefined): boolean {
  if (one === undefined || other === undefined) {
    return one === other;
  }
  const [words, others] = [one, other].map(({ text }) => text.split(/\b(\d{2,7})\b/)) as [
    string[],
    string[],
  ];
  return (
    words.length === others.length &&
    words.every((word, index) => {
      const counterpart = others[index] ?? '';
      const task = one.taskOf(word);
      return word === counterpart || (task !== '' && task === other.taskOf(counterpart));
    })
  );
}

/**
 * How the lines of our calls differ from those of the runs that made the same calls; where these differ
 * from each other, such as in a time, any line will do.
 */
export function textDifferences(ours: Calls, runs: Calls[]): string[] {
  return [...ours].flatMap(([key, calls]) => {
    const alike = runs
      .map((run) => run.get(key) ?? [])
      .filter((run) => names(run) === names(calls));
    if (alike.length < 2) {
      return [];
    }
    return calls.flatMap((call, index) => {
      const lines = alike.map((run) => run[index]);
      const steady = lines.every((line) => sameLine(line, lines[0]));
      const comparable = call.result !== '?' && steady && !isVolatile(call.name, call.text);
      return comparable && !sameLine(call, lines[0])
        ? [`task ${key}\n    ours   ${call.text}\n    strace ${lines[0]?.text}`]
        : [];
    });
  });
}

function differenceInNames(key: string, ours: Call[], theirs: Call[]): string {
  const show = (calls: Call[], at: number) =>
    calls
      .slice(Math.max(0, at - 2), at + 4)
      .map(({ name, result }) => `${name} = ${result}`)
      .join('; ');
  const at = theirs.findIndex((call, index) => call.name !== ours[index]?.name);
  const where = at < 0 ? Math.min(ours.length, theirs.length) : at;
  return (
    `task ${key}, call ${where} of ${ours.length} (${theirs.length}):\n` +
    `    ours   ${show(ours, where)}\n    strace ${show(theirs, where)}`
  );
}

/**
 * How our calls differ from those of every other run of the program. Where the other runs differ from
 * each other, the program is not deterministic there, and any of them will do.
 */
export function differences(ours: Calls, runs: Calls[]): string[] {
  const keys = (calls: Calls) => [...calls.keys()].sort().join(' ');
  if (!runs.some((run) => keys(run) === keys(ours))) {
    return [`tasks ${keys(ours)} instead of ${runs.map(keys).join(' or ')}`];
  }
  return [...ours].flatMap(([key, calls]) => {
    const difference = differenceOf(
      key,
      calls,
      runs.map((run) => run.get(key) ?? []),
    );
    return difference === '' ? [] : [difference];
  });
}
