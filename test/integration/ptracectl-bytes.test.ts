/**
 * The command line with arguments, an environment and paths that are not UTF-8: what ptracectl is given
 * reaches the command and the file system byte by byte. Node cannot pass such arguments on, so a shell
 * starts each line.
 */
import { execFile } from 'node:child_process';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  writeFileSync,
} from 'node:fs';
import { describe, expect } from 'vitest';
import { test } from '../support/harness.js';
import { cliProgram, serverProgram } from '../support/paths.js';
import { commandEnvironment, dyingWithUs } from '../support/program.js';

interface Outcome {
  status: number;
  /** A character for each byte. */
  stdout: string;
  stderr: string;
}

/**
 * Runs a script of bash in the folder. In it, `$odd` is the name "x\xff", `$lossy` what a lossy copy makes
 * of that name, and `ptracectl` the program.
 */
function shell(
  folder: string,
  script: string,
  more: Record<string, string> = {},
): Promise<Outcome> {
  const prologue = `
    odd=$(printf 'x\\377') lossy=$(printf 'x\\357\\277\\275')
    ptracectl() { exec '${cliProgram}' "$@"; }
  `;
  const [program = '', ...args] = [...dyingWithUs('KILL'), 'bash', '-c', prologue + script];
  return new Promise((resolve) => {
    const options = { cwd: folder, env: { ...commandEnvironment(), ...more }, encoding: 'latin1' };
    execFile(program, args, options as never, (error, stdout, stderr) => {
      const status = error === null ? 0 : (error.code as unknown as number);
      resolve({ status, stdout: String(stdout), stderr: String(stderr) });
    });
  });
}

const bytes = (text: string): Buffer => Buffer.from(text, 'latin1');

/** Names in a folder, with a character for each byte. */
const names = (folder: string): string[] =>
  readdirSync(folder, { encoding: 'buffer' }).map((name) => name.toString('latin1'));

/** A file named with the byte 0xff, and one named as a lossy copy of that name. */
function twins(folder: string): { odd: Buffer; lossy: string } {
  const files = { odd: bytes(`${folder}/x\xff`), lossy: `${folder}/x\ufffd` };
  writeFileSync(files.odd, 'odd');
  writeFileSync(files.lossy, 'lossy');
  return files;
}

describe.for([
  ['its own server', false],
  ['a server elsewhere', true],
] as const)('with %s', ([, elsewhere]) => {
  const variables = (address: string): Record<string, string> =>
    elsewhere ? { PTRACED_SERVER: address } : {};

  test('rm removes the file that was named, and no other', async ({ server, folder }) => {
    const { odd, lossy } = twins(folder);
    const line = 'ptracectl trace -q -s 4096 -o log rm "$PWD/$odd"';
    const outcome = await shell(folder, line, variables(server.address));
    expect(outcome).toEqual({ status: 0, stdout: '', stderr: '' });
    expect([existsSync(odd), existsSync(lossy)]).toEqual([false, true]);
    expect(readFileSync(`${folder}/log`, 'latin1')).toContain(`["rm", "${folder}/x\\377"]`);
  });

  test('-E and --cwd reach the command', async ({ server, folder }) => {
    mkdirSync(bytes(`${folder}/x\xff`));
    const line = `ptracectl trace -o log -E "$odd=$odd" --cwd "$PWD/$odd" \\
        sh -c 'tr "\\0" "\\n" < /proc/$$/environ; readlink /proc/self/cwd'`;
    const { status, stdout } = await shell(folder, line, variables(server.address));
    expect(status).toBe(0);
    expect(stdout.split('\n')).toContain('x\xff=x\xff');
    expect(stdout.split('\n').at(-2)).toBe(`${folder}/x\xff`);
  });

  test('-P and -o name exactly their files', async ({ server, folder }) => {
    twins(folder);
    const line =
      'ptracectl trace -s 4096 -P "$PWD/$odd" -e openat -o "$odd.log" cat "$PWD/$lossy" "$PWD/$odd"';
    const { status, stdout } = await shell(folder, line, variables(server.address));
    expect([status, stdout]).toEqual([0, 'lossyodd']);
    expect(names(folder).toSorted()).toEqual(['x\xef\xbf\xbd', 'x\xff', 'x\xff.log']);
    const log = readFileSync(bytes(`${folder}/x\xff.log`), 'latin1');
    expect(log.match(/openat.*/g)).toEqual([
      expect.stringContaining(`openat(AT_FDCWD, "${folder}/x\\377", O_RDONLY) = 3`),
    ]);
  });

  test('the program may be named so, and what fails is named readably', async ({
    server,
    folder,
  }) => {
    copyFileSync('/bin/true', bytes(`${folder}/x\xff`));
    const found = await shell(
      folder,
      'ptracectl trace -q -o log "$PWD/$odd"',
      variables(server.address),
    );
    expect(found).toEqual({ status: 0, stdout: '', stderr: '' });
    const missing = await shell(folder, 'ptracectl trace "$PWD/$odd-"', variables(server.address));
    expect(missing.status).toBe(1);
    expect(missing.stderr).toContain(`ptracectl: cannot start '${folder}/x\\377-': `);
  });

  test('a recording has the bytes', async ({ server, folder }) => {
    copyFileSync('/bin/true', bytes(`${folder}/x\xff`));
    const line = 'ptracectl record -s 4096 "$odd.rec" "$PWD/$odd"';
    expect((await shell(folder, line, variables(server.address))).status).toBe(0);
    const replay = await shell(folder, 'ptracectl replay --json "$odd.rec"');
    expect(replay.status).toBe(0);
    const frames = replay.stdout
      .trim()
      .split('\n')
      .map((json) => JSON.parse(json));
    const records = frames.flatMap(({ batch }) => batch?.records ?? []);
    const exec = records.find(({ kind }) => kind === 'RECORD_KIND_EXEC')?.exec;
    expect(exec.exe).toBe(`${folder}/x\\377`);
    expect(Buffer.from(exec.exeBytes, 'base64')).toEqual(bytes(`${folder}/x\xff`));
    const missing = await shell(folder, 'ptracectl replay "$odd"');
    expect(missing.stderr).toContain("cannot replay 'x\\377'");
  });
});

