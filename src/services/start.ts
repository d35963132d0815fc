/** Starts tracers, and says of a failure what it was about. */
import { ServiceError } from '../errors.js';
import { EndCause } from '../gen/ptraced/v1/session_pb.js';
import { listThreads, readProcess } from '../procfs/process.js';
import { checkAttach } from '../security/attach-rules.js';
import { explainDenial } from '../security/ptrace-hints.js';
import type { Engine, EngineCapture, EngineLaunch, EngineSession } from '../session/engine.js';
import type { AttachPlan } from './attach-request.js';

/** The threads that each attach found. */
const foundThreads = new WeakMap<EngineSession, readonly number[]>();

/** Threads that were there when the session attached; none for a launched command. */
export function threadsFound(session: EngineSession): readonly number[] {
  return foundThreads.get(session) ?? [];
}

/** Attaches where the rules allow it, and makes sure that it was the process that they were asked about. */
export async function startAttach(
  engine: Engine,
  target: AttachPlan,
  capture: EngineCapture,
): Promise<EngineSession> {
  const { pid, singleThread, startPaused } = target;
  const { startTimeMs } = await checkAttach(target);
  let session: EngineSession;
  try {
    session = await engine.attach({ pid, singleThread, startPaused }, capture);
  } catch (error) {
    throw explained(error, pid);
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
      return `${launch.executable}: `;
    case 'chdir':
      return `${launch.cwd}: `;
    default:
      return '';
  }
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
    const { reason, message, metadata } = error;
    const subject = subjectOf(metadata['operation'], command);
    throw new ServiceError(reason, `${subject}${message}`, { metadata, cause: error });
  }
}

/** Adds to a refusal of the kernel what is known about its cause. */
function explained(error: unknown, pid: number): unknown {
  if (!(error instanceof ServiceError) || error.reason !== 'PTRACE_DENIED') {
    return error;
  }
  const target = readProcess(pid);
  if (target === undefined) {
    return new ServiceError('PROCESS_NOT_FOUND', `process ${pid} has ended`, {
      metadata: { pid: String(pid) },
    });
  }
  const hint = explainDenial(target);
  return new ServiceError('PTRACE_DENIED', `${error.message}: ${hint}`, {
    metadata: { ...error.metadata, pid: String(pid), hint },
    cause: error,
  });
}
