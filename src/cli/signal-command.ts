/** `ptracectl signal`: sends a signal to a traced process. */

import { SendSignalResponseSchema } from '../client/index.js';
import { checkTextArgument } from './byte-arguments.js';
import { remoteCommand } from './remote-command.js';
import { sessionName } from './session-name.js';
import { parseId } from './task-columns.js';

export const signalCommand = remoteCommand({
  name: 'signal',
  summary: 'send a signal to a process of a session',
  synopsis: 'SESSION PID SIGNAL',
  description: 'Sends a signal, such as SIGTERM, TERM or 15, to a process of the session.',
  options: { thread: { type: 'boolean', default: false } },
  optionHelp: `\
      --thread             PID is a thread, and only it gets the signal`,
  async run({ client, values, operands: [session = '', pid = '', signal = ''], output }) {
    checkTextArgument(signal, 'SIGNAL');
    const request = {
      pid: parseId(pid, 'PID'),
      // kill(1) has names without SIG.
      signal: /^[A-Z]/.test(signal) && !signal.startsWith('SIG') ? `SIG${signal}` : signal,
      threadOnly: values.thread,
    };
    const name = await sessionName(client, session);
    const response = await client.control.sendSignal({ ...request, session: name });
    output.message(SendSignalResponseSchema, response, () => {});
  },
});
