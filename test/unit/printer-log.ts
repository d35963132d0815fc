/** What the printer of strace's lines makes of the records of a session. */

import { create, type MessageInitShape } from '@bufbuild/protobuf';
import { StracePrinter } from '../../src/cli/strace-printer.js';
import { RecordKind, type TraceRecord, TraceRecordSchema } from '../../src/client/index.js';

/** A session: numbers its records, and collects what is printed of them. */
export class Log {
  text = '';
  #serial = 0n;
  readonly #pid = 100;
  readonly printer: StracePrinter;

  constructor(options: Partial<ConstructorParameters<typeof StracePrinter>[1]> = {}) {
    const sink = {
      log: (text: string) => {
        this.text += text;
      },
      notice: (text: string) => {
        this.text += `# ${text}\n`;
      },
    };
    const defaults = {
      prefix: 'several',
      resultColumn: 40,
      showAttach: true,
      showExit: true,
    } as const;
    this.printer = new StracePrinter(sink, { ...defaults, ...options });
  }

  get lines(): string[] {
    return this.text.split('\n').slice(0, -1);
  }

  record(init: MessageInitShape<typeof TraceRecordSchema>): TraceRecord {
    this.#serial += 1n;
    const record = create(TraceRecordSchema, { serial: this.#serial, pid: this.#pid, ...init });
    this.printer.record(record);
    return record;
  }

  /** `text` is that of strace when the call blocks; `complete`: all arguments are in it. */
  enter(tid: number, text: string, complete = false): TraceRecord {
    const syscall = text.slice(0, text.indexOf('('));
    const resultOffset = complete ? text.length : 0;
    return this.record({ kind: RecordKind.ENTER, tid, syscall, text, resultOffset });
  }

  /** `text` is the whole line. */
  exit(tid: number, text: string, enterSerial = 0n): TraceRecord {
    const syscall = text.slice(0, text.indexOf('('));
    const resultOffset = text.lastIndexOf(' = ');
    return this.record({ kind: RecordKind.EXIT, tid, syscall, text, resultOffset, enterSerial });
  }

  call(tid: number, entry: string, line: string): void {
    this.exit(tid, line, this.enter(tid, entry).serial);
  }

  newTask(tid: number, newTid: number, followed = true): void {
    const value = { newTid, newPid: newTid, followed };
    this.record({ kind: RecordKind.NEW_TASK, tid, detail: { case: 'newTask', value } });
  }

  ends(tid: number, text: string): void {
    const value = { superseded: text.includes('superseded') };
    this.record({ kind: RecordKind.TASK_EXIT, tid, text, detail: { case: 'taskExit', value } });
  }
}
