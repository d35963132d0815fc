/** ControlService, what acts on the tasks of a session. */
import { fromBinary, type MessageInitShape } from '@bufbuild/protobuf';
import type { CallContext } from '../context.js';
import type {
  DetachRequest,
  ListTasksRequest,
  ListTasksResponseSchema,
  PauseRequest,
  ResumeRequest,
  SendSignalRequest,
  StepRequest,
  StepResponseSchema,
  TaskSchema,
  WaitStopRequest,
} from '../gen/ptraced/v1/control_service_pb.js';
import { TraceRecordSchema } from '../gen/ptraced/v1/record_pb.js';
import { readComm } from '../procfs/process.js';
import type { Engine, EngineSession, EngineTask } from '../session/engine.js';
import { withServiceErrors } from '../session/native-failure.js';
import type { SessionRegistry } from '../session/registry.js';
import { checkRunning } from '../session/session.js';
import { auditSignal } from './audit.js';
import { textFields } from './bytes-fields.js';
import {
  toDetach,
  toPause,
  toResume,
  toSendSignal,
  toStep,
  toWaitStop,
} from './control-request.js';
import { checkDetachable } from './kernel-filter.js';
import { checkPageSize, firstPage, PageTokens } from './paging.js';

type Empty = Record<string, never>;
type Task = MessageInitShape<typeof TaskSchema>;

const pageSizes = { byDefault: 100, max: 1000 };

function toTask({ tid, pid, state, stopId, stopReason, comm, stopRecord }: EngineTask): Task {
  return {
    tid,
    pid,
    ...textFields('comm', comm ?? readComm(tid)),
    state,
    stopId,
    stopReason,
    ...(stopRecord && { stopRecord: fromBinary(TraceRecordSchema, stopRecord) }),
  };
}

export interface TaskHandlersOptions {
  readonly registry: SessionRegistry;
  readonly engine: Engine;
}

export function taskHandlers({ registry, engine }: TaskHandlersOptions) {
  const tokens = new PageTokens();

  /** What the tracer of the session answers. Rejects with a ServiceError. */
  function ask<T>(session: string, call: (native: EngineSession) => Promise<T>): Promise<T> {
    const found = registry.find(session);
    checkRunning(found);
    return withServiceErrors(() => call(found.native));
  }

  return {
    async listTasks(
      request: ListTasksRequest,
    ): Promise<MessageInitShape<typeof ListTasksResponseSchema>> {
      const { session, pageToken } = request;
      const limit = checkPageSize(request.pageSize, pageSizes);
      const after = pageToken === '' ? 0 : tokens.decode(pageToken, session);
      const tasks = await ask(session, (native) => native.listTasks(after, limit + 1));
      const page = firstPage(tasks, limit, ({ stopRecord }) => stopRecord?.length ?? 0);
      const last = page.at(-1);
      const isLast = tasks.length === page.length || last === undefined;
      return {
        tasks: page.map(toTask),
        nextPageToken: isLast ? '' : tokens.encode(last.tid, session),
      };
    },

    async pause(request: PauseRequest): Promise<{ tasks: Task[] }> {
      const tids = toPause(request);
      const tasks = await ask(request.session, (native) => native.pause({ tids }));
      return { tasks: tasks.map(toTask) };
    },

    async resume(request: ResumeRequest): Promise<{ tasks: Task[] }> {
      const wanted = toResume(engine, request);
      const tasks = await ask(request.session, (native) => native.resume(wanted));
      return { tasks: tasks.map(toTask) };
    },

    async step(request: StepRequest): Promise<MessageInitShape<typeof StepResponseSchema>> {
      const wanted = toStep(engine, request);
      const { task, stepsDone, records, cutShort } = await ask(request.session, (native) =>
        native.step(wanted),
      );
      return {
        stepsDone,
        recordsFull: cutShort,
        records: records.map((record) => fromBinary(TraceRecordSchema, record)),
        ...(task && { task: toTask(task) }),
      };
    },

    async waitStop(request: WaitStopRequest): Promise<{ task: Task }> {
      const wanted = toWaitStop(request);
      const task = await ask(request.session, (native) => native.waitStop(wanted));
      return { task: toTask(task) };
    },

    async sendSignal(request: SendSignalRequest, { log }: CallContext): Promise<Empty> {
      const wanted = toSendSignal(engine, request);
      await ask(request.session, (native) => native.sendSignal(wanted));
      auditSignal(log, request.session, wanted);
      return {};
    },

    async detach(request: DetachRequest): Promise<{ tasks: Task[] }> {
      const pids = toDetach(request);
      checkDetachable(registry.find(request.session), 'pids');
      const tasks = await ask(request.session, (native) => native.detachProcesses({ pids }));
      return { tasks: tasks.map(toTask) };
    },
  };
}
