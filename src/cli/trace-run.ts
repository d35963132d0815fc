/** Runs one stream: prints what it brings, and tells how it ended. */

import type { MessageInitShape } from '@bufbuild/protobuf';
import {
  EndCause,
  type ReceivedFrame,
  type SessionEnded,
  type StreamHeader,
  type TraceRecord,
  type TraceRequestSchema,
} from '../client/index.js';
import { type ExitStatus, FAILURE } from './exit-status.js';
import type { FrameSink } from './frame-sink.js';
import { parseNumber } from './options.js';
import type { EndSignal } from './signals.js';
import type { PrinterOptions } from './strace-printer.js';

/** What is asked of the server. */
export type TraceRequest = MessageInitShape<typeof TraceRequestSchema>;

/** What is printed: by the command that started it, or by one that merely looks on. */
export type TracedKind = 'launch' | 'attach' | 'attach-several' | 'session';

/** The options that say how lines look. */
interface LineValues {
  readonly columns: string;
  readonly output?: string | undefined;
  readonly quiet: readonly boolean[];
  readonly 'no-follow'?: boolean;
}

/** How the lines look. */
export function printerOptions(values: LineValues, kind: TracedKind): PrinterOptions {
  const toFile = values.output !== undefined;
  const several = !values['no-follow'] || kind === 'attach-several';
  const quiet = values.quiet.length;
  return {
    prefix: toFile ? (several ? 'always' : 'never') : 'several',
    resultColumn: parseNumber(values.columns, '-a', 0, 1000),
    showAttach:
      quiet < 1 && (!toFile || (kind === 'session' ? 'once-attached' : kind !== 'launch')),
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
  /** A record has been printed. */
  onRecord?(record: TraceRecord): void;
}

/** Where frames come from. */
export interface FrameSource {
  messages(): AsyncIterable<ReceivedFrame>;
}

/**
 * Hands the frames to the sink, each written before the next is asked for; returns the last. Throws
 * what the source throws, which is something where the last did not come.
 */
export async function printStream(
  source: FrameSource,
  sink: FrameSink,
  events: RunEvents,
): Promise<SessionEnded> {
  let ended: SessionEnded | undefined;
  for await (const { frame, bytes } of source.messages()) {
    sink.frame(frame, bytes);
    if (frame?.case === 'header') {
      events.onHeader?.(frame.value);
    } else if (frame?.case === 'batch' && events.onRecord !== undefined) {
      frame.value.records.forEach(events.onRecord);
    } else if (frame?.case === 'ended') {
      ended = frame.value;
    }
    await sink.flush();
  }
  return ended as SessionEnded;
}

const CAUSES: Readonly<Record<number, string>> = {
  [EndCause.CLIENT_REQUEST]: 'another client ended it',
  [EndCause.ORPHANED]: 'the server took its holder for gone',
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
