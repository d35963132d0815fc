/** The notices of which architecture's calls a task makes, as strace 7.2 prints them. */

import { describe, expect, it } from 'vitest';
import { RecordKind } from '../../src/client/index.js';
import { Arch } from '../../src/gen/ptraced/v1/record_pb.js';
import { Log } from './printer-log.js';

describe('calls of another architecture', () => {
  const call = (log: Log, tid: number, name: string, arch: Arch) => {
    const text = `${name}()`;
    const { serial } = log.record({ kind: RecordKind.ENTER, tid, arch, syscall: name, text });
    log.record({
      kind: RecordKind.EXIT,
      tid,
      arch,
      syscall: name,
      text: `${text} = 0`,
      resultOffset: text.length,
      enterSerial: serial,
    });
  };
  const modes = (log: Log) => log.lines.filter((line) => line.includes(' mode. ]'));

  it('are told of before the first of them, by task', () => {
    const log = new Log();
    call(log, 100, 'getpid', Arch.X86_64);
    call(log, 100, 'getpid', Arch.I386);
    call(log, 100, 'getpid', Arch.I386);
    call(log, 100, 'getpid', Arch.X32);
    log.newTask(100, 101);
    call(log, 101, 'getpid', Arch.X32);
    call(log, 101, 'getpid', Arch.X86_64);
    call(log, 100, 'getpid', Arch.X86_64);
    expect(modes(log)).toEqual([
      '[ Process PID=100 runs in 32 bit mode. ]',
      '[ Process PID=100 runs in x32 mode. ]',
      '[pid   101] [ Process PID=101 runs in 64 bit mode. ]',
      '[pid   100] [ Process PID=100 runs in 64 bit mode. ]',
    ]);
  });

  it('stay those of a thread whose execve takes the id of its process', () => {
    const log = new Log();
    call(log, 100, 'getpid', Arch.I386);
    log.newTask(100, 101);
    const value = { formerTid: 101 };
    call(log, 101, 'getpid', Arch.X86_64);
    log.record({ kind: RecordKind.EXEC, tid: 100, detail: { case: 'exec', value } });
    call(log, 100, 'getpid', Arch.X86_64);
    expect(modes(log)).toEqual([
      '[ Process PID=100 runs in 32 bit mode. ]',
      '[pid   101] [ Process PID=101 runs in 64 bit mode. ]',
    ]);
  });

  it('are told of where the attach notices are', () => {
    for (const showAttach of [false, 'once-attached'] as const) {
      const log = new Log({ showAttach });
      call(log, 100, 'getpid', Arch.I386);
      expect(modes(log)).toEqual([]);
      log.printer.attached(102);
      call(log, 100, 'getpid', Arch.X86_64);
      expect(modes(log).length).toBe(showAttach === false ? 0 : 1);
    }
  });
});
