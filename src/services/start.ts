/** Starts tracers, and says of a failure what it was about. */
import { displayBytes, type TextOrBytes } from '../bytes.js';
import { ServiceError } from '../errors.js';
import { EndCause } from '../gen/ptraced/v1/session_pb.js';
import { listThreads, readComm, readProcess, readThreadTracer } from '../procfs/process.js';
import { checkAttach } from '../security/attach-rules.js';
import { explainDenial, explainLaunchDenial } from '../security/ptrace-hints.js';
import type { Engine, EngineCapture, EngineLaunch, EngineSession } from '../session/engine.js';
import type { SessionRegistry } from '../session/registry.js';
import type { AttachPlan } from './attach-request.js';

/** The threads that each attach found. */
const foundThreads = new WeakMap<EngineSession, readonly number[]>();

/** Threads that were there when the session attached; none for a launched command. */
export function threadsFound(session: EngineSession): readonly number[] {
  return foundThreads.get(session) ?? [];
}

export interface AttachParts {
  readonly engine: Engine;
  /** Whose sessions may trace the target already. */
  readonly registry: SessionRegistry;
}

/** Attaches where the rules allow it, and makes sure that it was the process that they were asked about. */
export async function startAttach(
  { engine, registry }: AttachParts,
  target: AttachPlan,
  capture: EngineCapture,
): Promise<EngineSession> {
  const { pid, singleThread, startPaused } = target;
  let session: EngineSession;
  let startTimeMs: number;
  try {
    startTimeMs = (await checkAttach(target)).startTimeMs;
    session = await engine.attach({ pid, singleThread, startPaused }, capture);
  } catch (error) {
    throw await explained(error, target, registry);
  }
  const attached = readProcess(pid);
  if (attached !== undefined && attached.startTimeMs !== startTimeMs) {
    await session.end('detach', EndCause.CLIENT_REQUEST);
    session.dispose();
    throw new ServiceError('PID_REUSED', `process ${pid} ended and its id was given to another`, {
      metadata: { pid: String(pid) },
    });
  }
  const threads = singleThread ? [] : listThreads(pid);
  foundThreads.set(session, threads.length > 0 ? threads : [pid]);
  return session;
}

/** What a step of a launch was about, for people. */
function subjectOf(operation: string | undefined, launch: EngineLaunch): string {
  switch (operation) {
    case 'execvp':
    case 'execve':
      return `${shown(launch.executable)}: `;
    case 'chdir':
      return `${shown(launch.cwd)}: `;
    default:
      return '';
  }
}

/** For a status message, which is text. */
function shown(name: TextOrBytes): string {
  return typeof name === 'string' ? name : displayBytes(name);
}

/** Launches; a failure names the program or the folder that it is about. */
export async function startLaunch(
  engine: Engine,
  command: EngineLaunch,
  capture: EngineCapture,
): Promise<EngineSession> {
  try {
    return await engine.launch(command, capture);
  } catch (error) {
    if (!(error instanceof ServiceError)) {
      throw error;
    }
    if (error.reason === 'PTRACE_DENIED') {
      const hint = explainLaunchDenial(command.uid);
      throw error.explained(`${error.message}: ${hint}`, { hint });
    }
    const subject = subjectOf(error.metadata['operation'], command);
    throw subject === '' ? error : error.explained(`${subject}${error.message}`);
  }
}

/** The thread to be attached to that has a tracer; its process where it is asked for as a whole. */
function tracedThread({ pid, singleThread }: AttachPlan): number | undefined {
  const tids = singleThread ? [pid] : [pid, ...listThreads(pid)];
  return tids.find((tid) => readThreadTracer(pid, tid) !== 0);
}

/** ALREADY_TRACED, with the session that traces the thread where it is one of this server. */
async function alreadyTraced(
  pid: number,
  tid: number,
  registry: SessionRegistry,
): Promise<ServiceError> {
  const tracer = readThreadTracer(pid, tid);
  const subject = tid === pid ? `process ${pid}` : `thread ${tid} of process ${pid}`;
  const metadata = { pid: String(pid), tracer_pid: String(tracer) };
  if (tracer !== process.pid) {
    const message = `${subject} is traced by process ${tracer} (${displayBytes(readComm(tracer))})`;
    return new ServiceError('ALREADY_TRACED', message, { metadata });
  }
  const session = (await registry.tracing(tid))?.name;
  return session === undefined
    ? new ServiceError('ALREADY_TRACED', `${subject} is traced by this server`, { metadata })
    : new ServiceError(
        'ALREADY_TRACED',
        `${subject} is traced by this server in ${session}, which 'ptracectl sessions end ${session}' ends`,
        { metadata: { ...metadata, session } },
      );
}

/** Adds to a refusal what is known about its cause. */
async function explained(
  error: unknown,
  target: AttachPlan,
  registry: SessionRegistry,
): Promise<unknown> {
  const { pid } = target;
  const isRefusal =
    error instanceof ServiceError && ['PTRACE_DENIED', 'ALREADY_TRACED'].includes(error.reason);
  if (!isRefusal) {
    return error;
  }
  const traced = tracedThread(target);
  if (traced !== undefined) {
    return alreadyTraced(pid, traced, registry);
  }
  const status = readProcess(pid);
  if (status === undefined) {
    return new ServiceError('PROCESS_NOT_FOUND', `process ${pid} has ended`, {
      metadata: { pid: String(pid) },
    });
  }
  if (error.reason === 'ALREADY_TRACED') {
    return error;
  }
  const hint = explainDenial(status);
  return error.explained(`${error.message}: ${hint}`, { pid: String(pid), hint });
}
