/** -s of `replay`: the strings and arrays of a recording, shorter. */

import { type KnownFrame, RecordKind, type TraceRecord } from '../client/index.js';
import { MAX_STRING_BYTES } from './capture-options.js';
import { MissingPartError } from './missing-part.js';
import { parseNumber } from './options.js';
import { shortenText } from './shorten-text.js';

export class ReplayedStrings {
  readonly #limit: number;
  /** Of the recording. */
  #recorded = 0;
  #lacks = false;

  /** Throws a UsageError. */
  constructor(limit: string) {
    this.#limit = parseNumber(limit, '-s', 0, MAX_STRING_BYTES);
  }

  /** The frame with its texts shortened. Throws a MissingPartError at the header. */
  frame(frame: KnownFrame): KnownFrame {
    if (frame.case === 'header') {
      const { capture } = frame.value;
      if (!capture?.textSpans) {
        throw new MissingPartError('-s', 'where strings stand in lines', 'capture.text_spans');
      }
      this.#recorded = capture.maxStringBytes;
    }
    return frame.case === 'batch'
      ? {
          ...frame,
          value: { ...frame.value, records: frame.value.records.map((one) => this.#record(one)) },
        }
      : frame;
  }

  /** What is to be said at the end; undefined: nothing. */
  get notice(): string | undefined {
    return this.#lacks
      ? `strings were recorded with at most ${this.#recorded} bytes: 'ptracectl record -s ` +
          `${this.#limit}' keeps more`
      : undefined;
  }

  #record(record: TraceRecord): TraceRecord {
    if (record.kind !== RecordKind.ENTER && record.kind !== RecordKind.EXIT) {
      return record;
    }
    const { lacks, ...shortened } = shortenText(record, this.#limit);
    this.#lacks ||= lacks;
    return { ...record, ...shortened, textSpans: [] };
  }
}
