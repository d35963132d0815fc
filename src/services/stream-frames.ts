/** The frames of a stream of records, as Trace and Subscribe bring them: the messages of both are alike. */
import type { MessageInitShape } from '@bufbuild/protobuf';
import { durationFromMs, timestampFromMs } from '@bufbuild/protobuf/wkt';
import type { TraceResponseSchema } from '../gen/ptraced/v1/trace_service_pb.js';
import type { SessionFrame } from '../session/frames.js';
import type { TraceSession } from '../session/session.js';
import type { DurationRange } from './fields.js';
import { captureOf } from './session-message.js';
import { threadsFound } from './start.js';

/** A response, or the bytes of one. */
export type StreamResponse = Pick<MessageInitShape<typeof TraceResponseSchema>, 'frame'> | Buffer;

/** Of `heartbeat_interval`, in milliseconds. */
export const heartbeatRange: DurationRange = { byDefault: 15_000, min: 10, max: 60 * 60 * 1000 };

/** What a stream says first. */
export function toHeader(
  session: TraceSession,
  { firstSerial, heartbeatMs }: { firstSerial: bigint; heartbeatMs: number },
): StreamResponse {
  const value = {
    session: session.name,
    firstSerial,
    rootPid: session.rootPid,
    heartbeatInterval: durationFromMs(heartbeatMs),
    attachedTids: [...threadsFound(session.native)],
    capture: captureOf(session),
  };
  return { frame: { case: 'header', value } };
}

export function toResponse(frame: SessionFrame): StreamResponse {
  switch (frame.kind) {
    case 'batch':
      return frame.frame;
    case 'lost': {
      const { count, firstSerial, lastSerial, reason } = frame;
      return { frame: { case: 'lost', value: { count, firstSerial, lastSerial, reason } } };
    }
    case 'silence':
      return {
        frame: {
          case: 'heartbeat',
          value: { lastSerial: frame.lastSerial, serverTime: timestampFromMs(Date.now()) },
        },
      };
  }
}

/** What a stream says last, once the session has ended; `lostRecords` is what this stream did not bring. */
export async function toEnded(session: TraceSession, lostRecords: bigint): Promise<StreamResponse> {
  const { cause, message, rootExit } = await session.ended;
  const value = {
    cause,
    message,
    lastSerial: session.info().lastSerial,
    lostRecords,
    ...(rootExit && { rootExit: { ...rootExit, processEnded: true } }),
  };
  return { frame: { case: 'ended', value } };
}
