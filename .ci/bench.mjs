/** `npm run bench`: builds what is missing, then hands over to the benchmark. */
import { ensurePackages, testPackages } from './lib/apt.mjs';
import { ensureBuilt } from './lib/build.mjs';
import { main, status } from './lib/run.mjs';

await main(async () => {
  await ensureBuilt();
  await ensurePackages(testPackages.filter((wanted) => wanted.name === 'strace'));
  const bench = 'test/bench/run.mjs';
  return status(process.execPath, [bench, ...process.argv.slice(2)], { stdio: 'inherit' });
});
