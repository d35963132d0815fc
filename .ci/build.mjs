/** `npm run build`: installs and builds what is missing. */
import { ensureBuilt } from './lib/build.mjs';
import { main } from './lib/run.mjs';

await main(ensureBuilt);
