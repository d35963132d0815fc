/** `ptracectl tasks`: lists the tasks of a session. */

import { type Task, TaskSchema } from '../client/index.js';
import { remoteCommand } from './remote-command.js';
import { sessionName } from './session-name.js';
import { TASK_COLUMNS } from './task-columns.js';

export const tasksCommand = remoteCommand({
  name: 'tasks',
  summary: "list a session's threads, and in which stop each is held",
  synopsis: 'SESSION',
  description: `Lists the traced threads of a session. STOP is the id of the stop that a thread is held in, for the
--stop-id of other commands.`,
  options: {},
  async run({ client, operands: [session = ''], output }) {
    const tasks: Task[] = [];
    for await (const task of client.tasks({ session: await sessionName(client, session) })) {
      tasks.push(task);
    }
    output.list(TaskSchema, tasks, TASK_COLUMNS);
  },
});
