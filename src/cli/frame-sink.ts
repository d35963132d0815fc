/** What becomes of the frames of a stream: strace's lines, or JSON. */

import { create, toJsonString } from '@bufbuild/protobuf';
import { type KnownFrame, TraceResponseSchema } from '../client/index.js';
import type { StracePrinter } from './strace-printer.js';
import type { TraceOutput } from './trace-output.js';

/** Takes the frames of one stream or several, and what is to be said about them. */
export interface FrameSink {
  /** Descriptor that the lines go to. */
  readonly fd: number;
  /** Something could not be written, and the trace went on. */
  readonly incomplete: boolean;
  /** `bytes` are those of the frame; it is undefined where this version does not know it. */
  frame(frame: KnownFrame | undefined, bytes: Uint8Array): void;
  /** A message to the user about the trace, a whole line without its end. */
  notice(text: string): void;
  /** We leave, and the tracees are let go. */
  detached(): void;
  /** We leave, and the session goes on. */
  left(): void;
  /** Nothing more is known of the tracees. */
  finish(): void;
  /** Fulfils when everything so far is written. Rejects with an OutputError. */
  flush(): Promise<void>;
}

/** Prints records as strace does, and passes the command's output through. */
export class StraceSink implements FrameSink {
  readonly #printer: StracePrinter;
  readonly #output: TraceOutput;

  constructor(printer: StracePrinter, output: TraceOutput) {
    this.#printer = printer;
    this.#output = output;
  }

  get fd(): number {
    return this.#output.fd;
  }

  get incomplete(): boolean {
    return this.#output.incomplete;
  }

  frame(frame: KnownFrame | undefined): void {
    if (frame?.case === 'header') {
      const { firstSerial, rootPid, attachedTids } = frame.value;
      if (firstSerial > 1n) {
        this.#printer.joinedLate();
      }
      // Later than at the first record, other threads may be there.
      if (attachedTids.length > 0 && firstSerial <= 1n) {
        this.#printer.attached(rootPid, attachedTids);
      }
    } else if (frame?.case === 'lost') {
      this.#printer.lost(frame.value);
    } else if (frame?.case === 'batch') {
      for (const record of frame.value.records) {
        if (record.detail.case === 'output') {
          this.#output.output(record.detail.value.fd, record.detail.value.data);
        } else {
          this.#printer.record(record);
        }
      }
    }
  }

  notice(text: string): void {
    this.#printer.notice(text);
  }

  detached(): void {
    this.#printer.detached();
  }

  left(): void {
    this.#printer.finish();
  }

  finish(): void {
    this.#printer.finish();
  }

  flush(): Promise<void> {
    return this.#output.flush();
  }
}

/**
 * Prints each record as a TraceResponse on a line of its own, and the header, losses and the end as
 * they came. Every line is protobuf's JSON for that message.
 */
export class JsonSink implements FrameSink {
  readonly #output: TraceOutput;

  constructor(output: TraceOutput) {
    this.#output = output;
  }

  get fd(): number {
    return this.#output.fd;
  }

  get incomplete(): boolean {
    return this.#output.incomplete;
  }

  frame(frame: KnownFrame | undefined): void {
    if (frame?.case === 'batch') {
      for (const record of frame.value.records) {
        const value = { ...frame.value, records: [record], lastSerial: record.serial };
        this.#line({ case: 'batch', value });
      }
    } else if (frame !== undefined && frame.case !== 'heartbeat') {
      this.#line(frame);
    }
  }

  notice(text: string): void {
    this.#output.notice(text);
  }

  detached(): void {}

  left(): void {}

  finish(): void {}

  flush(): Promise<void> {
    return this.#output.flush();
  }

  #line(frame: KnownFrame): void {
    const response = create(TraceResponseSchema, { frame });
    this.#output.log(`${toJsonString(TraceResponseSchema, response)}\n`);
  }
}
