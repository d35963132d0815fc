/**
 * Disposes of a resource once its user has ended; for Node 20, which has no `await using`.
 * @template {AsyncDisposable} R
 * @template T
 * @param {R} resource
 * @param {(resource: R) => Promise<T>} body
 */
export async function using(resource, body) {
  try {
    return await body(resource);
  } finally {
    await resource[Symbol.asyncDispose]();
  }
}
