/** What Trace and CreateSession have in common: what is traced, and what is recorded of it. */
import { create } from '@bufbuild/protobuf';
import { fromBytes, toBytes } from '../bytes.js';
import { invalidField } from '../errors.js';
import {
  type CaptureOptions,
  LaunchSchema,
  OrphanAction,
  type Rules,
  RulesSchema,
} from '../gen/ptraced/v1/session_pb.js';
import { redactArguments, redacted } from '../security/redact.js';
import type { Engine, EngineCapture, EngineSession } from '../session/engine.js';
import type { SessionRegistry } from '../session/registry.js';
import type { EndAction, SessionProperties, SessionTarget } from '../session/session.js';
import { toAttachTarget } from './attach-request.js';
import { asShown } from './bytes-fields.js';
import { type Capture, toCapture } from './capture-request.js';
import { checkEnum } from './fields.js';
import { asNamedUser, type LaunchDefaults, toEngineLaunch } from './launch-request.js';
import { stopsAtCalls, toRules } from './rules-request.js';
import { startAttach, startLaunch } from './start.js';

export type TargetKind = SessionProperties['target'];

/** The fields that both requests have. */
export interface TargetRequest {
  readonly target: SessionTarget;
  readonly capture?: CaptureOptions | undefined;
  readonly rules?: Rules | undefined;
}

export interface TargetOptions {
  readonly engine: Engine;
  readonly registry: SessionRegistry;
  readonly launchDefaults: LaunchDefaults;
  /** As in Limits. */
  readonly maxBlockMs: number;
}

/** What a request comes to. */
export interface TargetPlan {
  readonly target: TargetKind;
  /** The target without secrets. */
  readonly request: SessionTarget;
  readonly capture: CaptureOptions;
  readonly rules: Rules;
  /** 0: the default. */
  readonly ringBytes: number;
  readonly start: (ringBytes: number) => Promise<EngineSession>;
}

/** "NAME=value" without the value; an entry without "=" may be a secret as a whole. */
function redactEntry(entry: string): string {
  return entry.slice(0, entry.indexOf('=') + 1) + redacted;
}

/** A list as strings of `fromBytes`. */
function strings(texts: string[], bytes: Uint8Array[]): string[] {
  return bytes.length > 0 ? bytes.map(fromBytes) : texts;
}

/** What somebody else may see of a target. */
function redactTarget(target: SessionTarget): SessionTarget {
  if (target.case !== 'launch') {
    return target;
  }
  const { argv, argvBytes, env, envBytes, ...others } = target.value;
  const value = create(LaunchSchema, {
    ...others,
    argv: [],
    argvBytes: redactArguments(strings(argv, argvBytes)).map(toBytes),
    env: [],
    envBytes: strings(env, envBytes).map(redactEntry).map(toBytes),
  });
  return { case: 'launch', value: asShown(LaunchSchema, value) };
}

/** How the target is started with a ring of the capacity that it is then given. */
function toStart(
  target: SessionTarget,
  capture: Omit<EngineCapture, 'ringBytes' | 'linesFd'>,
  { engine, registry, launchDefaults }: TargetOptions,
): TargetPlan['start'] {
  switch (target.case) {
    case 'launch': {
      const command = toEngineLaunch(target.value, launchDefaults);
      const { linesFd = -1 } = launchDefaults;
      const launch = target.value;
      return async (ringBytes) => {
        const wanted = await asNamedUser(command, launch, engine);
        return await startLaunch(engine, wanted, { ...capture, ringBytes, linesFd });
      };
    }
    case 'attach': {
      const wanted = toAttachTarget(target.value);
      const start = { ...capture, linesFd: -1 };
      return (ringBytes) => startAttach({ engine, registry }, wanted, { ...start, ringBytes });
    }
    default:
      throw invalidField('target', 'must be launch or attach');
  }
}

/** What a session is for. */
export interface TargetUse {
  /** Records wait for the first lossless reader from the first one on. */
  readonly awaitReader: boolean;
  /** As the request has it. */
  readonly orphanAction: OrphanAction;
}

/** Tasks that the kernel filters can only be killed, and their children and programs are theirs for good. */
function canFilterInKernel(
  target: TargetKind,
  orphanAction: OrphanAction,
  { followThreads, followProcesses, detachOnExec }: Capture,
): boolean {
  const killed = orphanAction === OrphanAction.UNSPECIFIED || orphanAction === OrphanAction.KILL;
  return target === 'launch' && killed && followThreads && followProcesses && !detachOnExec;
}

/** Throws a ServiceError where the request is not acceptable. Touches nothing yet. */
export function planTarget(
  request: TargetRequest,
  { awaitReader, orphanAction }: TargetUse,
  options: TargetOptions,
): TargetPlan {
  const { target } = request;
  if (target.case === undefined) {
    throw invalidField('target', 'must be launch or attach');
  }
  const rules = toRules('rules', request.rules);
  const { capture, ringBytes, shown } = toCapture(request.capture, target.case, options.maxBlockMs);
  // Rules look at calls that the filter may exclude.
  const filterInKernel =
    rules.inject.length === 0 &&
    !request.rules?.stop.some(stopsAtCalls) &&
    canFilterInKernel(target.case, orphanAction, capture);
  return {
    target: target.case,
    request: redactTarget(target),
    capture: shown,
    rules: asShown(RulesSchema, request.rules ?? create(RulesSchema)),
    ringBytes,
    start: toStart(target, { ...capture, awaitReader, filterInKernel, rules }, options),
  };
}

/** The orphan action that a request asks for, or the one of its target. */
export function toOrphanAction(
  field: string,
  action: OrphanAction,
  target: TargetKind,
): OrphanAction {
  checkEnum(field, action, OrphanAction);
  const byDefault = target === 'launch' ? OrphanAction.KILL : OrphanAction.DETACH;
  return action || byDefault;
}

/** How orphans are let go; undefined: they stay traced. */
export function toOrphanEnd(action: OrphanAction): EndAction | undefined {
  switch (action) {
    case OrphanAction.KILL:
      return 'kill';
    case OrphanAction.DETACH:
      return 'detach';
    default:
      return undefined;
  }
}

/** How the end of the server lets tracees go: attached processes always run on. */
export function toShutdownAction(target: TargetKind, orphanAction: OrphanAction): EndAction {
  return target === 'launch' ? (toOrphanEnd(orphanAction) ?? 'kill') : 'detach';
}
