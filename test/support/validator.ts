/**
 * Checks every stream that any test receives against what the contract promises of all of them:
 * serials without a gap that is not told, each ENTER closed once, NEW_TASK before a task's first
 * record, TASK_EXIT last, enter_serial, duration and times right.
 */

import { RecordKind, type TraceRecord } from '../../src/gen/ptraced/v1/record_pb.js';
import { DecodeMode, RecordMode } from '../../src/gen/ptraced/v1/session_pb.js';
import type {
  RecordBatch,
  TraceRequest,
  TraceResponse,
} from '../../src/gen/ptraced/v1/trace_service_pb.js';
import { TaskBook } from './task-book.js';

const maxComplaints = 20;

export class StreamValidator {
  /** What does not hold; empty as long as all is well. */
  readonly complaints: string[] = [];
  readonly #request: TraceRequest;
  readonly #book: TaskBook;
  #frames = 0;
  #ended = false;
  #next = 1n;
  #lost = 0n;
  #records = 0n;
  readonly #outputOffset = new Map<number, bigint>();

  constructor(request: TraceRequest) {
    this.#request = request;
    const capture = request.capture;
    this.#book = new TaskBook(
      {
        attached: request.target.case === 'attach',
        singleThread: request.target.case === 'attach' && request.target.value.singleThread,
        detaching: capture?.follow?.detachOnExec ?? false,
        combined: capture?.mode === RecordMode.COMBINED,
        partial: Object.entries(capture?.filter ?? {}).some(
          ([name, value]) =>
            name !== '$typeName' && (Array.isArray(value) ? value.length > 0 : value),
        ),
      },
      (text) => this.#complain(text),
    );
  }

  #complain(text: string): void {
    if (this.complaints.length < maxComplaints) {
      this.complaints.push(text);
    }
  }

  frame(response: TraceResponse): void {
    const frame = response.frame;
    if (this.#ended) {
      this.#complain(`frame ${frame.case} after ended`);
    }
    if ((this.#frames++ === 0) !== (frame.case === 'header')) {
      this.#complain(`frame ${this.#frames} is ${frame.case}`);
    }
    switch (frame.case) {
      case 'header':
        this.#next = frame.value.firstSerial;
        this.#book.root(frame.value.rootPid);
        break;
      case 'batch':
        this.#batch(frame.value);
        break;
      case 'lost': {
        const { count, firstSerial, lastSerial } = frame.value;
        if (firstSerial !== this.#next || count !== lastSerial - firstSerial + 1n || count < 1n) {
          this.#complain(
            `lost ${count} from ${firstSerial} to ${lastSerial}, expected ${this.#next}`,
          );
        }
        this.#next = lastSerial + 1n;
        this.#lost += count;
        this.#book.loss(firstSerial, lastSerial);
        break;
      }
      case 'heartbeat':
        this.#reached('heartbeat', frame.value.lastSerial);
        break;
      case 'ended':
        this.#ended = true;
        this.#reached('ended', frame.value.lastSerial);
        if (frame.value.lostRecords !== this.#lost) {
          this.#complain(
            `ended tells of ${frame.value.lostRecords} lost, the stream of ${this.#lost}`,
          );
        }
        this.#book.end(frame.value.cause);
        break;
      default:
        this.#complain('empty frame');
    }
  }

  #reached(what: string, lastSerial: bigint): void {
    if (lastSerial !== this.#next - 1n) {
      this.#complain(`${what} says serial ${lastSerial}, the stream is at ${this.#next - 1n}`);
    }
  }

  #batch(batch: RecordBatch): void {
    if (batch.records.length === 0) {
      this.#complain('empty batch');
    }
    for (const record of batch.records) {
      if (record.serial !== this.#next) {
        this.#complain(`serial ${record.serial} instead of ${this.#next}`);
      }
      this.#next = record.serial + 1n;
      this.#records++;
      this.#shape(record);
      this.#book.record(record);
    }
    this.#reached('batch', batch.lastSerial);
  }

  /** What must hold of a record by itself. */
  #shape(record: TraceRecord): void {
    const at = `record ${record.serial} (${RecordKind[record.kind]} ${record.syscall})`;
    const call = record.kind === RecordKind.ENTER || record.kind === RecordKind.EXIT;
    const expect = (holds: boolean, what: string) => holds || this.#complain(`${at}: ${what}`);

    expect(record.kind !== RecordKind.UNSPECIFIED, 'no kind');
    expect(record.time !== undefined, 'no time');
    if (record.kind === RecordKind.OUTPUT) {
      this.#output(record);
      return;
    }
    if (record.kind === RecordKind.TRACER_ERROR || record.kind === RecordKind.RULES_CHANGED) {
      return;
    }
    expect(record.tid > 0 && record.pid > 0, `tid ${record.tid} pid ${record.pid}`);
    expect((record.arch !== 0) === call, `arch ${record.arch}`);
    expect(record.args.length === (call ? 6 : 0), `${record.args.length} arguments`);
    expect((record.syscall !== '') === (call && record.sysno !== -1), `number ${record.sysno}`);
    expect(record.enterSerial < record.serial, `enter_serial ${record.enterSerial}`);
    if (record.kind === RecordKind.EXIT) {
      expect(record.errno >= 0, `errno ${record.errno}`);
      expect(record.errno === 0 || record.ret === BigInt(-record.errno), `ret ${record.ret}`);
      expect((record.errno === 0) === (record.errnoName === ''), `errno_name ${record.errnoName}`);
    } else {
      expect(record.errno === 0 && record.ret === 0n, `errno ${record.errno} ret ${record.ret}`);
      expect(record.duration === undefined, 'duration');
    }
    const wantsRegisters = call && this.#request.capture?.registers === true;
    expect((record.registers !== undefined) === wantsRegisters, 'registers');
    const decode = this.#request.capture?.decode || DecodeMode.TEXT;
    const text = decode === DecodeMode.TEXT || decode === DecodeMode.TEXT_AND_VALUES;
    const values = decode === DecodeMode.VALUES || decode === DecodeMode.TEXT_AND_VALUES;
    if (call && record.sysno !== -1) {
      expect((record.text !== '') === text, `text "${record.text}"`);
    }
    if (!values) {
      const none = record.arguments.length === 0 && record.returnValue === undefined;
      expect(none, `values of ${record.syscall}`);
    }
  }

  #output(record: TraceRecord): void {
    const output = record.detail.case === 'output' ? record.detail.value : undefined;
    if (!output || (output.fd !== 1 && output.fd !== 2) || output.data.length === 0) {
      this.#complain(`record ${record.serial}: output of descriptor ${output?.fd}`);
      return;
    }
    const expected = this.#outputOffset.get(output.fd) ?? 0n;
    if (output.offset !== expected && this.#lost === 0n) {
      this.#complain(`record ${record.serial}: offset ${output.offset} instead of ${expected}`);
    }
    this.#outputOffset.set(output.fd, output.offset + BigInt(output.data.length));
  }

  /** How many records came, and how many were told to be lost. */
  get counts(): { received: bigint; lost: bigint } {
    return { received: this.#records, lost: this.#lost };
  }
}
