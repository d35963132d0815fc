/** `ptracectl sessions`: lists, shows and ends sessions. */

import { toJson } from '@bufbuild/protobuf';
import { timestampDate } from '@bufbuild/protobuf/wkt';
import { displayBytes } from '../bytes.js';
import {
  EndCause,
  OrphanAction,
  type PtracedClient,
  type Session,
  SessionSchema,
  SessionState,
} from '../client/index.js';
import { parseLabel } from './detached.js';
import type { OptionSpecs } from './options.js';
import { type RemoteCall, remoteCommand } from './remote-command.js';
import { sessionId, sessionName } from './session-name.js';
import type { Column } from './text-output.js';
import { UsageError } from './usage-error.js';
import { enumName, enumValue } from './values.js';

const OPTIONS = {
  detach: { type: 'boolean', default: false },
  kill: { type: 'boolean', default: false },
  label: { type: 'string', multiple: true, default: [] },
  state: { type: 'string' },
} as const satisfies OptionSpecs;

type Call = RemoteCall<typeof OPTIONS>;

const STATES = { running: SessionState.RUNNING, ended: SessionState.ENDED };

const COLUMNS: readonly Column<Session>[] = [
  { heading: 'SESSION', value: ({ name }) => sessionId(name) },
  { heading: 'STATE', value: stateOf },
  { heading: 'PID', value: ({ rootPid }) => rootPid, right: true },
  { heading: 'TASKS', value: ({ liveTasks }) => liveTasks, right: true },
  { heading: 'RECORDS', value: ({ lastSerial }) => lastSerial, right: true },
  { heading: 'STREAMS', value: ({ subscribers }) => subscribers, right: true },
  {
    heading: 'CREATED',
    value: ({ createTime }) =>
      createTime === undefined ? '' : timestampDate(createTime).toISOString().slice(0, 19),
  },
  { heading: 'TARGET', value: targetOf },
];

export const sessionsCommand = remoteCommand({
  name: 'sessions',
  summary: 'list, show and end sessions',
  synopsis: '[list | get SESSION | end SESSION...]',
  description: `Lists the sessions of the server, newest first; "get" shows all of one; "end" ends some. A SESSION
is its name, its id, or the beginning of its id. 'ptracectl trace -D' and 'attach -D' start them.`,
  options: OPTIONS,
  optionHelp: `\
      --state=STATE        list: only those that are "running" or "ended"
      --label=NAME=VALUE   list: only those with this label (repeatable)
      --detach             end: the tracees run on untraced
      --kill               end: the tracees are killed
                           (default: commands are killed, attached processes run on)`,
  async run(call) {
    const [action = 'list', ...operands] = call.operands;
    if (action === 'list' && operands.length === 0) {
      return await list(call);
    }
    if (action === 'get' && operands[0] !== undefined && operands.length === 1) {
      return await get(call, operands[0]);
    }
    if (action === 'end' && operands.length > 0) {
      return await end(call, operands);
    }
    throw new UsageError('must have one of list, get SESSION and end SESSION...');
  },
});

async function list({ client, values, output }: Call): Promise<void> {
  const states = values.state === undefined ? [] : [enumValue(STATES, values.state, '--state')];
  const labels = Object.fromEntries(values.label.map(parseLabel));
  const sessions: Session[] = [];
  for await (const session of client.sessions({ states, labels })) {
    sessions.push(session);
  }
  output.list(SessionSchema, sessions, COLUMNS);
}

async function get({ client, output }: Call, text: string): Promise<void> {
  const name = await sessionName(client, text);
  const { session } = await client.traces.getSession({ name });
  if (session !== undefined) {
    output.message(SessionSchema, session, () =>
      output.line(JSON.stringify(toJson(SessionSchema, session), null, 2)),
    );
  }
}

async function end({ client, values, output }: Call, texts: readonly string[]): Promise<void> {
  if (values.detach && values.kill) {
    throw new UsageError('--detach and --kill exclude each other');
  }
  const action = values.detach
    ? OrphanAction.DETACH
    : values.kill
      ? OrphanAction.KILL
      : OrphanAction.UNSPECIFIED;
  // All names first: a mistake in one ends none.
  const names = await namesOf(client, texts);
  const ended: Session[] = [];
  for (const name of names) {
    const { session } = await client.traces.endSession({ name, action });
    if (session !== undefined) {
      ended.push(session);
    }
  }
  output.list(SessionSchema, ended, COLUMNS);
}

async function namesOf(client: PtracedClient, texts: readonly string[]): Promise<string[]> {
  const names: string[] = [];
  for (const text of texts) {
    names.push(await sessionName(client, text));
  }
  return names;
}

function stateOf({ state, endCause }: Session): string {
  const name = enumName(SessionState, state);
  return endCause === EndCause.UNSPECIFIED ? name : `${name} (${enumName(EndCause, endCause)})`;
}

function targetOf({ target }: Session): string {
  if (target.case !== 'launch') {
    return `process ${target.value?.pid ?? '?'}`;
  }
  const { argv, argvBytes } = target.value;
  return (argvBytes.length > 0 ? argvBytes.map(displayBytes) : argv).join(' ');
}
