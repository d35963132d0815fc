/** Frames into a file, for `replay`. */

import { create, toBinary } from '@bufbuild/protobuf';
import {
  delimited,
  EndCause,
  type KnownFrame,
  SessionEndedSchema,
  TraceResponseSchema,
} from '../client/index.js';
import { type FdWriter, openOutput } from './fd-writer.js';
import type { FrameSink } from './frame-sink.js';
import { TraceOutput, type WriteErrorPolicy } from './trace-output.js';

/** Message of an end without a cause where the tracees were let go. */
export const DETACHED = 'the recording ended with a detach';

/** A recording has what the tracees read and write, secrets too. */
const MODE = 0o600;

/** Keeps every frame as it came, and passes the command's output through. */
export class RecordingSink implements FrameSink, AsyncDisposable {
  readonly #file: FdWriter;
  readonly #output: TraceOutput;
  readonly #close: () => Promise<void>;
  #lastSerial = 0n;
  #lostRecords = 0n;

  private constructor(file: FdWriter, output: TraceOutput, close: () => Promise<void>) {
    this.#file = file;
    this.#output = output;
    this.#close = close;
  }

  /** Opens `path`, which is emptied; one that is new is for its owner alone. Throws an OutputError. */
  static async open(path: string, policy: WriteErrorPolicy): Promise<RecordingSink> {
    const { fd, close } = await openOutput(path, MODE);
    const output = await TraceOutput.open(undefined, policy);
    return new RecordingSink(output.writer(fd, `write '${path}'`), output, close);
  }

  get fd(): number {
    return this.#file.fd;
  }

  get incomplete(): boolean {
    return this.#output.incomplete;
  }

  frame(frame: KnownFrame | undefined, bytes: Uint8Array): void {
    this.#file.addBytes(delimited(bytes));
    if (frame?.case === 'batch') {
      this.#lastSerial = frame.value.lastSerial;
      for (const { detail } of frame.value.records) {
        if (detail.case === 'output') {
          this.#output.output(detail.value.fd, detail.value.data);
        }
      }
    } else if (frame?.case === 'lost') {
      this.#lastSerial = frame.value.lastSerial;
      this.#lostRecords += frame.value.count;
    }
  }

  notice(text: string): void {
    this.#output.notice(text);
  }

  detached(): void {
    this.#end(DETACHED);
  }

  left(): void {
    this.#end('the recording ended before the session');
  }

  finish(): void {}

  async flush(): Promise<void> {
    // Once more behind the recording, whose error it has.
    const tellError = () => this.#output.flush();
    await Promise.all([this.#file.flush().then(tellError), this.#output.flush()]);
  }

  /** No server ends a session without a cause: we left before its end. */
  #end(message: string): void {
    const value = create(SessionEndedSchema, {
      cause: EndCause.UNSPECIFIED,
      message,
      lastSerial: this.#lastSerial,
      lostRecords: this.#lostRecords,
    });
    const end = create(TraceResponseSchema, { frame: { case: 'ended', value } });
    this.#file.addBytes(delimited(toBinary(TraceResponseSchema, end)));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#close();
  }
}
