/** What commands that answer once print: lines, tables or JSON on stdout. */

import { type DescMessage, type MessageShape, toJsonString } from '@bufbuild/protobuf';
import { FdWriter } from './fd-writer.js';

/** A column of a table. */
export interface Column<Item> {
  readonly heading: string;
  readonly value: (item: Item) => string | number | bigint;
  /** Numbers are right-aligned. */
  readonly right?: boolean;
}

export class TextOutput {
  readonly #stdout = new FdWriter(1);
  readonly #stderr = new FdWriter(2);
  readonly #json: boolean;

  /** `json`: lists and messages are printed as JSON, one a line. */
  constructor(json: boolean) {
    this.#json = json;
  }

  line(text: string): void {
    this.#stdout.add(`${text}\n`);
  }

  /** Bytes as they are. */
  bytes(bytes: Uint8Array): void {
    this.#stdout.addBytes(bytes);
  }

  /** A message about what is done; on stderr. */
  notice(text: string): void {
    this.#stderr.add(`ptracectl: ${text}\n`);
  }

  /** A message as `print` prints it, or as JSON. */
  message<Schema extends DescMessage>(
    schema: Schema,
    message: MessageShape<Schema>,
    print: (message: MessageShape<Schema>) => void,
  ): void {
    if (this.#json) {
      this.line(toJsonString(schema, message));
    } else {
      print(message);
    }
  }

  /** Messages as a table with headings, or as JSON, one a line. */
  list<Schema extends DescMessage>(
    schema: Schema,
    items: readonly MessageShape<Schema>[],
    columns: readonly Column<MessageShape<Schema>>[],
  ): void {
    const lines = this.#json
      ? items.map((item) => toJsonString(schema, item))
      : formatTable(items, columns);
    for (const line of lines) {
      this.line(line);
    }
  }

  /** Fulfils when everything so far is written. Rejects with an OutputError. */
  async flush(): Promise<void> {
    await Promise.all([this.#stdout.flush(), this.#stderr.flush()]);
  }
}

/** Lines of a table: headings, then a line for each item; the last column is not padded. */
export function formatTable<Item>(
  items: readonly Item[],
  columns: readonly Column<Item>[],
): string[] {
  const rows = [
    columns.map(({ heading }) => heading),
    ...items.map((item) => columns.map(({ value }) => printable(String(value(item))))),
  ];
  const widths = columns.map((_, column) =>
    Math.max(...rows.map((row) => row[column]?.length ?? 0)),
  );
  return rows.map((row) =>
    row
      .map((cell, column) =>
        columns[column]?.right
          ? cell.padStart(widths[column] ?? 0)
          : cell.padEnd(widths[column] ?? 0),
      )
      .join('  ')
      .trimEnd(),
  );
}

/** Names and arguments of tracees may hold anything, such as the control codes of a terminal. */
export function printable(text: string): string {
  return text.replace(
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
    /[\u0000-\u001f\u007f-\u009f]/g,
    (char) => `\\x${char.charCodeAt(0).toString(16).padStart(2, '0')}`,
  );
}
