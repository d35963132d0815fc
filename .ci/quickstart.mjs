/**
 * `npm run quickstart [-- COMMAND...]`: installs and builds what is missing, then traces the command,
 * `ls -l /` unless another is given, through an embedded server. Exits with the command's status.
 */
import { ensureBuilt } from './lib/build.mjs';
import { root } from './lib/paths.mjs';
import { main, say, status } from './lib/run.mjs';

await main(async () => {
  await ensureBuilt();
  const given = process.argv.slice(process.argv[2] === '--' ? 3 : 2); // npm takes the first -- away
  const command = given.length > 0 ? given : ['ls', '-l', '/'];
  say(`tracing: ${command.join(' ')}`);
  const code = await status(`${root}/dist/bin/ptracectl`, ['trace', '--', ...command], {
    stdio: 'inherit',
  });
  say(`${command[0]} exited with status ${code}`);
  return code;
});
