/** `ptracectl step`: lets a held task go to its next stop. */

import { StepKind, type StepResponse, StepResponseSchema, TaskState } from '../client/index.js';
import { parseNumber, parseUint64 } from './options.js';
import { remoteCommand } from './remote-command.js';
import { sessionName } from './session-name.js';
import { parseId } from './task-columns.js';
import { printable, type TextOutput } from './text-output.js';
import { enumName, parseSeconds } from './values.js';

const MAX_STEPS = 1000;

export const stepCommand = remoteCommand({
  name: 'step',
  summary: 'let a held thread run to its next stop',
  synopsis: 'SESSION TID',
  description: `Lets a held thread run to its next entry to or exit from a system call, and prints what it came by.`,
  options: {
    count: { type: 'string', short: 'n', default: '1' },
    instruction: { type: 'boolean', short: 'i', default: false },
    signal: { type: 'string' },
    'stop-id': { type: 'string', default: '0' },
    timeout: { type: 'string', default: '0' },
  },
  optionHelp: `\
  -n, --count=N            as many steps (default 1)
  -i, --instruction        a step is one machine instruction
      --signal=NAME        deliver this signal with the first step
      --stop-id=N          only if the thread is still held in this stop
      --timeout=SECONDS    give up after this time (default 10); it is then held when it stops`,
  async run({ client, values, operands: [session = '', tid = ''], output }) {
    const request = {
      tid: parseId(tid, 'TID'),
      kind: values.instruction ? StepKind.INSTRUCTION : StepKind.SYSCALL,
      count: parseNumber(values.count, '-n', 1, MAX_STEPS),
      signal: values.signal ?? '',
      expectedStopId: parseUint64(values['stop-id'], '--stop-id'),
      timeout: parseSeconds(values.timeout, '--timeout'),
    };
    const name = await sessionName(client, session);
    const response = await client.control.step({ ...request, session: name });
    output.message(StepResponseSchema, response, () => print(response, output));
  },
});

function print({ records, task, stepsDone, recordsFull }: StepResponse, output: TextOutput): void {
  for (const { text } of records) {
    if (text !== '') {
      output.line(printable(text));
    }
  }
  const state = task === undefined ? 'ended' : enumName(TaskState, task.state);
  const stop = task?.stopId ? ` in stop ${task.stopId}` : '';
  const early = recordsFull ? ', early: the records are 1 MiB' : '';
  output.line(`${stepsDone} ${stepsDone === 1 ? 'step' : 'steps'}, now ${state}${stop}${early}`);
}
