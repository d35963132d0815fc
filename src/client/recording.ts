/**
 * Recordings: the frames of one stream, each a TraceResponse after its length as a varint, as
 * protobuf's delimited format has it in every language (`parseDelimitedFrom`, `protodelim`,
 * `sizeDelimitedDecodeStream`). The first is the header, the last the end.
 */

import { BinaryWriter } from '@bufbuild/protobuf/wire';
import { decodeFrame, type KnownFrame } from './frame-decoder.js';

/** What is wrong with a recording. */
export type RecordingFault = 'NOT_A_RECORDING' | 'TRUNCATED' | 'CORRUPT';

/** A recording cannot be read, or not to its end. */
export class RecordingError extends Error {
  override readonly name = 'RecordingError';
  readonly fault: RecordingFault;
  /** Offset in bytes of the frame that could not be read. */
  readonly offset: number;

  constructor(fault: RecordingFault, message: string, offset: number) {
    super(message);
    this.fault = fault;
    this.offset = offset;
  }
}

/** Frames are about 64 KiB; no server sends one of this size. */
const MAX_FRAME_BYTES = 64 * 1024 * 1024;
/** What a length up to MAX_FRAME_BYTES takes. */
const MAX_LENGTH_BYTES = 4;

/** A frame as it stands in a recording. `frame` are the bytes of a TraceResponse. */
export function delimited(frame: Uint8Array): Uint8Array {
  return new BinaryWriter().bytes(frame).finish();
}

/**
 * The frames of a recording, one at a time, however large it is; those that this version does not
 * know are passed over.
 *
 * Throws a RecordingError: NOT_A_RECORDING where the first frame is no header, CORRUPT where bytes
 * are no frame or follow the end, and TRUNCATED, after the frames before it, where the end is
 * missing. What `chunks` throws is thrown as it is.
 */
export async function* readRecording(
  chunks: AsyncIterable<Uint8Array>,
): AsyncGenerator<KnownFrame, void, undefined> {
  let previous: KnownFrame['case'] | undefined;
  let end = 0;
  for await (const { bytes, offset } of splitFrames(chunks)) {
    if (previous === 'ended') {
      throw new RecordingError('CORRUPT', `something follows the end at byte ${offset}`, offset);
    }
    end = offset + bytes.length;
    const frame = readFrame(bytes, offset);
    if (previous === undefined && !(frame?.case === 'header' && frame.value.session !== '')) {
      throw notARecording();
    }
    if (frame !== undefined) {
      previous = frame.case;
      yield frame;
    }
  }
  if (previous === undefined) {
    throw new RecordingError('NOT_A_RECORDING', 'it is empty', 0);
  }
  if (previous !== 'ended') {
    throw new RecordingError('TRUNCATED', 'it breaks off: the end of the trace is missing', end);
  }
}

function notARecording(): RecordingError {
  return new RecordingError('NOT_A_RECORDING', 'it is no recording of a trace', 0);
}

/** The first bytes of a file say what it is; later ones what became of it. */
function noFrame(offset: number): RecordingError {
  return offset === 0
    ? notARecording()
    : new RecordingError('CORRUPT', `the bytes at ${offset} are no frame`, offset);
}

function readFrame(bytes: Uint8Array, offset: number): KnownFrame | undefined {
  try {
    const frame = decodeFrame(bytes);
    return frame.case === undefined ? undefined : frame;
  } catch {
    throw noFrame(offset);
  }
}

/** Bytes of one frame, and where its length stands. */
interface FramePart {
  readonly bytes: Uint8Array;
  readonly offset: number;
}

/** Cuts bytes into what their lengths say. */
async function* splitFrames(
  chunks: AsyncIterable<Uint8Array>,
): AsyncGenerator<FramePart, void, undefined> {
  let offset = 0;
  let waiting: Uint8Array[] = [];
  let held = 0;
  let wanted = 1;
  for await (const chunk of chunks) {
    waiting.push(chunk);
    held += chunk.length;
    if (held < wanted) {
      continue;
    }
    // Joined only when the frame is whole, however many chunks it comes in.
    let rest: Uint8Array = Buffer.concat(waiting);
    let extent = firstFrame(rest, offset);
    while (extent !== undefined && extent.end <= rest.length) {
      yield { bytes: rest.subarray(extent.start, extent.end), offset };
      offset += extent.end;
      rest = rest.subarray(extent.end);
      extent = firstFrame(rest, offset);
    }
    waiting = [rest];
    held = rest.length;
    wanted = extent?.end ?? held + 1;
  }
  if (held > 0) {
    throw offset === 0
      ? notARecording()
      : new RecordingError('TRUNCATED', `it breaks off in the frame at byte ${offset}`, offset);
  }
}

/** Where the first frame of the bytes starts and ends; undefined where its length is not all there. */
function firstFrame(
  bytes: Uint8Array,
  offset: number,
): { readonly start: number; readonly end: number } | undefined {
  let length = 0;
  for (let index = 0; index < MAX_LENGTH_BYTES; index += 1) {
    const byte = bytes[index];
    if (byte === undefined) {
      return undefined;
    }
    length += (byte & 0x7f) * 2 ** (7 * index);
    if (byte < 0x80 && length <= MAX_FRAME_BYTES) {
      return { start: index + 1, end: index + 1 + length };
    }
  }
  throw noFrame(offset);
}
