/** What an error of the client library says where no server answers: the cause, and no words of grpc-js. */
import { expect, test } from 'vitest';
import { connect, PtracedError } from '../../src/client/index.js';

test.each([
  ['unix:/nonexistent/socket', /^connect ENOENT \/nonexistent\/socket$/],
  ['127.0.0.1:1', /^connect ECONNREFUSED 127\.0\.0\.1:1$/],
  ['name.invalid:1', /^the name 'name\.invalid' does not resolve$/],
])('%s', async (address, message) => {
  await using client = connect(address);
  const error: unknown = await client
    .sessions()
    .next()
    .catch((failed) => failed);
  expect(error).toBeInstanceOf(PtracedError);
  expect(error).toMatchObject({ code: 'UNAVAILABLE', message: expect.stringMatching(message) });
});
