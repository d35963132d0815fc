/**
 * A client in a process of its own: launches a command, receives every record of it, and prints
 *
 *     {"seconds": ..., "records": ..., "lost": ..., "filteredInKernel": ..., "stdout": "..."}
 *
 * as JSON. The seconds are from the request to the last frame.
 *
 *     node client.mjs ADDRESS CAPTURE COMMAND [ARGUMENT...]
 *
 * CAPTURE is CaptureOptions as JSON.
 */
import { connect } from '../../dist/client/index.js';

const [address = '', capture = '{}', ...argv] = process.argv.slice(2);
const env = Object.entries(process.env).map(([name, value]) => `${name}=${value}`);

const client = connect(address);
try {
  await client.server.getServerInfo({}); // so that connecting is not measured
  process.stdout.write(JSON.stringify(await measure()));
} finally {
  await client[Symbol.asyncDispose]();
}

async function measure() {
  const begun = performance.now();
  const stream = client.trace({
    target: { case: 'launch', value: { argv, env, cwd: process.cwd() } },
    capture: JSON.parse(capture),
  });
  let session = '';
  let records = 0;
  const output = [];
  for await (const frame of stream.frames()) {
    if (frame.case === 'header') {
      session = frame.value.session;
    }
    if (frame.case !== 'batch') {
      continue;
    }
    records += frame.value.records.length;
    for (const { detail } of frame.value.records) {
      if (detail.case === 'output' && detail.value.fd === 1) {
        output.push(detail.value.data);
      }
    }
  }
  const seconds = (performance.now() - begun) / 1000;
  const ended = await client.traces.getSession({ name: session });
  return {
    seconds,
    records,
    lost: Number(stream.lostRecords),
    filteredInKernel: ended.session?.filteredInKernel,
    stdout: Buffer.concat(output).toString(),
  };
}
