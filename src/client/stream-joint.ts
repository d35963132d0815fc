/** Joins the calls of a resumed stream into one stream, as a server would have sent it in one call. */

import { create } from '@bufbuild/protobuf';
import {
  LossReason,
  type LostRecords,
  LostRecordsSchema,
  type RecordBatch,
  type SessionEnded,
  type StreamHeader,
} from '../gen/ptraced/v1/trace_service_pb.js';
import type { KnownFrame } from './frame-decoder.js';

/**
 * Frames in, frames out: one header, no record twice, and a LostRecords where one is missing,
 * whether the server tells of it or merely starts later than it was asked to.
 */
export class StreamJoint {
  #position: bigint | undefined;
  #lostRecords = 0n;
  #hasHeader = false;
  #resumed = false;

  /** `afterSerial`: where the stream was asked to start, if at a record. */
  constructor(afterSerial?: bigint) {
    this.#position = afterSerial;
  }

  /** Serial up to which the stream is complete; undefined before its first frame. */
  get position(): bigint | undefined {
    return this.#position;
  }

  /** Records that are missing so far. */
  get lostRecords(): bigint {
    return this.#lostRecords;
  }

  /** The frames that follow are of a new call, which was asked to start after `position`. */
  resume(): void {
    this.#resumed = true;
  }

  /** What the stream brings in place of a frame of the current call. */
  take(frame: KnownFrame): KnownFrame[] {
    switch (frame.case) {
      case 'header':
        return this.#header(frame.value);
      case 'batch':
        return this.#batch(frame.value);
      case 'lost':
        return this.#lost(frame.value);
      case 'heartbeat':
        this.#advance(frame.value.lastSerial);
        return [frame];
      case 'ended':
        return [{ case: 'ended', value: this.#end(frame.value) }];
    }
  }

  #header(header: StreamHeader): KnownFrame[] {
    const frames: KnownFrame[] = this.#hasHeader ? [] : [{ case: 'header', value: header }];
    this.#hasHeader = true;
    if (header.firstSerial === 0n) {
      return frames;
    }
    const before = header.firstSerial - 1n;
    if (this.#position !== undefined && before > this.#position) {
      const lost = lostBetween(this.#position + 1n, before, LossReason.RING_EVICTED);
      frames.push({ case: 'lost', value: lost });
      this.#lostRecords += lost.count;
    }
    this.#advance(before);
    return frames;
  }

  #batch(batch: RecordBatch): KnownFrame[] {
    const position = this.#position ?? 0n;
    this.#advance(batch.lastSerial);
    const first = batch.records[0];
    if (!this.#resumed || first === undefined || first.serial > position) {
      return [{ case: 'batch', value: batch }];
    }
    const records = batch.records.filter(({ serial }) => serial > position);
    return records.length === 0 ? [] : [{ case: 'batch', value: { ...batch, records } }];
  }

  #lost(lost: LostRecords): KnownFrame[] {
    const told = this.#position ?? 0n;
    this.#advance(lost.lastSerial);
    // What a header told of is in the frame that follows it too.
    const rest =
      lost.firstSerial > told || !this.#hasHeader || lost.lastSerial === 0n
        ? lost
        : lostBetween(told + 1n, lost.lastSerial, lost.reason);
    if (rest.count <= 0n) {
      return [];
    }
    this.#lostRecords += rest.count;
    return [{ case: 'lost', value: rest }];
  }

  #end(ended: SessionEnded): SessionEnded {
    return this.#resumed ? { ...ended, lostRecords: this.#lostRecords } : ended;
  }

  #advance(lastSerial: bigint): void {
    if (this.#position === undefined || lastSerial > this.#position) {
      this.#position = lastSerial;
    }
  }
}

function lostBetween(firstSerial: bigint, lastSerial: bigint, reason: LossReason): LostRecords {
  const count = lastSerial - firstSerial + 1n;
  return create(LostRecordsSchema, { count, firstSerial, lastSerial, reason });
}
