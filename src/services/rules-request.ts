/** From the Rules of a request to those that the engine applies. Each throws FIELD_INVALID. */
import { invalidField } from '../errors.js';
import { RecordKind } from '../gen/ptraced/v1/record_pb.js';
import type {
  InjectRule,
  MemoryPatch,
  RecordFilter,
  Rules,
  SignalRule,
  StopRule,
} from '../gen/ptraced/v1/session_pb.js';
import type { EngineRules } from '../session/engine.js';
import { checkSyscalls, toFilter, toNanoseconds } from './record-filter.js';

/** Of each kind. */
const maxRules = 256;
const maxEntries = 4096;
const argumentCount = 6;
const maxPatchBytes = 64 * 1024;

const stopKinds: ReadonlySet<RecordKind> = new Set([
  RecordKind.ENTER,
  RecordKind.EXIT,
  RecordKind.SIGNAL,
  RecordKind.NEW_TASK,
  RecordKind.EXEC,
  RecordKind.TASK_EXIT,
]);

/** Whether the rule looks at calls, rather than at other kinds of stop alone. */
export function stopsAtCalls({ at }: StopRule): boolean {
  const kinds = at?.kinds ?? [];
  return kinds.includes(RecordKind.ENTER) || kinds.includes(RecordKind.EXIT);
}

function checkCount(field: string, entries: readonly unknown[], most: number): void {
  if (entries.length > most) {
    throw invalidField(field, `must have at most ${most} entries`);
  }
}

function checkArgument(field: string, index: number): void {
  if (index >= argumentCount) {
    throw invalidField(field, 'must be the index of an argument, from 0 to 5');
  }
}

function toPatch(field: string, { argument, data, onExit }: MemoryPatch) {
  checkArgument(`${field}.argument`, argument);
  if (data.length === 0 || data.length > maxPatchBytes) {
    throw invalidField(`${field}.data`, `must have from 1 to ${maxPatchBytes} bytes`);
  }
  return { argument, data, onExit };
}

/** A rule that does nothing is a mistake. */
function checkEffect(field: string, rule: InjectRule): void {
  const { error, returnValue, signal, delayEnter, delayExit, arguments: words, patches } = rule;
  if (error !== '' && returnValue !== undefined) {
    throw invalidField(`${field}.return_value`, 'must not be set together with error');
  }
  const isEmpty =
    error === '' &&
    returnValue === undefined &&
    signal === '' &&
    delayEnter === undefined &&
    delayExit === undefined &&
    Object.keys(words).length === 0 &&
    patches.length === 0;
  if (isEmpty) {
    throw invalidField(field, 'must say what is done to the calls');
  }
}

/** What is not known, or cannot be, when a call is about to be made. */
function toCalls(field: string, at: RecordFilter | undefined): EngineRules['inject'][number]['at'] {
  const { kinds = [], failedOnly, successfulOnly, errnos = [], minDuration } = at ?? {};
  kinds.forEach((kind, index) => {
    if (kind !== RecordKind.ENTER) {
      throw invalidField(
        `${field}.kinds[${index}]`,
        'must be ENTER, where calls are tampered with',
      );
    }
  });
  const outcomes = {
    failed_only: failedOnly === true,
    successful_only: successfulOnly === true,
    errnos: errnos.length > 0,
    min_duration: minDuration !== undefined,
  };
  for (const [name, isSet] of Object.entries(outcomes)) {
    if (isSet) {
      throw invalidField(
        `${field}.${name}`,
        'must not be set: calls are tampered with before they return',
      );
    }
  }
  return toFilter(field, at);
}

function toInject(field: string, rule: InjectRule): EngineRules['inject'][number] {
  checkSyscalls(`${field}.syscalls`, rule.syscalls);
  checkEffect(field, rule);
  const first = rule.first || 1;
  if (rule.last !== 0 && rule.last < first) {
    throw invalidField(`${field}.last`, 'must be 0 or at least first');
  }
  const words = Object.entries(rule.arguments).map(([key, value]) => {
    const index = Number(key);
    checkArgument(`${field}.arguments`, index);
    return { index, value };
  });
  checkCount(`${field}.patches`, rule.patches, maxRules);
  return {
    field,
    syscalls: rule.syscalls,
    at: toCalls(`${field}.at`, rule.at),
    first,
    step: rule.step || 1,
    last: rule.last,
    countThreads: rule.countThreads,
    exclusive: rule.exclusive,
    filtered: rule.filtered,
    error: rule.error,
    signal: rule.signal,
    enterDelayNs: toNanoseconds(`${field}.delay_enter`, rule.delayEnter),
    exitDelayNs: toNanoseconds(`${field}.delay_exit`, rule.delayExit),
    arguments: words,
    patches: rule.patches.map((patch, index) => toPatch(`${field}.patches[${index}]`, patch)),
    ...(rule.returnValue !== undefined && { returnValue: rule.returnValue }),
  };
}

function toStop(field: string, { at, timeout }: StopRule): EngineRules['stop'][number] {
  const kinds = at?.kinds ?? [];
  if (kinds.length === 0) {
    throw invalidField(`${field}.at.kinds`, 'must say at which kinds of stop');
  }
  kinds.forEach((kind, index) => {
    if (!stopKinds.has(kind)) {
      const names = [...stopKinds].map((one) => RecordKind[one]).join(', ');
      throw invalidField(`${field}.at.kinds[${index}]`, `must be one of ${names}`);
    }
  });
  return {
    at: toFilter(`${field}.at`, at),
    timeoutNs: toNanoseconds(`${field}.timeout`, timeout),
  };
}

function toSignal(field: string, rule: SignalRule): EngineRules['signals'][number] {
  checkCount(`${field}.signals`, rule.signals, maxEntries);
  return { field, signals: rule.signals, replacement: rule.replacement };
}

/** `field` is the path of the rules in the request. */
export function toRules(field: string, rules: Rules | undefined): EngineRules {
  const { inject = [], stop = [], signals = [] } = rules ?? {};
  checkCount(`${field}.inject`, inject, maxRules);
  checkCount(`${field}.stop`, stop, maxRules);
  checkCount(`${field}.signals`, signals, maxRules);
  return {
    inject: inject.map((rule, index) => toInject(`${field}.inject[${index}]`, rule)),
    stop: stop.map((rule, index) => toStop(`${field}.stop[${index}]`, rule)),
    signals: signals.map((rule, index) => toSignal(`${field}.signals[${index}]`, rule)),
  };
}
