/** Runs one stream: prints what it brings, and tells how it ended. */

import type { MessageInitShape } from '@bufbuild/protobuf';
import {
  EndCause,
  type RecordStream,
  type SessionEnded,
  type StreamHeader,
  type TraceRecord,
  type TraceRequestSchema,
} from '../client/index.js';
import type { CommonValues } from './capture-options.js';
import { type ExitStatus, FAILURE } from './exit-status.js';
import { parseNumber } from './options.js';
import type { EndSignal } from './signals.js';
import type { PrinterOptions, StracePrinter } from './strace-printer.js';
import type { TraceOutput } from './trace-output.js';

/** What is asked of the server. */
export type TraceRequest = MessageInitShape<typeof TraceRequestSchema>;

/** How the lines look. `kind`: what is traced. */
export function printerOptions(
  values: CommonValues,
  kind: 'launch' | 'attach' | 'attach-several',
): PrinterOptions {
  const toFile = values.output !== undefined;
  const several = !values['no-follow'] || kind === 'attach-several';
  const quiet = values.quiet.length;
  return {
    prefix: toFile ? (several ? 'always' : 'never') : 'several',
    resultColumn: parseNumber(values.columns, '-a', 0, 1000),
    showAttach: quiet < 1 && !(toFile && kind === 'launch'),
    showExit: quiet < 2,
  };
}

/** The user ended the trace before the tracees did. */
export class Interrupted extends Error {
  override readonly name = 'Interrupted';
  readonly signal: EndSignal;

  constructor(signal: EndSignal) {
    super(`interrupted by ${signal}`);
    this.signal = signal;
  }
}

/** What a caller wants to know while the stream runs. */
export interface RunEvents {
  /** The trace has begun. */
  onHeader?(header: StreamHeader): void;
  /** Something other than output has been printed. */
  onRecord?(record: TraceRecord): void;
}

/** Prints the stream to its end; returns its last frame. Throws what the stream throws. */
export async function printStream(
  stream: RecordStream,
  printer: StracePrinter,
  output: TraceOutput,
  events: RunEvents,
): Promise<SessionEnded> {
  for await (const frame of stream.frames()) {
    if (frame.case === 'header') {
      events.onHeader?.(frame.value);
    } else if (frame.case === 'batch') {
      for (const record of frame.value.records) {
        printRecord(record, printer, output, events);
      }
    } else if (frame.case === 'lost') {
      printer.lost(frame.value);
    }
    await output.flush();
  }
  // frames() throws where it did not come.
  return stream.ended as SessionEnded;
}

function printRecord(
  record: TraceRecord,
  printer: StracePrinter,
  output: TraceOutput,
  events: RunEvents,
): void {
  if (record.detail.case === 'output') {
    output.output(record.detail.value.fd, record.detail.value.data);
    return;
  }
  printer.record(record);
  events.onRecord?.(record);
}

const CAUSES: Readonly<Record<number, string>> = {
  [EndCause.CLIENT_REQUEST]: 'another client ended it',
  [EndCause.ORPHANED]: 'the server took us for gone',
  [EndCause.SERVER_SHUTDOWN]: 'the server shuts down',
  [EndCause.LIMIT_EXCEEDED]: 'a limit of the server was reached',
  [EndCause.TRACER_FAILURE]: 'the tracer failed',
};

/** Why a trace ended before its tracees; undefined where it did not. */
export function describeEnd(ended: SessionEnded): string | undefined {
  if (ended.cause === EndCause.TRACEES_EXITED) {
    return undefined;
  }
  const cause = CAUSES[ended.cause] ?? 'the server did not say why';
  return `the trace ended early: ${cause}${ended.message === '' ? '' : ` (${ended.message})`}`;
}

/** How the command ended, as our own end. */
export function statusOf(ended: SessionEnded): ExitStatus {
  const exit = ended.rootExit;
  if (exit === undefined) {
    return FAILURE;
  }
  return exit.signal === 0 ? { code: exit.exitCode ?? 0 } : { signal: exit.signal };
}
