/** SearchMemory: a pattern in the readable mappings, with progress. */
import type { MessageInitShape } from '@bufbuild/protobuf';
import type { CallContext } from '../context.js';
import { invalidField } from '../errors.js';
import type {
  SearchMemoryRequest,
  SearchMemoryResponseSchema,
} from '../gen/ptraced/v1/memory_service_pb.js';
import type { EngineMapping, EngineMemoryReader } from '../session/engine.js';
import { withServiceErrors } from '../session/native-failure.js';
import type { TraceSession } from '../session/session.js';
import { checkPid } from './fields.js';
import { type BytePattern, toPattern } from './memory-pattern.js';

type Response = MessageInitShape<typeof SearchMemoryResponseSchema>;

const defaultMatches = 1000;
const maxMatches = 1_000_000;
/** Searched at a time; a message can follow each. */
const sliceBytes = 4n * 1024n * 1024n;
/** A message comes at least this often, whether something was found or not. */
const progressBytes = 64n * 1024n * 1024n;
const progressMs = 200;

/** Neighbouring mappings, over whose borders a match may lie. */
interface Run {
  readonly start: bigint;
  readonly end: bigint;
}

function toPermissions(permissions: string): string {
  if (!/^[rwxps]*$/.test(permissions)) {
    throw invalidField('permissions', 'must be letters of "rwxps"');
  }
  return permissions;
}

function toMaxMatches(count: number): number {
  if (count > maxMatches) {
    throw invalidField('max_matches', `must be at most ${maxMatches}`);
  }
  return count || defaultMatches;
}

/** The readable mappings with all of the permissions, neighbours joined. */
export function selectRuns(mappings: readonly EngineMapping[], permissions: string): Run[] {
  const runs: Run[] = [];
  for (const mapping of mappings) {
    const isSelected = [...`r${permissions}`].every((letter) =>
      mapping.permissions.includes(letter),
    );
    const last = runs.at(-1);
    if (isSelected && last?.end === mapping.start) {
      runs[runs.length - 1] = { start: last.start, end: mapping.end };
    } else if (isSelected) {
      runs.push({ start: mapping.start, end: mapping.end });
    }
  }
  return runs;
}

function* slices(runs: readonly Run[]): Iterable<{ start: bigint; end: bigint; limit: bigint }> {
  for (const { start, end } of runs) {
    for (let at = start; at < end; at += sliceBytes) {
      const next = at + sliceBytes;
      yield { start: at, end: next < end ? next : end, limit: end };
    }
  }
}

interface Search {
  readonly reader: EngineMemoryReader;
  readonly pattern: BytePattern;
  readonly runs: readonly Run[];
  readonly maxMatches: number;
  readonly signal: AbortSignal;
}

async function* search(options: Search): AsyncGenerator<Response, void, undefined> {
  const { reader, pattern, runs, signal } = options;
  const totalBytes = runs.reduce((sum, { start, end }) => sum + (end - start), 0n);
  let searchedBytes = 0n;
  let left = options.maxMatches;
  let told = { bytes: 0n, ms: performance.now() };
  for (const slice of slices(runs)) {
    const found = await withServiceErrors(() => reader.search(slice, pattern, left));
    if (signal.aborted) {
      return;
    }
    searchedBytes += slice.end - slice.start;
    left -= found.length;
    const isOver = left === 0 || searchedBytes === totalBytes;
    const isDue =
      searchedBytes - told.bytes >= progressBytes || performance.now() - told.ms >= progressMs;
    if (isOver || isDue || found.length > 0) {
      told = { bytes: searchedBytes, ms: performance.now() };
      yield { addresses: [...found], searchedBytes, totalBytes };
    }
    if (isOver) {
      return;
    }
  }
  if (totalBytes === 0n) {
    yield { addresses: [], searchedBytes, totalBytes };
  }
}

export async function* searchMemory(
  request: SearchMemoryRequest,
  { native }: TraceSession,
  { signal }: CallContext,
): AsyncGenerator<Response, void, undefined> {
  const { pid } = request;
  checkPid('pid', pid);
  const pattern = toPattern(request);
  const permissions = toPermissions(request.permissions);
  const most = toMaxMatches(request.maxMatches);
  const reader = await withServiceErrors(() => native.openMemory(pid, 0n));
  try {
    const mappings = await withServiceErrors(() => reader.mappings());
    const runs = selectRuns(mappings, permissions);
    yield* search({ reader, pattern, runs, maxMatches: most, signal });
  } finally {
    reader.close();
  }
}
