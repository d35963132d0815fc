/** `ptracectl regs`: shows and changes the registers of a held task. */

import { type GetRegistersResponse, GetRegistersResponseSchema } from '../client/index.js';
import { parseUint64 } from './options.js';
import { remoteCommand } from './remote-command.js';
import { sessionName } from './session-name.js';
import { parseId } from './task-columns.js';
import type { TextOutput } from './text-output.js';
import { UsageError } from './usage-error.js';

/** As gdb shows them; what else the server knows follows. */
const ORDER = `rax rbx rcx rdx rsi rdi rbp rsp r8 r9 r10 r11 r12 r13 r14 r15 rip eflags
  cs ss ds es fs gs fs_base gs_base orig_rax`.split(/\s+/);

export const regsCommand = remoteCommand({
  name: 'regs',
  summary: 'show or change the registers of a held thread',
  synopsis: 'SESSION TID [NAME=VALUE]...',
  description: `Changes the registers that are given, decimal or 0x hexadecimal, and shows all. The thread must be
held.`,
  options: { 'stop-id': { type: 'string', default: '0' } },
  optionHelp: `\
      --stop-id=N          only if the thread is still held in this stop`,
  async run({ client, values, operands: [session = '', tid = '', ...changes], output }) {
    const id = parseId(tid, 'TID');
    const expectedStopId = parseUint64(values['stop-id'], '--stop-id');
    const wanted = Object.fromEntries(changes.map(parseChange));
    const task = { session: await sessionName(client, session), tid: id };
    if (changes.length > 0) {
      await client.memory.setRegisters({ ...task, values: wanted, expectedStopId });
    }
    const response = await client.memory.getRegisters(task);
    output.message(GetRegistersResponseSchema, response, () => print(response, output));
  },
});

function print({ hex }: GetRegistersResponse, output: TextOutput): void {
  const others = Object.keys(hex).filter((name) => !ORDER.includes(name));
  for (const name of [...ORDER, ...others.toSorted()]) {
    const value = hex[name];
    if (value !== undefined) {
      output.line(`${name.padEnd(15)}${value}`);
    }
  }
}

function parseChange(text: string): [string, string] {
  const [, name, value] = /^(\w+)=(.+)$/.exec(text) ?? [];
  if (name === undefined || value === undefined) {
    throw new UsageError(`invalid register: '${text}' (NAME=VALUE)`);
  }
  return [name, value];
}
