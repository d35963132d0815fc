/** `ptracectl pause`: holds tasks of a session. */

import { TaskSchema } from '../client/index.js';
import { remoteCommand } from './remote-command.js';
import { sessionName } from './session-name.js';
import { parseId, TASK_COLUMNS } from './task-columns.js';

export const pauseCommand = remoteCommand({
  name: 'pause',
  summary: 'hold threads of a session',
  synopsis: 'SESSION [TID]...',
  description: `Holds these threads, or all of the session, and lists them once they stand. They stand until
'ptracectl resume', or the end of the session.`,
  options: {},
  async run({ client, operands: [session = '', ...rest], output }) {
    const tids = rest.map((tid) => parseId(tid, 'TID'));
    const { tasks } = await client.control.pause({
      session: await sessionName(client, session),
      tids,
    });
    output.list(TaskSchema, tasks, TASK_COLUMNS);
  },
});
