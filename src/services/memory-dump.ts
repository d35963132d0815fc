/** DumpMemory: a range of any size, piece by piece. */
import type { MessageInitShape } from '@bufbuild/protobuf';
import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire';
import type { CallContext } from '../context.js';
import { invalidField } from '../errors.js';
import type {
  DumpMemoryRequest,
  DumpMemoryResponseSchema,
} from '../gen/ptraced/v1/memory_service_pb.js';
import type { EngineMapping, EngineMemoryReader } from '../session/engine.js';
import { withServiceErrors } from '../session/native-failure.js';
import type { TraceSession } from '../session/session.js';
import { toLocation } from './memory-place.js';

/** What the contract allows: each message costs the same, whatever its size. */
const chunkBytes = 256 * 1024;
/** Read by the memory thread while the one before is on its way to the client. */
const chunksAhead = 3;
/** Room for the fields that go before the bytes. */
const headroom = 32;
const pageBytes = 4096n;
const endOfAddresses = 1n << 64n;
/** How often it is made sure that the session still has the process: it may be detached from meanwhile. */
const chunksBetweenChecks = 64;

/** A part of the address space. */
interface Range {
  readonly start: bigint;
  /** Address after the last. */
  readonly end: bigint;
}

type Response = MessageInitShape<typeof DumpMemoryResponseSchema> | Buffer;

function* readableParts(
  mappings: readonly EngineMapping[],
  { start, end }: Range,
): Iterable<Range> {
  for (const mapping of mappings) {
    const part = {
      start: mapping.start > start ? mapping.start : start,
      end: mapping.end < end ? mapping.end : end,
    };
    if (mapping.permissions.startsWith('r') && part.start < part.end) {
      yield part;
    }
  }
}

function* chunks(ranges: Iterable<Range>): Iterable<Range> {
  for (const { start, end } of ranges) {
    for (let at = start; at < end; at += BigInt(chunkBytes)) {
      const next = at + BigInt(chunkBytes);
      yield { start: at, end: next < end ? next : end };
    }
  }
}

const tag = { address: 1, data: 2 } as const;

/**
 * A DumpMemoryResponse with the bytes that stand behind the headroom: encoded in place, so that they are
 * not copied.
 */
function encodeInPlace(address: bigint, buffer: Buffer): Buffer {
  const head = new BinaryWriter()
    .tag(tag.address, WireType.Varint)
    .uint64(address)
    .tag(tag.data, WireType.LengthDelimited)
    .uint32(buffer.length - headroom)
    .finish();
  const start = headroom - head.length;
  buffer.set(head, start);
  return buffer.subarray(start);
}

/** Bytes that were read, behind the headroom. */
interface Piece {
  readonly start: bigint;
  readonly end: bigint;
  readonly buffer: Buffer;
}

/** Reads chunk by chunk; what cannot be read is left out, page by page. */
async function* readPieces(
  reader: EngineMemoryReader,
  ranges: Iterable<Range>,
): AsyncGenerator<Piece, void, undefined> {
  for (const { start, end } of ranges) {
    let at = start;
    while (at < end) {
      const { data } = await reader.read(at, Number(end - at), headroom);
      const stopped = at + BigInt(data.length - headroom);
      yield { start: at, end: stopped, buffer: data };
      at = stopped === end ? end : stopped - (stopped % pageBytes) + pageBytes;
    }
  }
}

/** The same items; up to `count` more are fetched while one is used. */
async function* ahead<T>(
  items: AsyncGenerator<T, void, undefined>,
  count: number,
): AsyncGenerator<T, void, undefined> {
  const fetched: Promise<IteratorResult<T, void>>[] = [];
  const fetch = () => {
    const item = items.next();
    item.catch(() => {}); // awaited below, or nobody waits for it any more
    fetched.push(item);
  };
  for (let i = 0; i < count; i++) {
    fetch();
  }
  try {
    for (;;) {
      fetch();
      const item = await fetched.shift();
      if (item === undefined || item.done) {
        return;
      }
      yield item.value;
    }
  } finally {
    await items.return();
  }
}

function toRange(address: bigint, size: bigint): Range {
  if (size === 0n) {
    throw invalidField('size', 'must be at least one byte');
  }
  if (address + size > endOfAddresses) {
    throw invalidField('size', 'reaches beyond the end of all addresses');
  }
  return { start: address, end: address + size };
}

async function* dump(
  reader: EngineMemoryReader,
  range: Range,
  check: () => Promise<unknown>,
  signal: AbortSignal,
): AsyncGenerator<Response, void, undefined> {
  let at = range.start;
  let untilCheck = chunksBetweenChecks;
  const parts = readableParts(await reader.mappings(), range);
  for await (const { start, end, buffer } of ahead(
    readPieces(reader, chunks(parts)),
    chunksAhead,
  )) {
    if (signal.aborted) {
      return;
    }
    if (--untilCheck === 0) {
      untilCheck = chunksBetweenChecks;
      await check();
    }
    if (start === end) {
      continue;
    }
    if (start > at) {
      yield { address: at, unreadable: start - at };
    }
    yield encodeInPlace(start, buffer);
    at = end;
  }
  if (at < range.end) {
    yield { address: at, unreadable: range.end - at };
  }
}

export async function* dumpMemory(
  request: DumpMemoryRequest,
  { native }: TraceSession,
  { signal }: CallContext,
): AsyncGenerator<Response, void, undefined> {
  const location = toLocation(request);
  const reader = await withServiceErrors(() => native.openMemory(request.pid, location));
  try {
    const range = toRange(reader.address, request.size);
    const check = () => native.readMemory(request.pid, 0n, 0);
    yield* translated(dump(reader, range, check, signal));
  } finally {
    reader.close();
  }
}

/** The same items; a failure of the addon comes as one of the error model. */
async function* translated<T>(items: AsyncGenerator<T, void, undefined>): AsyncGenerator<T, void> {
  try {
    for (;;) {
      const { done, value } = await withServiceErrors(() => items.next());
      if (done) {
        return;
      }
      yield value;
    }
  } finally {
    await items.return();
  }
}
