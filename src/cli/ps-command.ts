/** `ptracectl ps`: lists processes that can be attached to. */

import { type Process, ProcessSchema } from '../client/index.js';
import { checkTextArgument } from './byte-arguments.js';
import { parseNumber } from './options.js';
import { remoteCommand } from './remote-command.js';
import type { Column } from './text-output.js';

const MAX_UID = 0xffff_fffe;

const COLUMNS: readonly Column<Process>[] = [
  { heading: 'PID', value: ({ pid }) => pid, right: true },
  { heading: 'PPID', value: ({ parentPid }) => parentPid, right: true },
  { heading: 'NSPID', value: ({ namespacePid }) => namespacePid, right: true },
  { heading: 'UID', value: ({ uid }) => uid, right: true },
  { heading: 'CONTAINER', value: ({ containerId }) => containerId.slice(0, 12) || '-' },
  {
    heading: 'ATTACH',
    value: ({ attachable, notAttachableReason }) => (attachable ? 'yes' : notAttachableReason),
  },
  { heading: 'COMMAND', value: ({ argv, comm }) => argv.join(' ') || `[${comm}]` },
];

/** An id need not belong to a user that the machine knows. */
function ofUser(user: string | undefined): { uid: number } | { user: string } | undefined {
  if (user === undefined) {
    return undefined;
  }
  return /\D/.test(user)
    ? { user: checkTextArgument(user, '-u') }
    : { uid: parseNumber(user, '-u', 0, MAX_UID) };
}

export const psCommand = remoteCommand({
  name: 'ps',
  summary: 'list processes that can be attached to',
  synopsis: '[NAME]',
  description: `Lists the processes that the server can attach to; with NAME, an RE2 expression, those whose name
matches it. NSPID is the process's id in its own pid namespace.`,
  ownServer: true,
  options: {
    all: { type: 'boolean', short: 'a', default: false },
    user: { type: 'string', short: 'u' },
  },
  optionHelp: `\
  -a, --all                also processes that cannot be attached to, with the reason
  -u, --user=USER          only processes of this user: NAME or UID, of the server's machine`,
  async run({ client, values, operands: [commRegex = ''], output }) {
    const request = {
      commRegex: checkTextArgument(commRegex, 'NAME'),
      attachableOnly: !values.all,
      ...ofUser(values.user),
    };
    const processes: Process[] = [];
    for await (const process of client.processes(request)) {
      processes.push(process);
    }
    output.list(ProcessSchema, processes, COLUMNS);
  },
});
