/** `ptracectl resume`: lets held tasks of a session go on. */

import { TaskSchema } from '../client/index.js';
import { parseUint64 } from './options.js';
import { remoteCommand } from './remote-command.js';
import { sessionName } from './session-name.js';
import { parseId, TASK_COLUMNS } from './task-columns.js';
import { UsageError } from './usage-error.js';

export const resumeCommand = remoteCommand({
  name: 'resume',
  summary: 'let held threads of a session go on',
  synopsis: 'SESSION [TID]...',
  description:
    'Lets these threads go on, or all that the session holds, and lists them as they were held.',
  options: { signal: { type: 'string' }, 'stop-id': { type: 'string' } },
  optionHelp: `\
      --signal=NAME        deliver this signal with it; for one thread
      --stop-id=N          only if the one thread is still held in this stop`,
  async run({ client, values, operands: [session = '', ...rest], output }) {
    const tids = rest.map((tid) => parseId(tid, 'TID'));
    const stopId = values['stop-id'];
    if (stopId !== undefined && tids.length !== 1) {
      throw new UsageError('--stop-id must have one TID');
    }
    const request = {
      tids,
      signal: values.signal ?? '',
      expectedStopId: stopId === undefined ? 0n : parseUint64(stopId, '--stop-id'),
    };
    const name = await sessionName(client, session);
    const { tasks } = await client.control.resume({ ...request, session: name });
    output.list(TaskSchema, tasks, TASK_COLUMNS);
  },
});
