/** The lines of a page of docs/, run one after the other as somebody does who reads it. */
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { promisify } from 'node:util';
import { root, tool } from './paths.js';

const separator = '--- next ---';

/** The blocks of shell on the page. */
function blocks(page: string): string[] {
  const text = readFileSync(`${root}/${page}`, 'utf8');
  return [...text.matchAll(/^```sh\n(.*?)^```$/gms)].map((match) => match[1] as string);
}

/** Runs the blocks in one shell, with grpcurl, against the server; returns what each printed. */
export async function runPage(page: string, address: string): Promise<string[]> {
  const script = ['set -euo pipefail', ...blocks(page)].join(`\necho '${separator}'\n`);
  const PATH = `${dirname(tool('GRPCURL', 'grpcurl/grpcurl'))}:${process.env['PATH']}`;
  const { stdout } = await promisify(execFile)(
    'bash',
    ['-c', script.replaceAll('unix:/tmp/ptraced.sock', address)],
    { env: { ...process.env, PATH } },
  );
  return stdout.split(`${separator}\n`).slice(1);
}
