/** Lists that come in pages, as one sequence. */

/** The part of a response that leads to the next page. */
interface Page {
  readonly nextPageToken: string;
}

/**
 * The items of every page. A page is asked for when the one before has been consumed; what `fetch`
 * throws, the iteration throws.
 */
export async function* allPages<Response extends Page, Item>(
  fetch: (pageToken: string) => Promise<Response>,
  itemsOf: (response: Response) => readonly Item[],
): AsyncGenerator<Item, void, undefined> {
  let pageToken = '';
  do {
    const response = await fetch(pageToken);
    yield* itemsOf(response);
    pageToken = response.nextPageToken;
  } while (pageToken !== '');
}
