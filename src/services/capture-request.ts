/** From the CaptureOptions of a request to what the engine records. */
import { create } from '@bufbuild/protobuf';
import { durationFromMs } from '@bufbuild/protobuf/wkt';
import { invalidField } from '../errors.js';
import {
  type CaptureOptions,
  CaptureOptionsSchema,
  DecodeMode,
  FollowOptionsSchema,
  OverflowPolicy,
  RecordFilterSchema,
  RecordMode,
} from '../gen/ptraced/v1/session_pb.js';
import type { EngineCapture } from '../session/engine.js';
import { asShown } from './bytes-fields.js';
import { checkDuration, checkEnum, refuseUnavailable } from './fields.js';
import { completeProbes, toProbes } from './probe-request.js';
import { toFilter } from './record-filter.js';

/** As strace. */
const defaultStringBytes = 32;
const maxStringBytes = 1024 * 1024;
/** One batch. */
const minRingBytes = 64 * 1024;
const maxBlockRange = { byDefault: 0, min: 1, max: 24 * 60 * 60 * 1000 };

function toDecode(decode: DecodeMode): EngineCapture['decode'] {
  checkEnum('capture.decode', decode, DecodeMode);
  switch (decode) {
    case DecodeMode.RAW:
      return 'raw';
    case DecodeMode.VALUES:
      return 'values';
    case DecodeMode.TEXT_AND_VALUES:
      return 'text-and-values';
    default:
      return 'text';
  }
}

function toMaxStringBytes({ maxStringBytes: bytes, noStrings }: CaptureOptions): number {
  if (bytes > maxStringBytes) {
    throw invalidField('capture.max_string_bytes', `must be at most ${maxStringBytes}`);
  }
  if (noStrings && bytes > 0) {
    throw invalidField('capture.max_string_bytes', 'must be 0 with no_strings');
  }
  return noStrings ? 0 : bytes || defaultStringBytes;
}

/** The capacity that is asked for; 0: the default one. */
function checkRingBytes(bytes: number): number {
  if (bytes > 0 && bytes < minRingBytes) {
    throw invalidField('capture.ring_bytes', `must be 0 or at least ${minRingBytes}`);
  }
  return bytes;
}

function toOverflow(
  policy: OverflowPolicy,
  target: 'launch' | 'attach',
): EngineCapture['overflow'] {
  checkEnum('capture.overflow', policy, OverflowPolicy);
  const byDefault = target === 'launch' ? OverflowPolicy.BLOCK : OverflowPolicy.DROP_OLDEST;
  const wanted = policy === OverflowPolicy.UNSPECIFIED ? byDefault : policy;
  return wanted === OverflowPolicy.BLOCK ? 'block' : 'drop-oldest';
}

/** Longest hold under BLOCK, in milliseconds, 0 for no limit; `longest`: of an attached process. */
function toMaxBlock(
  { maxBlock }: CaptureOptions,
  overflow: EngineCapture['overflow'],
  target: 'launch' | 'attach',
  longest: number,
): number {
  const wanted = checkDuration('capture.max_block', maxBlock, maxBlockRange);
  return target === 'launch' || overflow !== 'block' || (wanted > 0 && wanted < longest)
    ? wanted
    : longest;
}

/** The options with every default filled in, but for the capacity of the ring. */
function complete(
  options: CaptureOptions,
  { maxStringBytes, overflow, maxBlockMs }: Capture,
): CaptureOptions {
  const shown = asShown(CaptureOptionsSchema, options);
  shown.mode ||= RecordMode.ENTER_EXIT;
  shown.decode ||= DecodeMode.TEXT;
  shown.maxStringBytes = maxStringBytes;
  shown.filter ??= create(RecordFilterSchema);
  shown.follow ??= create(FollowOptionsSchema);
  shown.overflow = overflow === 'block' ? OverflowPolicy.BLOCK : OverflowPolicy.DROP_OLDEST;
  shown.maxBlock = durationFromMs(maxBlockMs);
  shown.probes = completeProbes(shown.probes);
  return shown;
}

/** All but the capacity of the ring, which the server's other sessions have a say in, and what the session is for. */
export type Capture = Omit<
  EngineCapture,
  'ringBytes' | 'awaitReader' | 'filterInKernel' | 'rules' | 'linesFd'
>;

export interface CapturePlan {
  readonly capture: Capture;
  /** 0: the default. */
  readonly ringBytes: number;
  /** What the session says of itself: every default is filled in, but for the capacity of the ring. */
  readonly shown: CaptureOptions;
}

/** `maxBlockMs`: as in Limits. Throws a ServiceError where the request is not acceptable. */
export function toCapture(
  request: CaptureOptions | undefined,
  target: 'launch' | 'attach',
  maxBlockMs: number,
): CapturePlan {
  const options = request ?? create(CaptureOptionsSchema);
  refuseUnavailable({
    'capture.stacks': options.stacks,
    'capture.resolve_descriptors': options.resolveDescriptors,
  });
  checkEnum('capture.mode', options.mode, RecordMode);
  const overflow = toOverflow(options.overflow, target);
  const follow = options.follow ?? create(FollowOptionsSchema);
  const capture: Capture = {
    mode: options.mode === RecordMode.COMBINED ? 'combined' : 'enter-exit',
    decode: toDecode(options.decode),
    registers: options.registers,
    files: options.files,
    systemTime: options.systemTime,
    textSpans: options.textSpans,
    unabbreviated: options.unabbreviated,
    maxStringBytes: toMaxStringBytes(options),
    filter: toFilter('capture.filter', options.filter),
    probes: toProbes('capture.probes', options.probes),
    followThreads: !follow.noThreads,
    followProcesses: !follow.noProcesses,
    detachOnExec: follow.detachOnExec,
    overflow,
    maxBlockMs: toMaxBlock(options, overflow, target, maxBlockMs),
  };
  return {
    capture,
    ringBytes: checkRingBytes(options.ringBytes),
    shown: complete(options, capture),
  };
}
