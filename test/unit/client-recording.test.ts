/** Recordings: what is written comes back, and what is none says so. */

import { create, type MessageInitShape, toBinary } from '@bufbuild/protobuf';
import { sizeDelimitedDecodeStream } from '@bufbuild/protobuf/wire';
import { describe, expect, it } from 'vitest';
import {
  delimited,
  type KnownFrame,
  RecordingError,
  readRecording,
  TraceResponseSchema,
} from '../../src/client/index.js';

type Frame = MessageInitShape<typeof TraceResponseSchema>['frame'];

const encode = (frame: Frame) =>
  toBinary(TraceResponseSchema, create(TraceResponseSchema, frame ? { frame } : {}));

const HEADER = encode({ case: 'header', value: { session: 'sessions/1', rootPid: 7 } });
const BATCH = encode({
  case: 'batch',
  value: { records: [{ serial: 1n, text: 'x'.repeat(300) }] },
});
const LOST = encode({ case: 'lost', value: { count: 6n, firstSerial: 2n, lastSerial: 7n } });
const ENDED = encode({ case: 'ended', value: { lastSerial: 7n } });
const UNKNOWN = new Uint8Array([0x9a, 0x06, 0x00]);

const file = (...frames: Uint8Array[]) => Buffer.concat(frames.map(delimited));
const WHOLE = file(HEADER, BATCH, LOST, ENDED);

/** The bytes in chunks of a size. */
async function* chunks(bytes: Uint8Array, size = 65_536): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) {
    yield bytes.subarray(at, at + size);
  }
}

async function read(bytes: Uint8Array, size?: number) {
  const frames: KnownFrame[] = [];
  let error: unknown;
  try {
    for await (const frame of readRecording(chunks(bytes, size))) {
      frames.push(frame);
    }
  } catch (thrown) {
    error = thrown;
  }
  return { kinds: frames.map((frame) => frame.case), frames, error };
}

describe('a recording', () => {
  it.each([1, 2, 3, 7, 100, 65_536])('comes back, %i bytes at a time', async (size) => {
    const { kinds, frames, error } = await read(WHOLE, size);
    expect(error).toBeUndefined();
    expect(kinds).toEqual(['header', 'batch', 'lost', 'ended']);
    expect(frames[1]?.value).toMatchObject({ records: [{ serial: 1n, text: 'x'.repeat(300) }] });
  });

  it("is protobuf's own delimited format", async () => {
    const kinds: unknown[] = [];
    for await (const { frame } of sizeDelimitedDecodeStream(
      TraceResponseSchema,
      chunks(WHOLE, 5),
    )) {
      kinds.push(frame.case);
    }
    expect(kinds).toEqual(['header', 'batch', 'lost', 'ended']);
  });

  it('of a newer version is read without what is new', async () => {
    const more = Buffer.concat([BATCH, UNKNOWN]);
    const { kinds, error } = await read(file(HEADER, UNKNOWN, more, ENDED));
    expect(error).toBeUndefined();
    expect(kinds).toEqual(['header', 'batch', 'ended']);
  });

  it('that is cut off anywhere gives what is whole, and says so', async () => {
    const ends = [HEADER, BATCH, LOST].map(
      (_, index, all) => file(...all.slice(0, index + 1)).length,
    );
    for (let length = 1; length < WHOLE.length; length += 1) {
      const { kinds, error } = await read(WHOLE.subarray(0, length), 11);
      expect(kinds).toHaveLength(ends.filter((end) => end <= length).length);
      expect(error).toBeInstanceOf(RecordingError);
      const fault = length < (ends[0] ?? 0) ? 'NOT_A_RECORDING' : 'TRUNCATED';
      expect(error, `${length} bytes`).toMatchObject({ fault });
    }
  });

  it.each([
    ['nothing', new Uint8Array(), 'it is empty'],
    [
      'text',
      Buffer.from('execve("/bin/ls", ["ls"], 0x7ff) = 0\n'),
      'it is no recording of a trace',
    ],
    ['zeroes', new Uint8Array(100), 'it is no recording of a trace'],
    ['ones', new Uint8Array(100).fill(0xff), 'it is no recording of a trace'],
    ['a program', Buffer.from('\x7fELF\x02\x01\x01'), 'it is no recording of a trace'],
    ['records without a header', file(BATCH, ENDED), 'it is no recording of a trace'],
  ])('is not %s', async (_, bytes, message) => {
    const { kinds, error } = await read(bytes);
    expect(kinds).toEqual([]);
    expect(error).toMatchObject({ fault: 'NOT_A_RECORDING', message });
  });

  it.each([
    ['a frame that is none', Buffer.concat([file(HEADER), Buffer.from([3, 0x12, 0x7f, 1])])],
    ['a length that is none', Buffer.concat([file(HEADER), Buffer.alloc(8, 0xff)])],
    ['something after its end', Buffer.concat([WHOLE, file(BATCH)])],
  ])('with %s is corrupt', async (_, bytes) => {
    const { error } = await read(bytes);
    expect(error).toMatchObject({ fault: 'CORRUPT' });
    expect((error as RecordingError).offset).toBeGreaterThan(0);
  });

  it('may have a frame of many chunks', async () => {
    const text = 'y'.repeat(1_000_000);
    const big = encode({ case: 'batch', value: { records: [{ text }] } });
    const { kinds, error } = await read(file(HEADER, big, big, ENDED), 1000);
    expect(error).toBeUndefined();
    expect(kinds).toEqual(['header', 'batch', 'batch', 'ended']);
  });
});
