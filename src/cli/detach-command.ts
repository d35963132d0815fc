/** `ptracectl detach`: lets processes of a session go. */

import { TaskSchema } from '../client/index.js';
import { remoteCommand } from './remote-command.js';
import { sessionName } from './session-name.js';
import { parseId, TASK_COLUMNS } from './task-columns.js';

export const detachCommand = remoteCommand({
  name: 'detach',
  summary: 'let processes of a session run on untraced',
  synopsis: 'SESSION PID...',
  description: `Detaches from these processes with all their threads, and lists what was traced. The session goes on
with the others.`,
  options: {},
  async run({ client, operands: [session = '', ...rest], output }) {
    const pids = rest.map((pid) => parseId(pid, 'PID'));
    const name = await sessionName(client, session);
    const { tasks } = await client.control.detach({ session: name, pids });
    output.list(TaskSchema, tasks, TASK_COLUMNS);
  },
});
