/** What Trace and CreateSession have in common: what is traced, and what is recorded of it. */
import { invalidField } from '../errors.js';
import {
  type CaptureOptions,
  OrphanAction,
  type Rules,
  type Session,
} from '../gen/ptraced/v1/session_pb.js';
import type { Engine, EngineSession } from '../session/engine.js';
import type { EndAction, SessionProperties } from '../session/session.js';
import { toAttachTarget } from './attach-request.js';
import { toCapture } from './capture-request.js';
import { checkEnum, refuseUnavailable } from './fields.js';
import { type LaunchDefaults, toEngineLaunch } from './launch-request.js';
import { startAttach, startLaunch } from './start.js';

export type TargetKind = SessionProperties['target'];

/** The fields that both requests have. */
export interface TargetRequest {
  readonly target: Session['target'];
  readonly capture?: CaptureOptions | undefined;
  readonly rules?: Rules | undefined;
}

export interface TargetOptions {
  readonly engine: Engine;
  readonly launchDefaults: LaunchDefaults;
}

/** What a request comes to. */
export interface TargetPlan {
  readonly target: TargetKind;
  /** 0: the default. */
  readonly ringBytes: number;
  readonly start: (ringBytes: number) => Promise<EngineSession>;
}

function refuseRules(rules: Rules | undefined): void {
  refuseUnavailable({
    'rules.inject': (rules?.inject.length ?? 0) > 0,
    'rules.stop': (rules?.stop.length ?? 0) > 0,
    'rules.signals': (rules?.signals.length ?? 0) > 0,
  });
}

/** Throws a ServiceError where the request is not acceptable. Touches nothing yet. */
export function planTarget(
  request: TargetRequest,
  { engine, launchDefaults }: TargetOptions,
): TargetPlan {
  const { target } = request;
  if (target.case === undefined) {
    throw invalidField('target', 'must be launch or attach');
  }
  refuseRules(request.rules);
  const { capture, ringBytes } = toCapture(request.capture, target.case);
  if (target.case === 'launch') {
    const command = toEngineLaunch(target.value, launchDefaults);
    return {
      target: target.case,
      ringBytes,
      start: (capacity) => startLaunch(engine, command, { ...capture, ringBytes: capacity }),
    };
  }
  const wanted = toAttachTarget(target.value);
  return {
    target: target.case,
    ringBytes,
    start: (capacity) => startAttach(engine, wanted, { ...capture, ringBytes: capacity }),
  };
}

/** How orphans are let go; undefined: they stay traced. */
export function toOrphanEnd(
  field: string,
  action: OrphanAction,
  target: TargetKind,
): EndAction | undefined {
  checkEnum(field, action, OrphanAction);
  switch (action) {
    case OrphanAction.KEEP:
      return undefined;
    case OrphanAction.KILL:
      return 'kill';
    case OrphanAction.DETACH:
      return 'detach';
    default:
      return target === 'launch' ? 'kill' : 'detach';
  }
}

/** How the end of the server lets tracees go: attached processes always run on. */
export function toShutdownAction(target: TargetKind, orphanEnd: EndAction | undefined): EndAction {
  return target === 'launch' ? (orphanEnd ?? 'kill') : 'detach';
}
