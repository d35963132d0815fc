/** ControlService: finds processes; `tasks.ts` has what it does to those that are traced. */
import type { MessageInitShape } from '@bufbuild/protobuf';
import { invalidField, ServiceError } from '../errors.js';
import type {
  ListProcessesRequest,
  ListProcessesResponseSchema,
} from '../gen/ptraced/v1/control_service_pb.js';
import type { Engine } from '../session/engine.js';
import { checkText } from './fields.js';
import { checkPageSize } from './paging.js';
import { listProcesses, type ProcessQuery } from './process-list.js';
import { type TaskHandlersOptions, taskHandlers } from './tasks.js';

const pageSizes = { byDefault: 100, max: 1000 };
/** A longer one may take a second to compile. */
const maxRegexLength = 250;

/** The token of a page is the pid after which it begins: processes come and go, and none comes twice. */
function toPageToken(pid: number): string {
  return Buffer.from(`pid:${pid}`).toString('base64url');
}

function fromPageToken(token: string): number {
  if (token === '') {
    return 0;
  }
  const pid = /^pid:(\d{1,10})$/.exec(Buffer.from(token, 'base64url').toString())?.[1];
  if (pid === undefined) {
    throw new ServiceError('PAGE_TOKEN_INVALID', 'page_token is not from a response');
  }
  return Number(pid);
}

/** An expression that takes time linear in the name, whatever it is. */
async function toMatcher(regex: string): Promise<(comm: string) => boolean> {
  if (regex === '') {
    return () => true;
  }
  if (regex.length > maxRegexLength) {
    throw invalidField('comm_regex', `must have at most ${maxRegexLength} characters`);
  }
  // Only here: its tables of Unicode are as large as all the rest of the server.
  const { RE2JS } = await import('re2js');
  try {
    const pattern = RE2JS.compile(regex);
    return (comm) => pattern.matcher(comm).find();
  } catch (error) {
    throw invalidField('comm_regex', `is no RE2 expression: ${(error as Error).message}`);
  }
}

/** The uid whose processes are listed; undefined: those of every user. */
async function toUid({ uid, user }: ListProcessesRequest, engine: Engine) {
  if (user === '') {
    return uid;
  }
  if (uid !== undefined) {
    throw invalidField('user', 'excludes uid');
  }
  const found = await engine.findUser(checkText('user', user));
  if (found === null) {
    const advice = /^\d+$/.test(user) ? ': give uid instead' : '';
    throw invalidField('user', `'${user}' is no user of the server's machine${advice}`);
  }
  return found.uid;
}

async function toQuery(request: ListProcessesRequest, engine: Engine): Promise<ProcessQuery> {
  const uid = await toUid(request, engine);
  return {
    afterPid: fromPageToken(request.pageToken),
    limit: checkPageSize(request.pageSize, pageSizes),
    matchesComm: await toMatcher(request.commRegex),
    attachableOnly: request.attachableOnly,
    ...(uid !== undefined && { uid }),
  };
}

export type ControlServiceOptions = TaskHandlersOptions;

export function controlHandlers(options: ControlServiceOptions) {
  return {
    async listProcesses(
      request: ListProcessesRequest,
    ): Promise<MessageInitShape<typeof ListProcessesResponseSchema>> {
      const query = await toQuery(request, options.engine);
      const { processes, lastPid } = await listProcesses(query, options.engine);
      return { processes, nextPageToken: lastPid === undefined ? '' : toPageToken(lastPid) };
    },
    ...taskHandlers(options),
  };
}
