/** `ptracectl maps`: lists the memory mappings of a process. */

import { type Mapping, MappingSchema } from '../client/index.js';
import { remoteCommand } from './remote-command.js';
import { sessionName } from './session-name.js';
import { parseId } from './task-columns.js';
import { printable } from './text-output.js';

export const mapsCommand = remoteCommand({
  name: 'maps',
  summary: 'list the memory mappings of a process',
  synopsis: 'SESSION PID',
  description: 'Lists the mappings of a process of the session, as /proc/PID/maps does.',
  options: {},
  async run({ client, operands: [session = '', pid = ''], output }) {
    const id = parseId(pid, 'PID');
    const name = await sessionName(client, session);
    for await (const mapping of client.mappings({ session: name, pid: id })) {
      output.message(MappingSchema, mapping, () => output.line(formatMapping(mapping)));
    }
  },
});

/** The columns of proc_pid_maps(5) that a Mapping has. */
function formatMapping({ start, end, permissions, offset, path }: Mapping): string {
  const range = `${hex(start)}-${hex(end)} ${permissions} ${hex(offset)}`;
  return path === '' ? range : `${range.padEnd(48)} ${printable(path)}`;
}

function hex(value: bigint): string {
  return value.toString(16).padStart(8, '0');
}
