/** From requests of ControlService to what the engine is asked. Each throws FIELD_INVALID. */
import { invalidField } from '../errors.js';
import {
  type DetachRequest,
  type PauseRequest,
  type ResumeRequest,
  type SendSignalRequest,
  StepKind,
  type StepRequest,
  type WaitStopRequest,
} from '../gen/ptraced/v1/control_service_pb.js';
import type { Engine, EngineResume, EngineStep } from '../session/engine.js';
import { checkDuration, checkEnum, checkPid } from './fields.js';

/** As many as the server traces by default. */
const maxIds = 4096;
const maxSteps = 1000;
const stepTimeout = { byDefault: 10_000, min: 1, max: 60 * 60 * 1000 };
const waitTimeout = { byDefault: 10_000, min: 1, max: 60_000 };

function checkIds(field: string, ids: number[]): number[] {
  if (ids.length > maxIds) {
    throw invalidField(field, `must be at most ${maxIds}`);
  }
  ids.forEach((id, index) => {
    checkPid(`${field}[${index}]`, id);
  });
  return ids;
}

function toSignal(engine: Engine, text: string): number {
  const number = engine.signalNumber(text);
  if (number === 0) {
    throw invalidField('signal', 'must be a signal, such as SIGTERM');
  }
  return number;
}

/** The signal that goes with a resume: "" for that of the stop, "0" for none. */
function toResumeSignal(engine: Engine, text: string): { signal?: number } {
  if (text === '') {
    return {};
  }
  return { signal: text === '0' ? 0 : toSignal(engine, text) };
}

export function toPause({ tids }: PauseRequest): number[] {
  return checkIds('tids', tids);
}

export function toResume(engine: Engine, request: ResumeRequest): EngineResume {
  const tids = checkIds('tids', request.tids);
  if (tids.length !== 1) {
    if (request.signal !== '') {
      throw invalidField('signal', 'needs exactly one of tids');
    }
    if (request.expectedStopId !== 0n) {
      throw invalidField('expected_stop_id', 'needs exactly one of tids');
    }
  }
  const { expectedStopId } = request;
  return { tids, expectedStopId, ...toResumeSignal(engine, request.signal) };
}

export function toStep(engine: Engine, request: StepRequest): EngineStep {
  const { tid, kind, count, expectedStopId } = request;
  checkPid('tid', tid);
  checkEnum('kind', kind, StepKind);
  if (count > maxSteps) {
    throw invalidField('count', `must be at most ${maxSteps}`);
  }
  return {
    tid,
    kind: kind === StepKind.INSTRUCTION ? 'instruction' : 'syscall',
    count: count || 1,
    expectedStopId,
    timeoutMs: checkDuration('timeout', request.timeout, stepTimeout),
    ...toResumeSignal(engine, request.signal),
  };
}

export function toWaitStop(request: WaitStopRequest) {
  if (request.tid !== 0) {
    checkPid('tid', request.tid);
  }
  return {
    tid: request.tid,
    afterStopId: request.afterStopId,
    timeoutMs: checkDuration('timeout', request.timeout, waitTimeout),
  };
}

export function toSendSignal(engine: Engine, { pid, signal, threadOnly }: SendSignalRequest) {
  checkPid('pid', pid);
  return { pid, signal: toSignal(engine, signal), threadOnly };
}

export function toDetach({ pids }: DetachRequest): number[] {
  if (pids.length === 0) {
    throw invalidField('pids', 'must not be empty');
  }
  return checkIds('pids', pids);
}
