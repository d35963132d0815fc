/** Folders with files to work on, and what a program made of them. */
import { createHash } from 'node:crypto';
import {
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  writeFileSync,
} from 'node:fs';

const words = 'the quick brown fox jumps over a lazy dog while seven boxing wizards watch'.split(
  ' ',
);

/** Text that looks like some, and is always the same. */
function lines(count: number): string {
  return Array.from({ length: count }, (_, index) => {
    const word = (step: number) => words[(index * step + step) % words.length];
    return `${index} ${word(3)} ${word(5)} ${word(7)}`;
  }).join('\n');
}

/** Fills a folder with the same small files every time. */
export function fill(folder: string): void {
  mkdirSync(`${folder}/deep/er`, { recursive: true });
  writeFileSync(`${folder}/text`, `${lines(2000)}\n`);
  writeFileSync(`${folder}/short`, `${lines(10)}\n`);
  writeFileSync(`${folder}/deep/one`, 'one\n');
  writeFileSync(`${folder}/deep/er/two`, 'two\n');
  writeFileSync(
    `${folder}/main.c`,
    '#include <stdio.h>\nint twice(int);\nint main(void) { printf("%d\\n", twice(21)); return 0; }\n',
  );
  writeFileSync(`${folder}/twice.c`, 'int twice(int x) { return 2 * x; }\n');
  writeFileSync(
    `${folder}/Makefile`,
    'main: main.o twice.o\n\t$(CC) -o $@ $^\n%.o: %.c\n\t$(CC) -c -o $@ $<\nrun: main\n\t./main\n',
  );
}

/** Every path below a folder with its type, mode and content, in order. */
export function contents(folder: string, below = ''): string[] {
  return readdirSync(`${folder}/${below}`)
    .toSorted()
    .flatMap((name) => {
      const path = `${below}${name}`;
      const status = lstatSync(`${folder}/${path}`);
      const mode = status.mode.toString(8);
      if (status.isDirectory()) {
        return [`${path} ${mode}`, ...contents(folder, `${path}/`)];
      }
      if (status.isSymbolicLink()) {
        return [`${path} ${mode} ${readlinkSync(`${folder}/${path}`)}`];
      }
      const hash = createHash('sha256').update(readFileSync(`${folder}/${path}`));
      return [`${path} ${mode} ${hash.digest('hex')}`];
    });
}
