/** How the tests run: three projects, by what they need. `npm test -- --project unit` runs one. */
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

const seconds = 1000;

/**
 * What the projects differ in. They run one after the other, in this order: the builds of e2e would slow
 * the others down. Timeouts are for machines that do other things as well.
 */
const projects = [
  { name: 'unit', testTimeout: 60 * seconds, hookTimeout: 30 * seconds, globalSetup: [] },
  { name: 'integration', testTimeout: 120 * seconds, hookTimeout: 60 * seconds, globalSetup: [] },
  {
    name: 'e2e',
    testTimeout: 300 * seconds,
    hookTimeout: 120 * seconds,
    globalSetup: ['e2e/global-setup.ts'],
  },
];

export default defineConfig({
  root: fileURLToPath(new URL('.', import.meta.url)),
  test: {
    // Processes, not threads: tests spawn, signal and wait for processes of their own.
    pool: 'forks',
    // Tracers and tracees are busy beside each worker.
    maxWorkers: 2,
    projects: projects.map(({ name, ...rest }, order) => ({
      test: {
        name,
        include: [`${name}/**/*.test.ts`],
        sequence: { groupOrder: order },
        ...rest,
      },
    })),
  },
});
