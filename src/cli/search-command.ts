/** `ptracectl search`: finds a pattern in the memory of a process. */

import { isText, toBytes } from '../bytes.js';
import { type SearchMemoryRequest, SearchMemoryResponseSchema } from '../client/index.js';
import { parseNumber } from './options.js';
import { remoteCommand } from './remote-command.js';
import { sessionName } from './session-name.js';
import { parseId } from './task-columns.js';
import { UsageError } from './usage-error.js';

const MAX_MATCHES = 0xffff_ffff;

export const searchCommand = remoteCommand({
  name: 'search',
  summary: 'find bytes in the memory of a process',
  synopsis: 'SESSION PID',
  description:
    'Finds a pattern in the readable memory of a process, and prints the address of each match.',
  options: {
    hex: { type: 'string' },
    max: { type: 'string', default: '0' },
    permissions: { type: 'string', default: '' },
    text: { type: 'string' },
  },
  optionHelp: `\
      --text=TEXT          find this text
      --hex=DIGITS         find these bytes; "?" stands for any digit, blanks are allowed
      --permissions=RWX    only in mappings with these permissions, such as "w"
      --max=N              at most this many matches (default 1000)`,
  async run({ client, values, operands: [session = '', pid = ''], output }) {
    const request = {
      pid: parseId(pid, 'PID'),
      pattern: patternOf(values),
      permissions: values.permissions,
      maxMatches: parseNumber(values.max, '--max', 0, MAX_MATCHES),
    };
    const name = await sessionName(client, session);
    for await (const response of client.searchMemory({ ...request, session: name })) {
      output.message(SearchMemoryResponseSchema, response, ({ addresses }) => {
        for (const address of addresses) {
          output.line(`0x${address.toString(16)}`);
        }
      });
      await output.flush();
    }
  },
});

function patternOf(values: {
  hex?: string | undefined;
  text?: string | undefined;
}): SearchMemoryRequest['pattern'] {
  const { hex, text } = values;
  if (hex !== undefined && text === undefined) {
    return { case: 'hex', value: hex };
  }
  if (text !== undefined && hex === undefined) {
    return isText(text)
      ? { case: 'text', value: text }
      : { case: 'hex', value: toBytes(text).toString('hex') };
  }
  throw new UsageError('must have one of --text and --hex');
}
