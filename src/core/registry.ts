/**
 * A registry is a plain object whose every key equals its entry's `name`; the type demands it.
 * @module
 */

/** `defineRegistry<Engine>()({ 'port-distributed': portDistributed })` fails to compile if a key differs from its entry's name. */
export function defineRegistry<Contract extends { readonly name: string }>() {
  return <R extends { readonly [K in keyof R]: Contract & { readonly name: K } }>(entries: R): Readonly<R> => Object.freeze(entries);
}
