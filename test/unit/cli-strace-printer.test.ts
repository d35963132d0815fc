/** The lines that the printer makes of records, as strace 7.2 prints them. */

import { create } from '@bufbuild/protobuf';
import { describe, expect, it } from 'vitest';
import { LossReason, LostRecordsSchema, RecordKind } from '../../src/client/index.js';
import { Log } from './printer-log.js';

describe('one task', () => {
  it('puts the result at column 40', () => {
    const log = new Log();
    log.call(100, 'close(3', 'close(3) = 0');
    log.call(100, 'brk(NULL', 'brk(NULL) = 0x55d0c0a00000');
    expect(log.lines).toEqual([
      'close(3)                                = 0',
      'brk(NULL)                               = 0x55d0c0a00000',
    ]);
  });

  it('leaves one blank before the result of a long call', () => {
    const log = new Log();
    const line = `openat(AT_FDCWD, "${'x'.repeat(30)}", O_RDONLY) = -1 ENOENT (No such file or directory)`;
    log.call(100, line.slice(0, 40), line);
    expect(log.lines).toEqual([line]);
  });

  it('moves the result and not an equals sign among the arguments', () => {
    const log = new Log();
    log.call(100, 'write(1, "a = b", 5', 'write(1, "a = b", 5) = 5');
    expect(log.lines).toEqual(['write(1, "a = b", 5)                    = 5']);
  });

  it('honours the result column', () => {
    const log = new Log({ resultColumn: 10 });
    log.call(100, 'close(3', 'close(3) = 0');
    expect(log.lines).toEqual(['close(3)  = 0']);
  });

  it('shows what is known while a call blocks', () => {
    const log = new Log();
    const enter = log.enter(100, 'read(0, ');
    expect(log.text).toBe('read(0');
    log.exit(100, 'read(0, "a\\n", 1024) = 2', enter.serial);
    expect(log.lines).toEqual(['read(0, "a\\n", 1024)                    = 2']);
  });

  it('prints a call whole when its beginning is not known', () => {
    const log = new Log();
    log.exit(100, 'read(0, "a", 1) = 1');
    expect(log.lines).toEqual(['read(0, "a", 1)                         = 1']);
  });

  it('prints a call whole when its arguments changed while it ran', () => {
    const log = new Log();
    const enter = log.enter(100, 'open("/old", O_RDONLY');
    log.exit(100, 'open("/new", O_RDONLY) = 3', enter.serial);
    expect(log.lines).toEqual([
      'open("/old", O_RDONLY <unfinished ...>',
      'open("/new", O_RDONLY)                  = 3',
    ]);
  });

  it('prints signals and group-stops, and nothing for a continue', () => {
    const log = new Log();
    const text = '--- SIGINT {si_signo=SIGINT, si_code=SI_USER, si_pid=1, si_uid=0} ---';
    log.record({ kind: RecordKind.SIGNAL, tid: 100, text });
    log.record({ kind: RecordKind.STOP, tid: 100, text: '--- stopped by SIGSTOP ---' });
    log.record({ kind: RecordKind.STOP, tid: 100 });
    expect(log.lines).toEqual([text, '--- stopped by SIGSTOP ---']);
  });

  it('prints output, exec and rule changes not at all', () => {
    const log = new Log();
    log.record({ kind: RecordKind.OUTPUT, tid: 100 });
    log.record({ kind: RecordKind.EXEC, tid: 100, detail: { case: 'exec', value: {} } });
    log.record({ kind: RecordKind.RULES_CHANGED });
    expect(log.text).toBe('');
  });

  it('ends with the exit', () => {
    const log = new Log();
    log.enter(100, 'exit_group(3', true);
    log.ends(100, '+++ exited with 3 +++');
    expect(log.lines).toEqual([
      'exit_group(3)                           = ?',
      '+++ exited with 3 +++',
    ]);
  });

  it('can leave the exit out', () => {
    const log = new Log({ showExit: false });
    log.enter(100, 'exit_group(3', true);
    log.ends(100, '+++ exited with 3 +++');
    expect(log.lines).toEqual(['exit_group(3)                           = ?']);
  });

  it('prints the exit that was forbidden to the task', () => {
    const log = new Log();
    const enter = log.enter(100, 'exit_group(3', true);
    log.exit(100, 'exit_group(3) = -1 EPERM (Operation not permitted)', enter.serial);
    expect(log.lines).toEqual([
      'exit_group(3)                           = ?',
      '<... exit_group resumed>)               = -1 EPERM (Operation not permitted)',
    ]);
  });

  it('closes the call in which the task was killed', () => {
    const whole = new Log();
    whole.enter(100, 'pause(', true);
    whole.ends(100, '+++ killed by SIGKILL +++');
    expect(whole.lines).toEqual([
      'pause()                                 = ?',
      '+++ killed by SIGKILL +++',
    ]);

    const partial = new Log();
    partial.enter(100, 'read(0, ');
    partial.ends(100, '+++ killed by SIGKILL +++');
    expect(partial.lines).toEqual([
      'read(0 <unfinished ...>)                = ?',
      '+++ killed by SIGKILL +++',
    ]);
  });

  it('names a call without a name by its text', () => {
    const log = new Log();
    const text = 'syscall_0x1f4(0x1, 0x2, 0x3, 0x4, 0x5, 0x6';
    const enter = log.record({ kind: RecordKind.ENTER, tid: 100, text });
    log.newTask(100, 101);
    log.call(101, 'getpid(', 'getpid() = 101');
    log.record({
      kind: RecordKind.EXIT,
      tid: 100,
      text: `${text}) = -1 ENOSYS (Function not implemented)`,
      resultOffset: text.length + 1,
      enterSerial: enter.serial,
    });
    expect(log.lines.at(-1)).toBe(
      '[pid   100] <... syscall_0x1f4 resumed>) = -1 ENOSYS (Function not implemented)',
    );
  });
});