describe('with its own server', () => {
  test('the environment is handed on byte by byte, in its order', async ({ folder }) => {
    // No shell would start it so: with repeated names, and entries without "=".
    const program = `${folder}/start.c`;
    writeFileSync(
      program,
      `#include <unistd.h>
       int main(int argc, char** argv) {
         char* env[] = {"Z=1", "odd\\xff=\\xfe", "A=1", "none", "Z=2", "=x", "PATH=/usr/bin:/bin", "E=", 0};
         return execve(argv[1], argv + 1, env);
       }`,
    );
    const build = `cc -o start start.c && exec ./start '${cliProgram}' trace -o log`;
    const environ = '/proc/self/environ';
    const whole = await shell(folder, `${build} cat ${environ}`);
    const given = ['Z=1', 'odd\xff=\xfe', 'A=1', 'none', 'Z=2', '=x', 'PATH=/usr/bin:/bin', 'E='];
    expect(whole.stdout.split('\0').slice(0, -1)).toEqual(given);
    // As putenv(3) and unsetenv(3) change it.
    const changed = await shell(folder, `${build} -E A=2 -E N=3 -E Z cat ${environ}`);
    const wanted = ['odd\xff=\xfe', 'A=2', 'none', '=x', 'PATH=/usr/bin:/bin', 'E=', 'N=3'];
    expect(changed.stdout.split('\0').slice(0, -1)).toEqual(wanted);
  });

  test('the folder that it was started in is the command’s', async ({ folder }) => {
    mkdirSync(bytes(`${folder}/x\xff`));
    writeFileSync(bytes(`${folder}/x\xff/here`), 'found');
    const line = `cd "$odd" && ptracectl trace -P here -e openat -o log cat here`;
    const { stdout, stderr } = await shell(folder, line);
    expect([stdout, stderr]).toEqual(['found', '']);
    expect(readFileSync(bytes(`${folder}/x\xff/log`), 'latin1')).toContain('"here"');
  });

  test('messages show octal digits', async ({ folder }) => {
    const option = await shell(folder, 'ptracectl trace "--$odd" true');
    expect(option.stderr).toContain("unrecognized option '--x\\377'");
    const set = await shell(folder, 'ptracectl trace -e "$odd" true');
    expect(set.stderr).toContain("invalid --expression argument: 'x\\377' (must be UTF-8)");
    const output = await shell(folder, 'ptracectl trace -o "$odd/log" true');
    expect(output.stderr).toContain("cannot open 'x\\377/log': no such file or directory");
    const server = await shell(folder, 'PTRACED_SERVER="unix:$odd" ptracectl sessions');
    expect(server.stderr).toContain("$PTRACED_SERVER argument: 'unix:x\\377' (must be UTF-8)");
    for (const { status, stderr } of [option, set, output, server]) {
      expect(status).toBeGreaterThan(0);
      expect(stderr).not.toContain('\xef\xbf\xbd');
    }
  });

  test('a server refuses an address that Node would bind elsewhere', async ({ folder }) => {
    const listen = `exec '${serverProgram}' --listen "unix:$PWD/$odd"`;
    const { status, stderr } = await shell(folder, listen);
    expect(status).toBe(2);
    expect(stderr).toContain(`ptraced: --listen: must be UTF-8, not 'unix:${folder}/x\\377'`);
    expect(names(folder)).toEqual([]);
  });

  test('ps shows octal digits', async ({ folder }) => {
    copyFileSync('/bin/sleep', bytes(`${folder}/x\xff`));
    const line = `(exec -a "$odd" "$PWD/$odd" 60) & sleeper=$!
      while kill -0 $sleeper && [ "$(readlink /proc/$sleeper/exe)" != "$PWD/$odd" ]; do :; done
      ('${cliProgram}' ps -a '^x'); kill -KILL $sleeper; wait $sleeper`;
    const { stdout } = await shell(folder, line);
    expect(stdout).toMatch(/ x\\377 60\n/);
  });
});
