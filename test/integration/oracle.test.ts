/**
 * Real programs beside strace 7.2 and beside no tracer at all: the calls of each process in order, by
 * name, result and errno, are strace's; output, exit status and files are those of the untraced run.
 */
import { mkdirSync, rmSync } from 'node:fs';
import { describe, expect } from 'vitest';
import type { Calls } from '../support/calls.js';
import { callsOfRecords, differences, textDifferences } from '../support/calls.js';
import { longPatience as timeout } from '../support/eventually.js';
import { contents, fill } from '../support/folder.js';
import { test } from '../support/harness.js';
import { run } from '../support/program.js';
import { type RealProgram, realPrograms } from '../support/real-programs.js';
import type { Client } from '../support/rpc.js';
import { callsOfStrace, rawOptions, underStrace } from '../support/strace.js';
import { launch, type Trace, traceToEnd } from '../support/trace.js';

/** Where strace's own runs differ from each other, so many of them are looked at. */
const mostRuns = 8;

interface Outcome {
  stdout: string;
  stderr: string;
  code: number | undefined;
  signal: string;
  files: string[];
}

/** Runs in a folder of always the same name, newly filled, since programs print and hash it. */
async function inFolder<T>(folder: string, body: (work: string) => Promise<T>): Promise<T> {
  const work = `${folder}/work`;
  mkdirSync(work);
  fill(work);
  try {
    return await body(work);
  } finally {
    rmSync(work, { recursive: true });
  }
}

function files(work: string, { timed }: RealProgram): string[] {
  return contents(work).filter((line) => !timed?.test(line));
}

async function untraced(folder: string, wanted: RealProgram): Promise<Outcome> {
  return inFolder(folder, async (work) => {
    const { stdout, stderr, code, signal } = await run(wanted.argv, work);
    return {
      stdout: stdout.toString('latin1'),
      stderr: stderr.toString('latin1'),
      code: code ?? undefined,
      signal: signal ?? '',
      files: files(work, wanted),
    };
  });
}

async function traced(
  client: Client,
  folder: string,
  wanted: RealProgram,
): Promise<[Trace, Outcome]> {
  return inFolder(folder, async (work) => {
    const trace = await traceToEnd(client, launch(wanted.argv, {}, { cwd: work }));
    const outcome = {
      stdout: trace.output(1).toString('latin1'),
      stderr: trace.output(2).toString('latin1'),
      code: trace.ended?.rootExit?.exitCode,
      signal: trace.ended?.rootExit?.signalName ?? '',
      files: files(work, wanted),
    };
    return [trace, outcome];
  });
}

/** The text of each record is strace's line. */
async function expectTextOfStrace(ours: Calls, folder: string, wanted: RealProgram): Promise<void> {
  const runs: Calls[] = [];
  for (let count = 0; count < 3; count++) {
    const { log } = await inFolder(folder, (work) => underStrace(wanted.argv, work));
    runs.push(callsOfStrace(log));
  }
  expect(textDifferences(ours, runs)).toEqual([]);
}

/** strace's runs, as many as are needed for one that is like ours. */
async function differencesFromStrace(
  ours: Calls,
  folder: string,
  wanted: RealProgram,
): Promise<string[]> {
  const runs: Calls[] = [];
  let different: string[] = [];
  do {
    const { log } = await inFolder(folder, (work) => underStrace(wanted.argv, work, rawOptions));
    runs.push(callsOfStrace(log));
    different = differences(ours, runs);
  } while (runs.length < 2 || (different.length > 0 && runs.length < mostRuns));
  return different;
}

describe('beside strace and beside no tracer', () => {
  for (const wanted of realPrograms) {
    test(wanted.name, { timeout }, async ({ client, folder }) => {
      const plain = await untraced(folder, wanted);
      const [trace, outcome] = await traced(client, folder, wanted);
      expect(outcome).toEqual(plain);
      if (!wanted.racing) {
        let calls = callsOfRecords(trace.records);
        let different = await differencesFromStrace(calls, folder, wanted);
        if (different.length > 0) {
          // A child's end may come at a moment, on a busy machine, that strace's runs do not show.
          const [again, outcomeAgain] = await traced(client, folder, wanted);
          expect(outcomeAgain).toEqual(plain);
          calls = callsOfRecords(again.records);
          different = await differencesFromStrace(calls, folder, wanted);
        }
        expect(different).toEqual([]);
        await expectTextOfStrace(calls, folder, wanted);
      }
    });
  }
});