describe('several tasks', () => {
  it('prefixes lines while there is more than one', () => {
    const log = new Log();
    log.call(100, 'getpid(', 'getpid() = 100');
    const fork = log.enter(100, 'vfork(');
    log.newTask(100, 101);
    log.call(101, 'getpid(', 'getpid() = 101');
    log.exit(100, 'vfork() = 101', fork.serial);
    log.enter(101, 'exit_group(0', true);
    log.ends(101, '+++ exited with 0 +++');
    log.call(100, 'getpid(', 'getpid() = 100');
    expect(log.lines).toEqual([
      'getpid()                                = 100',
      'vfork( <unfinished ...>',
      '# Process 101 attached',
      '[pid   101] getpid()                    = 101',
      '[pid   100] <... vfork resumed>)        = 101',
      '[pid   101] exit_group(0)               = ?',
      '[pid   101] +++ exited with 0 +++',
      'getpid()                                = 100',
    ]);
  });

  it('tells of a new task between lines, never within one', () => {
    const log = new Log();
    const fork = log.enter(100, 'fork(');
    log.newTask(100, 101);
    log.exit(100, 'fork() = 101', fork.serial);
    expect(log.lines).toEqual([
      'fork()                                  = 101',
      '# Process 101 attached',
    ]);
  });

  it('keeps quiet about attaching when asked to', () => {
    const log = new Log({ showAttach: false });
    log.newTask(100, 101);
    log.printer.attached(200);
    log.printer.detached();
    expect(log.text).toBe('');
  });

  it('does not count a task that is not followed', () => {
    const log = new Log();
    log.call(100, 'getpid(', 'getpid() = 100');
    log.newTask(100, 101, false);
    log.call(100, 'getpid(', 'getpid() = 100');
    expect(log.lines).toEqual(Array(2).fill('getpid()                                = 100'));
  });

  it('writes ids without brackets before every line of a file', () => {
    const log = new Log({ prefix: 'always' });
    log.call(100, 'getpid(', 'getpid() = 100');
    log.call(12345, 'getpid(', 'getpid() = 100');
    expect(log.lines).toEqual([
      '100   getpid()                          = 100',
      '12345 getpid()                          = 100',
    ]);
  });

  it('writes no ids into a file of a single task', () => {
    const log = new Log({ prefix: 'never' });
    log.call(100, 'getpid(', 'getpid() = 100');
    log.call(101, 'getpid(', 'getpid() = 100');
    expect(log.lines).toEqual(Array(2).fill('getpid()                                = 100'));
  });

  it('resumes every call that another task interrupted', () => {
    const log = new Log({ prefix: 'never' });
    const first = log.enter(100, 'read(3, ');
    const second = log.enter(101, 'futex(0x7f00, FUTEX_WAIT, 2, NULL', true);
    log.exit(100, 'read(3, "", 1) = 0', first.serial);
    log.exit(101, 'futex(0x7f00, FUTEX_WAIT, 2, NULL) = 0', second.serial);
    expect(log.lines).toEqual([
      'read(3 <unfinished ...>',
      'futex(0x7f00, FUTEX_WAIT, 2, NULL <unfinished ...>',
      '<... read resumed>, "", 1)              = 0',
      '<... futex resumed>)                    = 0',
    ]);
  });

  it('closes the call of a task that dies after others have printed', () => {
    const log = new Log({ prefix: 'never' });
    log.enter(101, 'pause(', true);
    log.enter(102, 'read(0, ');
    log.enter(100, 'exit_group(0', true);
    log.ends(101, '+++ exited with 0 +++');
    log.ends(102, '+++ exited with 0 +++');
    log.ends(100, '+++ exited with 0 +++');
    expect(log.lines).toEqual([
      'pause( <unfinished ...>',
      'read(0 <unfinished ...>',
      'exit_group(0)                           = ?',
      '<... pause resumed>)                    = ?',
      '+++ exited with 0 +++',
      '<... read resumed> <unfinished ...>)    = ?',
      '+++ exited with 0 +++',
      '+++ exited with 0 +++',
    ]);
  });

  it('follows an execve into the id of its process', () => {
    const log = new Log();
    log.enter(100, 'pause(', true);
    log.newTask(100, 102);
    const execve = log.enter(102, 'execve("/bin/true", ["true"], 0x7ffe /* 9 vars */', true);
    log.ends(100, '+++ superseded by execve in pid 102 +++');
    const line = 'execve("/bin/true", ["true"], 0x7ffe /* 9 vars */) = 0';
    log.exit(100, line, execve.serial);
    const value = { exe: '/bin/true', formerTid: 102 };
    log.record({ kind: RecordKind.EXEC, tid: 100, detail: { case: 'exec', value } });
    log.call(100, 'brk(NULL', 'brk(NULL) = 0x1000');
    expect(log.lines).toEqual([
      'pause( <unfinished ...>',
      '# Process 102 attached',
      '[pid   102] execve("/bin/true", ["true"], 0x7ffe /* 9 vars */ <unfinished ...>',
      '[pid   100] <... pause resumed>)        = ?',
      '+++ superseded by execve in pid 102 +++',
      '<... execve resumed>)                   = 0',
      'brk(NULL)                               = 0x1000',
    ]);
  });
});

