/** `ptracectl wait`: waits until a task is held. */

import { TaskSchema } from '../client/index.js';
import { parseUint64 } from './options.js';
import { remoteCommand } from './remote-command.js';
import { sessionName } from './session-name.js';
import { parseId, TASK_COLUMNS } from './task-columns.js';
import { parseSeconds } from './values.js';

export const waitCommand = remoteCommand({
  name: 'wait',
  summary: 'wait until a thread of a session is held',
  synopsis: 'SESSION [TID]',
  description: 'Waits until this thread, or any, is held, and shows it.',
  options: {
    after: { type: 'string', default: '0' },
    timeout: { type: 'string', default: '0' },
  },
  optionHelp: `\
      --after=STOP         only a stop after this one
      --timeout=SECONDS    give up after this time, at most 60 (default 10)`,
  async run({ client, values, operands: [session = '', tid], output }) {
    const request = {
      tid: tid === undefined ? 0 : parseId(tid, 'TID'),
      afterStopId: parseUint64(values.after, '--after'),
      timeout: parseSeconds(values.timeout, '--timeout'),
    };
    const name = await sessionName(client, session);
    const { task } = await client.control.waitStop({ ...request, session: name });
    output.list(TaskSchema, task === undefined ? [] : [task], TASK_COLUMNS);
  },
});