describe('a parent whose own lines a filter left out', () => {
  it('counts among the tasks that are traced', () => {
    const log = new Log();
    log.newTask(100, 101);
    log.call(101, 'write(1, "a", 1', 'write(1, "a", 1) = 1');
    log.ends(101, '+++ exited with 0 +++');
    expect(log.lines).toEqual([
      '# Process 101 attached',
      '[pid   101] write(1, "a", 1)            = 1',
      '[pid   101] +++ exited with 0 +++',
    ]);
  });
});

describe('attach and detach', () => {
  it('tells of the process and its threads', () => {
    const log = new Log();
    log.printer.attached(100);
    log.printer.attached(200, [200, 201]);
    log.enter(100, 'pause(', true);
    log.printer.detached();
    expect(log.lines).toEqual([
      '# Process 100 attached',
      '# Process 200 attached with 2 threads',
      '[pid   100] pause( <detached ...>',
      '# Process 100 detached',
      '# Process 200 detached',
      '# Process 201 detached',
    ]);
  });
});

describe('what is missing', () => {
  it('counts lost records and goes on', () => {
    const log = new Log();
    log.enter(100, 'read(0, ');
    const reason = LossReason.SUBSCRIBER_SLOW;
    log.printer.lost(create(LostRecordsSchema, { count: 12n, reason }));
    log.printer.lost(create(LostRecordsSchema, { count: 1n }));
    log.exit(100, 'close(3) = 0', 99n);
    expect(log.lines).toEqual([
      'read(0 <unfinished ...>',
      '# 12 records lost: they came faster than they were taken',
      '# 1 record lost',
      'close(3)                                = 0',
    ]);
  });

  it('passes on what the tracer could not do', () => {
    const log = new Log();
    const error = 'PTRACE_GETSIGINFO: ESRCH';
    log.record({ kind: RecordKind.TRACER_ERROR, tid: 100, error });
    expect(log.lines).toEqual(['# task 100: PTRACE_GETSIGINFO: ESRCH']);
  });

  it('ends an open line when nothing follows', () => {
    const log = new Log();
    log.enter(100, 'read(0, ');
    log.printer.finish();
    expect(log.lines).toEqual(['read(0 <unfinished ...>']);
  });
});
